// JWS writes a P-256 signature as r‖s, OpenSSL as DER. Node converts too, but slowly (a third of its ES256 speed).

const HALF = 32;
const SEQUENCE = 0x30;
const INTEGER = 0x02;

/** r‖s (64 bytes, RFC 7518 §3.4) → DER, or `undefined` if the length is wrong. Ranges are OpenSSL's business. */
export function derFromRaw(raw: Uint8Array): Buffer | undefined {
  if (raw.length !== 2 * HALF) return undefined;
  const r = firstOf(raw, 0);
  const s = firstOf(raw, HALF);
  const rLength = integerLength(raw, r, HALF);
  const sLength = integerLength(raw, s, 2 * HALF);
  const der = Buffer.allocUnsafe(6 + rLength + sLength);
  der[0] = SEQUENCE;
  der[1] = der.length - 2;
  writeInteger(der, 2, raw, r, HALF, rLength);
  writeInteger(der, 4 + rLength, raw, s, 2 * HALF, sLength);
  return der;
}

/** Where a half begins when its leading zeros are left out; one byte of it always stays. */
function firstOf(raw: Uint8Array, from: number): number {
  let first = from;
  while (first < from + HALF - 1 && raw[first] === 0) first++;
  return first;
}

/** One more than its bytes if a zero has to keep the number positive. */
function integerLength(raw: Uint8Array, first: number, end: number): number {
  return end - first + ((raw[first] ?? 0) >> 7);
}

/** DER INTEGER: no leading zeros but the one that keeps the number positive. Byte by byte: views cost more. */
function writeInteger(der: Buffer, at: number, raw: Uint8Array, first: number, end: number, length: number): void {
  der[at] = INTEGER;
  der[at + 1] = length;
  der[at + 2] = 0;
  let to = at + 2 + length - (end - first);
  for (let from = first; from < end; from++) der[to++] = raw[from] ?? 0;
}

/**
 * DER → r‖s, for what our own OpenSSL has just made.
 * @throws Error if it is no DER signature of P-256
 */
export function rawFromDer(der: Uint8Array): Buffer {
  const raw = Buffer.alloc(2 * HALF);
  const afterR = der[0] === SEQUENCE && der[1] === der.length - 2 ? readInteger(der, 2, raw, 0) : -1;
  const end = afterR === -1 ? -1 : readInteger(der, afterR, raw, HALF);
  if (end !== der.length) throw new Error("not a DER signature of P-256");
  return raw;
}

function readInteger(der: Uint8Array, at: number, raw: Buffer, to: number): number {
  const length = der[at + 1] ?? 0;
  const end = at + 2 + length;
  if (der[at] !== INTEGER || length === 0 || end > der.length) return -1;
  const first = der[at + 2] === 0 && length > 1 ? at + 3 : at + 2;
  if (end - first > HALF) return -1;
  raw.set(der.subarray(first, end), to + HALF - (end - first));
  return end;
}

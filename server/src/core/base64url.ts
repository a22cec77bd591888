/** Bytes → base64url without padding (RFC 4648 §5). */
export function toBase64url(bytes: Uint8Array): string {
  const buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return buffer.toString("base64url");
}

/** By length mod 4: which last characters leave the unused bits zero. A length of 1 mod 4 spells nothing. */
const LAST_OF_TWO = "AQgw";
const LAST_OF_THREE = "AEIMQUYcgkosw048";

/**
 * Strict base64url → bytes, or `undefined` if the text is not the one canonical spelling.
 *
 * Node's decoder skips ASCII that it does not know, ignores left-over bits, takes `+` and `/` as well and looks at half
 * of each wider character. What was skipped shows in the length, which costs less than looking at each character.
 */
export function fromBase64url(text: string): Buffer | undefined {
  const { length } = text;
  const rest = length % 4;
  if (rest === 1) return undefined;
  if (rest === 2 && !LAST_OF_TWO.includes(text.charAt(length - 1))) return undefined;
  if (rest === 3 && !LAST_OF_THREE.includes(text.charAt(length - 1))) return undefined;
  if (text.includes("+") || text.includes("/") || Buffer.byteLength(text) !== length) return undefined;
  const bytes = Buffer.from(text, "base64url");
  return bytes.length === Math.floor((length * 3) / 4) ? bytes : undefined;
}

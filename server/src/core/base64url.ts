const ALPHABET = /^[A-Za-z0-9_-]*$/;
/** By length mod 4: which last characters leave the unused bits zero. */
const CANONICAL_END = [undefined, /$^/, /[AQgw]$/, /[AEIMQUYcgkosw048]$/] as const;

/** Bytes → base64url without padding (RFC 4648 §5). */
export function toBase64url(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64url");
}

/**
 * Is this the one and only base64url spelling of its bytes?
 * Node's decoder skips what it does not know and ignores left-over bits, so that many spellings give the same bytes.
 */
function isCanonicalBase64url(text: string): boolean {
  const end = CANONICAL_END[text.length % 4];
  return ALPHABET.test(text) && (end === undefined || end.test(text));
}

/** Strict base64url → bytes, or `undefined` if the text is not the canonical spelling. */
export function fromBase64url(text: string): Buffer | undefined {
  return isCanonicalBase64url(text) ? Buffer.from(text, "base64url") : undefined;
}

/** Bytes that say how long a part is. */
const LENGTH = 4;

/**
 * Joins parts so that no two different lists give the same bytes: each part after its length (4 bytes, big-endian).
 * Text is taken as UTF-8.
 */
export function lengthPrefixed(...parts: readonly (string | Uint8Array)[]): Buffer {
  let size = 0;
  for (const part of parts) size += LENGTH + Buffer.byteLength(part);
  const joined = Buffer.allocUnsafe(size);
  let at = LENGTH;
  for (const part of parts) {
    if (typeof part === "string") joined.write(part, at, "utf8");
    else joined.set(part, at);
    const length = Buffer.byteLength(part);
    joined.writeUInt32BE(length, at - LENGTH);
    at += length + LENGTH;
  }
  return joined;
}

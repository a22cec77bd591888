import { createHash } from "node:crypto";

const STAMP_BYTES = 6;

/** SHA-256 over a list of parts, each after its length, cut to `size` bytes. */
export function digest(size: number, ...parts: readonly (string | Uint8Array)[]): Buffer {
  const hash = createHash("sha256");
  for (const part of parts) {
    const bytes = Buffer.from(part);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    hash.update(length).update(bytes);
  }
  return hash.digest().subarray(0, size);
}

/**
 * Appends six bytes by which the simulator knows its own again without remembering it, also after a restart.
 * No protection: anyone can make a stamp.
 */
export function stamp(label: string, body: Uint8Array): Buffer {
  return Buffer.concat([body, digest(STAMP_BYTES, "stamp", label, body)]);
}

/** Were these bytes made by `stamp` with this label? */
export function isStamped(label: string, bytes: Uint8Array): boolean {
  if (bytes.length <= STAMP_BYTES) return false;
  const body = bytes.subarray(0, -STAMP_BYTES);
  return digest(STAMP_BYTES, "stamp", label, body).equals(bytes.subarray(-STAMP_BYTES));
}

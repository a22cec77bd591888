import { hash } from "@stablelib/sha256";

const BLOCK_BYTES = 64;

/** HMAC-SHA256 (RFC 2104). Phones have none, and it is ten lines over the hash that is here anyway. */
export function hmacSha256(key: Uint8Array, message: Uint8Array): Uint8Array {
  const block = new Uint8Array(BLOCK_BYTES);
  block.set(key.length > BLOCK_BYTES ? hash(key) : key);
  const inner = hash(joined(padded(block, 0x36), message));
  return hash(joined(padded(block, 0x5c), inner));
}

function padded(block: Uint8Array, pad: number): Uint8Array {
  return block.map((byte) => byte ^ pad);
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const all = new Uint8Array(first.length + second.length);
  all.set(first);
  all.set(second, first.length);
  return all;
}

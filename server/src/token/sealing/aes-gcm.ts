import { type CipherKey, createCipheriv, createDecipheriv } from "node:crypto";

const CIPHER = "aes-256-gcm";

/** Bytes of the random nonce. */
export const NONCE_BYTES = 12;
/** Bytes of the tag, which follows the ciphertext. */
const TAG_BYTES = 16;

/** AES-256-GCM: ciphertext‖tag. A nonce must never be used twice with one key. */
export function encrypt(key: CipherKey, nonce: Buffer, associated: Buffer, plaintext: Buffer): Buffer {
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(associated);
  return Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
}

/** The plaintext, or `undefined` if key, nonce, associated data and ciphertext do not belong together. */
export function decrypt(key: CipherKey, nonce: Buffer, associated: Buffer, sealed: Buffer): Buffer | undefined {
  const end = sealed.length - TAG_BYTES;
  if (end < 0) return undefined;
  const decipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(associated);
  decipher.setAuthTag(sealed.subarray(end));
  const plaintext = decipher.update(sealed.subarray(0, end));
  try {
    decipher.final();
  } catch {
    return undefined;
  }
  return plaintext;
}

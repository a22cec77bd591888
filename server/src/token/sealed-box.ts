import { fromBase64url, toBase64url } from "../core/base64url.ts";
import type { Random } from "../core/random.ts";
import { decrypt, encrypt, NONCE_BYTES } from "./aes-gcm.ts";
import type { Secrets } from "./secrets.ts";

/** Keeps what must rest in a database but not be read there: session keys, phone numbers, private keys. */
export interface SealedBox {
  /** Seals with the newest secret. `context` says what this is and whose; it must be the same at opening. */
  seal(plaintext: string | Buffer, context: string): string;
  /** @throws Error that says nothing about the content, if the text was altered, moved or sealed by an unknown secret */
  open(sealed: string, context: string): Buffer;
  /** Was it sealed with the newest secret? If not, opening and sealing it again lets the old one go. */
  isNewest(sealed: string): boolean;
}

const PREFIX = "hs1.";
const ID_BYTES = 4;

/** AES-256-GCM under a random 96-bit nonce: good for 2^32 texts per secret. */
export function createSealedBox(secrets: Secrets, random: Random): SealedBox {
  return Object.freeze({
    seal(plaintext: string | Buffer, context: string): string {
      const { id, seal } = secrets.newest;
      const nonce = random(NONCE_BYTES);
      const bytes = typeof plaintext === "string" ? Buffer.from(plaintext, "utf8") : plaintext;
      const sealed = encrypt(seal, nonce, Buffer.from(context, "utf8"), bytes);
      return PREFIX + toBase64url(Buffer.concat([Buffer.from(id, "base64url"), nonce, sealed]));
    },

    open(sealed: string, context: string): Buffer {
      const bytes = bytesOf(sealed);
      const keys = bytes && secrets.find(idOf(bytes));
      const plaintext =
        keys &&
        decrypt(
          keys.seal,
          bytes.subarray(ID_BYTES, ID_BYTES + NONCE_BYTES),
          Buffer.from(context, "utf8"),
          bytes.subarray(ID_BYTES + NONCE_BYTES),
        );
      if (plaintext === undefined) throw new Error("a sealed text cannot be opened");
      return plaintext;
    },

    isNewest(sealed: string): boolean {
      const bytes = bytesOf(sealed);
      return bytes !== undefined && idOf(bytes) === secrets.newest.id;
    },
  });
}

function bytesOf(sealed: string): Buffer | undefined {
  const bytes = sealed.startsWith(PREFIX) ? fromBase64url(sealed.slice(PREFIX.length)) : undefined;
  return bytes !== undefined && bytes.length > ID_BYTES + NONCE_BYTES ? bytes : undefined;
}

function idOf(bytes: Buffer): string {
  return toBase64url(bytes.subarray(0, ID_BYTES));
}

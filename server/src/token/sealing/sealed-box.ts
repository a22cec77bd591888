import { createSecretKey, hkdfSync, type KeyObject } from "node:crypto";
import { fromBase64url, toBase64url } from "../../core/base64url.ts";
import type { Random } from "../../core/random.ts";
import { decrypt, encrypt, NONCE_BYTES } from "./aes-gcm.ts";
import type { SecretKeys, Secrets } from "./secrets.ts";

/** Encrypts what must rest in a database but not be read there: session keys, phone numbers, private keys. */
export interface SealedBox {
  /** Seals with the newest secret. `context` says what this is and whose; it must be the same at opening. */
  seal(plaintext: string | Buffer, context: string): string;
  /** @throws SealError, which contains nothing of the content */
  open(sealed: string, context: string): Buffer;
  /** Was it sealed with the newest secret and in the newest form? If not, sealing it again lets the old secret go. */
  isNewest(sealed: string): boolean;
}

/** Thrown for a text that was altered or moved, or that was sealed with a secret which is not configured. */
export class SealError extends Error {
  override readonly name = "SealError";
  constructor() {
    super("a sealed text cannot be opened: it was altered, or sealed with a secret that is not configured");
  }
}

/** prefix · secret id · salt · ciphertext‖tag */
const NEWEST_FORM = "hs2.";
/** prefix · secret id · nonce · ciphertext‖tag, all under one key per secret. Opened, no longer made. */
const FIRST_FORM = "hs1.";
const ID_BYTES = 4;
const SALT_BYTES = 32;
const KEY_BYTES = 32;
const KEY_LABEL = "hufu/2 sealed text";

/**
 * AES-256-GCM, with a key and nonce of its own for every text: HKDF from the secret's key and a random salt. So the
 * number of texts has no limit (docs/decisions/0038).
 */
export function createSealedBox(secrets: Secrets, random: Random): SealedBox {
  return Object.freeze({
    seal(plaintext: string | Buffer, context: string): string {
      const salt = random(SALT_BYTES);
      const { key, nonce } = ownKey(secrets.newest, salt);
      const bytes = typeof plaintext === "string" ? Buffer.from(plaintext, "utf8") : plaintext;
      const sealed = encrypt(key, nonce, Buffer.from(context, "utf8"), bytes);
      return NEWEST_FORM + toBase64url(Buffer.concat([Buffer.from(secrets.newest.id, "base64url"), salt, sealed]));
    },

    open(sealed: string, context: string): Buffer {
      const plaintext = opened(secrets, sealed, Buffer.from(context, "utf8"));
      if (plaintext === undefined) throw new SealError();
      return plaintext;
    },

    isNewest(sealed: string): boolean {
      const bytes = sealed.startsWith(NEWEST_FORM) ? fromBase64url(sealed.slice(NEWEST_FORM.length)) : undefined;
      return bytes !== undefined && bytes.length > ID_BYTES + SALT_BYTES && idOf(bytes) === secrets.newest.id;
    },
  });
}

function opened(secrets: Secrets, sealed: string, context: Buffer): Buffer | undefined {
  const bytes = fromBase64url(sealed.slice(NEWEST_FORM.length));
  const keys = bytes && secrets.find(idOf(bytes));
  if (bytes === undefined || keys === undefined) return undefined;
  if (sealed.startsWith(NEWEST_FORM)) {
    const end = ID_BYTES + SALT_BYTES;
    const { key, nonce } = ownKey(keys, bytes.subarray(ID_BYTES, end));
    return decrypt(key, nonce, context, bytes.subarray(end));
  }
  if (sealed.startsWith(FIRST_FORM)) {
    const end = ID_BYTES + NONCE_BYTES;
    if (bytes.length < end) return undefined;
    return decrypt(keys.seal, bytes.subarray(ID_BYTES, end), context, bytes.subarray(end));
  }
  return undefined;
}

function ownKey({ seal }: SecretKeys, salt: Buffer): { readonly key: KeyObject; readonly nonce: Buffer } {
  const derived = Buffer.from(hkdfSync("sha256", seal, salt, KEY_LABEL, KEY_BYTES + NONCE_BYTES));
  // A key object, because Node 24 spends three times as long on a cipher whose key is a buffer.
  return { key: createSecretKey(derived.subarray(0, KEY_BYTES)), nonce: derived.subarray(KEY_BYTES) };
}

function idOf(bytes: Buffer): string {
  return toBase64url(bytes.subarray(0, ID_BYTES));
}

import { createSecretKey, hkdfSync, type KeyObject } from "node:crypto";
import { toBase64url } from "../../core/base64url.ts";
import { weaknessOf } from "./weak-secret.ts";

/** What one configured secret is turned into. Printing it shows the id alone. */
export interface SecretKeys {
  /** base64url of 4 bytes: which secret a sealed text or refresh token was made with. */
  readonly id: string;
  /** For the MAC of refresh tokens. */
  readonly mac: KeyObject;
  /** For deriving the secret part of refresh tokens. */
  readonly derive: KeyObject;
  /** For sealing what rests in the database (AES-256). */
  readonly seal: KeyObject;
  /** For keyed hashes of what must be found but not read. */
  readonly hash: KeyObject;
  /** For the MAC of DPoP nonces. */
  readonly nonce: KeyObject;
}

/** The configured secrets: the newest makes, all of them read. */
export interface Secrets {
  readonly newest: SecretKeys;
  /** Newest first. */
  readonly all: readonly SecretKeys[];
  find(id: string): SecretKeys | undefined;
}

const SALT = "hufu";
const KEY_BYTES = 32;
const ID_BYTES = 4;

/**
 * Derives the working keys from the configured secrets, newest first.
 * @throws TypeError if there is none, or one is shorter than 32 bytes, weak, well known or listed twice; the message
 * names its place in the list and never its value
 */
export function createSecrets(list: readonly string[]): Secrets {
  const byId = new Map<string, SecretKeys>();
  for (const [index, secret] of list.entries()) {
    const weakness = weaknessOf(secret);
    if (weakness !== undefined) {
      throw new TypeError(`secret[${index}] ${weakness}; make one with: openssl rand -hex 32`);
    }
    const keys = deriveKeys(secret);
    if (byId.has(keys.id)) throw new TypeError(`secret[${index}] is listed twice`);
    byId.set(keys.id, keys);
  }
  const all = Object.freeze([...byId.values()]);
  const [newest] = all;
  if (newest === undefined) throw new TypeError("secret: at least one is needed");
  return Object.freeze({ newest, all, find: (id: string) => byId.get(id) });
}

function deriveKeys(secret: string): SecretKeys {
  const derive = (purpose: string, size: number): Buffer =>
    Buffer.from(hkdfSync("sha256", Buffer.from(secret, "utf8"), SALT, `hufu/1 ${purpose}`, size));
  // Key objects, because Node 24 spends six times as long on an HMAC whose key is a buffer; and they print as nothing.
  const keyFor = (purpose: string): KeyObject => createSecretKey(derive(purpose, KEY_BYTES));
  return Object.freeze({
    id: toBase64url(derive("key id", ID_BYTES)),
    mac: keyFor("refresh token mac"),
    derive: keyFor("refresh token child"),
    seal: keyFor("seal"),
    hash: keyFor("keyed hash"),
    nonce: keyFor("proof nonce"),
  });
}

import { constants, generateKeyPairSync, type KeyObject, sign, verify } from "node:crypto";
import { createBoundedMap } from "../bounded-map.ts";

const MAX_KEYS = 1000;
const SALT_BYTES = 20;
const PSS = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: SALT_BYTES } as const;

/** The keys in users' phones, of which the platform knows the public halves. One a user is enough here. */
export interface SoterKeys {
  /** base64: SHA256withRSA/PSS with a salt of 20 bytes. */
  sign(openid: string, json: string): string;
  verify(openid: string, json: string, signature: string): boolean;
}

export function createSoterKeys(): SoterKeys {
  const keys = createBoundedMap<string, { readonly publicKey: KeyObject; readonly privateKey: KeyObject }>(MAX_KEYS);
  function keysOf(openid: string) {
    const known = keys.get(openid);
    if (known !== undefined) return known;
    const made = generateKeyPairSync("rsa", { modulusLength: 2048 });
    keys.set(openid, made);
    return made;
  }
  return Object.freeze({
    sign: (openid: string, json: string) =>
      sign("sha256", Buffer.from(json), { key: keysOf(openid).privateKey, ...PSS }).toString("base64"),
    verify(openid: string, json: string, signature: string) {
      const held = keys.get(openid);
      const bytes = Buffer.from(signature, "base64");
      return held !== undefined && verify("sha256", Buffer.from(json), { key: held.publicKey, ...PSS }, bytes);
    },
  });
}

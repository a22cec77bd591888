import type { StoredKey } from "../../store/records.ts";
import { isAlgorithm } from "../../token/keys/algorithms.ts";
import { importSigningKey, type SigningKey } from "../../token/keys/signing-key.ts";
import { isTestingKid } from "../../token/keys/testing-keys.ts";
import { SealError, type SealedBox } from "../../token/sealing/sealed-box.ts";

/** What a private key is sealed for. */
export function signingKeySeal(kid: string): string {
  return `signing_key:${kid}`;
}

/**
 * A stored key, opened. Only the sealed private half counts: its public half is derived from it and `kid` is checked to
 * be its thumbprint, so that a row which an attacker wrote verifies nothing.
 *
 * `sealed`: this node cannot open it, because it was sealed with a secret that is not configured here.
 * `false`: it opens, and is not the key that its row names.
 * @throws TypeError for the key of hufu/testing, whose private half is public
 */
export function openStoredKey(box: SealedBox, stored: StoredKey): SigningKey | "sealed" | "false" {
  let key: SigningKey;
  try {
    if (!isAlgorithm(stored.alg)) return "false";
    key = importSigningKey(stored.alg, box.open(stored.sealedPrivate, signingKeySeal(stored.kid)).toString("utf8"));
  } catch (error) {
    return error instanceof SealError ? "sealed" : "false";
  }
  if (isTestingKid(key.kid)) throw new TypeError("the database holds a key of hufu/testing");
  return key.kid === stored.kid ? key : "false";
}

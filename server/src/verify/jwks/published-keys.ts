import type { Logger } from "../../core/log/log.ts";
import type { JsonObject } from "../../token/jws/strict-json.ts";
import { jwkThumbprint } from "../../token/keys/jwk-thumbprint.ts";
import { readPublicJwk } from "../../token/keys/public-jwk.ts";
import { isTestingKid } from "../../token/keys/testing-keys.ts";
import { importVerificationKey, type VerificationKey } from "../../token/keys/verification-key.ts";

/** A key of a JWKS that we use. */
export interface PublishedKey {
  readonly key: VerificationKey;
  /** RFC 7638; the issuer may name the key otherwise. */
  readonly thumbprint: string;
}

const MOST_KEYS = 64;

/**
 * A JWKS → the keys in it that we use, by name. Others are left out, as RFC 7517 §5 has it: keys of an unknown kind,
 * without `alg` (they could be talked into another algorithm), with a name that comes twice, and the testing keys,
 * whose private half is public.
 * @throws Error if it is no JWKS, has too many keys, or none that we use
 */
export function readPublishedKeys(jwks: JsonObject, log: Logger): ReadonlyMap<string, PublishedKey> {
  const { keys } = jwks;
  if (!Array.isArray(keys)) throw new Error("the JWKS has no keys member");
  if (keys.length > MOST_KEYS) throw new Error(`the JWKS has more than ${MOST_KEYS} keys`);
  const published = new Map<string, PublishedKey>();
  const twice = new Set<string>();
  for (const jwk of keys) {
    try {
      const usable = readKey(jwk);
      if (published.has(usable.key.kid)) twice.add(usable.key.kid);
      published.set(usable.key.kid, usable);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      log.warn({ err: error }, "a published key is not used");
    }
  }
  for (const kid of twice) {
    published.delete(kid);
    log.warn({ kid }, "a name that two published keys have is not used");
  }
  if (published.size === 0) throw new Error("the JWKS has no key that we use");
  return published;
}

/**
 * Names of keys that exist and that the node which answered cannot publish (Hufu's own member of a JWKS). What they signed
 * is answered 503: this node cannot know.
 */
export function readUnavailableKids({ unavailable_kids: kids }: JsonObject): ReadonlySet<string> {
  if (!Array.isArray(kids)) return new Set();
  return new Set(kids.slice(0, MOST_KEYS).filter((kid): kid is string => typeof kid === "string"));
}

function readKey(jwk: unknown): PublishedKey {
  const key = importVerificationKey(jwk);
  const thumbprint = jwkThumbprint(readPublicJwk(jwk, key.alg));
  if (isTestingKid(thumbprint) || isTestingKid(key.kid)) throw new TypeError("JWK: a key of hufu/testing");
  return { key, thumbprint };
}

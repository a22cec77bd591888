import type { StoredKey } from "../records.ts";
import { sampleWord } from "./sample-sign-in.ts";

/** A row of a signing key; what is in it opens nothing. */
export function sampleKey(sequence: number, more: Partial<StoredKey> = {}): StoredKey {
  return {
    kid: sampleWord(),
    sequence,
    alg: "ES256",
    publicJwk: '{"kty":"EC"}',
    sealedPrivate: `sealed ${sequence}`,
    createdAt: 1_790_000_000_000,
    signsFrom: 1_790_000_300_000,
    publishedUntil: null,
    revokedAt: null,
    ...more,
  };
}

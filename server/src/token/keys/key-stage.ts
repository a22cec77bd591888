/** The times that decide what a signing key does, epoch ms. */
export interface KeyTimes {
  readonly signsFrom: number;
  /** `null` while no successor exists. */
  readonly publishedUntil: number | null;
  readonly revokedAt: number | null;
}

/** A key among its siblings: numbers grow, so the highest is the newest. */
export interface RingKey extends KeyTimes {
  readonly sequence: number;
}

/**
 * `published`: verifiers may already know it, no node signs with it yet. `signing`: the one that signs.
 * `retired`: signs no more, its last tokens may still live. `gone`: no token of it can be alive. `revoked`: never again.
 */
export type KeyStage = "published" | "signing" | "retired" | "gone" | "revoked";

/** Why a key is added. */
export type RotationCause = "first" | "scheduled" | "compromise";

/** How long the issuer's `jwks.json` may be cached, ms; its `max-age`. */
export const JWKS_CACHE_MS = 300_000;

/** Proxies and verifiers fetch a little later than they may. */
const JWKS_MARGIN_MS = 60_000;
/** Leeway and stalls, as for revocation entries. */
const TOKEN_MARGIN_MS = 120_000;

/** Is this key in `jwks.json` at this moment? */
export function isPublished(key: KeyTimes, now: number): boolean {
  return key.revokedAt === null && (key.publishedUntil === null || now < key.publishedUntil);
}

/** The key that signs now: the newest that has begun to, is still published and is not revoked. */
export function chooseSigner<Key extends RingKey>(keys: readonly Key[], now: number): Key | undefined {
  let newest: Key | undefined;
  for (const key of keys) {
    if (isPublished(key, now) && key.signsFrom <= now && (newest === undefined || key.sequence > newest.sequence)) {
      newest = key;
    }
  }
  return newest;
}

/** What one key of a ring is doing now. */
export function keyStage(key: RingKey, ring: readonly RingKey[], now: number): KeyStage {
  if (key.revokedAt !== null) return "revoked";
  if (!isPublished(key, now)) return "gone";
  if (now < key.signsFrom) return "published";
  return chooseSigner(ring, now)?.sequence === key.sequence ? "signing" : "retired";
}

/**
 * When a new key begins to sign, and until when the older keys stay published.
 *
 * A scheduled key waits for the JWKS cache time and a margin, so that no verifier sees its signature before it could
 * have seen the key. The first key need not wait: no verifier has older keys in its cache. The one after a compromise
 * must not wait, and verifiers that do not know it yet fetch again. Older keys stay for the longest access life and
 * 120 s after that, because until then tokens that they signed are alive.
 */
export function rotationPlan(facts: {
  readonly cause: RotationCause;
  readonly now: number;
  readonly jwksCacheMs: number;
  readonly longestAccessMs: number;
}): { readonly signsFrom: number; readonly earlierPublishedUntil: number } {
  const wait = facts.cause === "scheduled" ? facts.jwksCacheMs + JWKS_MARGIN_MS : 0;
  const signsFrom = facts.now + wait;
  return { signsFrom, earlierPublishedUntil: signsFrom + facts.longestAccessMs + TOKEN_MARGIN_MS };
}

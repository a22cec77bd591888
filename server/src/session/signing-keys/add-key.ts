import type { Caller } from "../../core/caller.ts";
import { auditRecord } from "../../store/audit-record.ts";
import type { SigningKeyStore } from "../../store/keys.ts";
import { JWKS_CACHE_MS, type RotationCause, rotationPlan } from "../../token/keys/key-stage.ts";
import { exportPrivate, type SigningKey } from "../../token/keys/signing-key.ts";
import type { SealedBox } from "../../token/sealing/sealed-box.ts";
import { signingKeySeal } from "./open-stored-key.ts";

export interface KeyAddition {
  readonly store: SigningKeyStore;
  readonly box: SealedBox;
  readonly longestAccessMs: number;
}

/**
 * Stores a key as the next of its ring. Answers from when it signs; `undefined`, and nothing changed, if another node
 * has added one at the same moment.
 */
export async function addKey(
  { store, box, longestAccessMs }: KeyAddition,
  key: SigningKey,
  cause: RotationCause,
  caller: Caller,
): Promise<number | undefined> {
  const { keys, now } = await store.list();
  const plan = rotationPlan({ cause, now, jwksCacheMs: JWKS_CACHE_MS, longestAccessMs });
  const { kid } = key;
  const added = await store.add(
    {
      kid,
      sequence: 1 + Math.max(0, ...keys.map(({ sequence }) => sequence)),
      alg: key.alg,
      publicJwk: JSON.stringify(key.publicJwk),
      sealedPrivate: box.seal(exportPrivate(key), signingKeySeal(kid)),
      createdAt: now,
      signsFrom: plan.signsFrom,
      publishedUntil: null,
      revokedAt: null,
    },
    plan.earlierPublishedUntil,
    { audit: [auditRecord(caller, { action: "key.add", detail: { kid, signs_from: plan.signsFrom } })] },
  );
  return added ? plan.signsFrom : undefined;
}

import { type Caller, SYSTEM } from "../../core/caller.ts";
import type { Clock } from "../../core/clock.ts";
import { HufuError } from "../../core/errors.ts";
import type { Logger } from "../../core/log.ts";
import { auditRecord } from "../../store/audit-record.ts";
import type { SigningKeyStore } from "../../store/keys.ts";
import type { RevocationEntry, StoredKey } from "../../store/records.ts";
import { type Algorithm, isAlgorithm } from "../../token/algorithms.ts";
import {
  chooseSigner,
  isPublished,
  JWKS_CACHE_MS,
  type KeyStage,
  keyStage,
  type RotationCause,
  rotationPlan,
} from "../../token/key-stage.ts";
import type { PublicJwk } from "../../token/public-jwk.ts";
import type { SealedBox } from "../../token/sealed-box.ts";
import { createSigningKey, exportPrivate, importSigningKey, type SigningKey } from "../../token/signing-key.ts";
import { isTestingKid } from "../../token/testing-keys.ts";
import { importVerificationKey, type VerificationKey } from "../../token/verification-key.ts";

/** A node reads the keys again this often, far more often than a key's first stage lasts. */
const RELOAD_MS = 10_000;
const MAKE_TRIES = 5;

/** A key as operators see it. */
export interface KeyDescription {
  readonly kid: string;
  readonly alg: string;
  readonly stage: KeyStage;
  readonly createdAt: number;
  readonly signsFrom: number;
  readonly publishedUntil: number | null;
  readonly revokedAt: number | null;
}

/** The signing keys of this deployment, the same on every node. */
export interface KeyRing {
  /** The key that signs now. */
  signer(): SigningKey;
  /** A key that may still have signed a valid token. */
  find(kid: string): VerificationKey | undefined;
  /** Like `find`, but looks into the database when the key is new to this node; at most once a second. */
  seek(kid: string): Promise<VerificationKey | undefined>;
  /** The public keys to publish. */
  jwks(): { readonly keys: readonly PublicJwk[] };
  list(): Promise<readonly KeyDescription[]>;
  /** Adds a successor: published first, signing after the JWKS cache time; answers its kid. */
  rotate(caller: Caller): Promise<string>;
  /** Takes a key out at once, with a new signer in its place if it was signing. `false` if there is no such key. */
  revoke(kid: string, caller: Caller): Promise<boolean>;
  /** Reads the keys again if that is due. */
  refresh(): Promise<void>;
  /** Reads the keys again now, as when one of them was revoked elsewhere. */
  reload(): Promise<void>;
}

export interface KeyRingOptions {
  readonly store: SigningKeyStore;
  readonly box: SealedBox;
  readonly clock: Clock;
  readonly log: Logger;
  readonly algorithm: Algorithm;
  readonly longestAccessMs: number;
  readonly announce: (entries: readonly RevocationEntry[]) => void;
}

/** What a private key is sealed for. */
export function signingKeySeal(kid: string): string {
  return `signing_key:${kid}`;
}

interface LoadedKey {
  readonly stored: StoredKey;
  readonly jwk: PublicJwk;
  readonly verification: VerificationKey;
}

/** Opens the ring; the very first key of a deployment is made here and signs at once. */
export async function openKeyRing(options: KeyRingOptions): Promise<KeyRing> {
  const { store, box, clock, log, algorithm } = options;
  let loaded = new Map<string, LoadedKey>();
  const signers = new Map<string, SigningKey>();
  let current: { key: SigningKey; checkedAt: number } | undefined;
  let readAt = Number.NEGATIVE_INFINITY;
  /** Database time minus ours, so that stages change everywhere at the same moment. */
  let skew = 0;
  /** Readings of the keys, by when they began. */
  let begun = 0;
  let applied = 0;

  const databaseNow = (): number => clock.now() + skew;

  async function load(): Promise<void> {
    readAt = clock.monotonic();
    begun += 1;
    const reading = begun;
    const { keys, now } = await store.list();
    // A reading that was overtaken by a later one may show a key that has been revoked since.
    if (reading < applied) return;
    applied = reading;
    skew = now - clock.now();
    const next = new Map<string, LoadedKey>();
    for (const stored of keys) {
      if (!isPublished(stored, now)) continue;
      const known = loaded.get(stored.kid);
      const jwk: PublicJwk = known?.jwk ?? JSON.parse(stored.publicJwk);
      // A key of hufu/testing would let anybody sign.
      if (isTestingKid(stored.kid)) throw new TypeError("the database holds a key of hufu/testing");
      next.set(stored.kid, { stored, jwk, verification: known?.verification ?? importVerificationKey(jwk) });
    }
    loaded = next;
    current = undefined;
  }

  function open(stored: StoredKey): SigningKey {
    const known = signers.get(stored.kid);
    if (known !== undefined) return known;
    if (!isAlgorithm(stored.alg)) throw new Error("a stored signing key is of an unknown algorithm");
    const pem = box.open(stored.sealedPrivate, signingKeySeal(stored.kid)).toString("utf8");
    const key = importSigningKey(stored.alg, pem);
    if (key.kid !== stored.kid) throw new Error("a stored signing key is not the one that its kid names");
    signers.set(stored.kid, key);
    return key;
  }

  /** For requests: a node that lacks a secret is out of order, and no token is invalid for that. */
  function openOrRefuse(stored: StoredKey): SigningKey {
    try {
      return open(stored);
    } catch (cause) {
      throw new HufuError("store_unavailable", { retryAfter: 5, detail: "a signing key could not be opened", cause });
    }
  }

  /** Makes the next key unless another node was faster; either way the ring is up to date afterwards. */
  async function make(cause: RotationCause, caller: Caller): Promise<string> {
    const key = createSigningKey(algorithm);
    for (let tries = 0; tries < MAKE_TRIES; tries += 1) {
      const { keys, now } = await store.list();
      const sequence = 1 + Math.max(0, ...keys.map((stored) => stored.sequence));
      const { longestAccessMs } = options;
      const { signsFrom, earlierPublishedUntil } = rotationPlan({
        cause,
        now,
        jwksCacheMs: JWKS_CACHE_MS,
        longestAccessMs,
      });
      const stored: StoredKey = {
        kid: key.kid,
        sequence,
        alg: key.alg,
        publicJwk: JSON.stringify(key.publicJwk),
        sealedPrivate: box.seal(exportPrivate(key), signingKeySeal(key.kid)),
        createdAt: now,
        signsFrom,
        publishedUntil: null,
        revokedAt: null,
      };
      const added = await store.add(stored, earlierPublishedUntil, {
        audit: [auditRecord(caller, { action: "key.add", detail: { kid: key.kid, signs_from: signsFrom } })],
      });
      await load();
      if (added) {
        log.info({ kid: key.kid, signsFrom }, "a signing key was made");
        return key.kid;
      }
      // Another node made the key that we wanted: at a start that is all we asked for.
      const signing = chooseSigner(
        [...loaded.values()].map(({ stored: other }) => other),
        databaseNow(),
      );
      if (cause !== "scheduled" && signing !== undefined) return signing.kid;
    }
    throw new HufuError("store_unavailable", { retryAfter: 1, detail: "other nodes keep making keys at this moment" });
  }

  /** Whatever was revoked or failed half-way: one key signs, and none of those that are left ends without a successor. */
  async function heal(caller: Caller): Promise<void> {
    const ring = [...loaded.values()].map((key) => key.stored);
    if (chooseSigner(ring, databaseNow()) === undefined) await make("first", caller);
    else if (ring.every((stored) => stored.publishedUntil !== null)) await make("scheduled", caller);
  }

  function signer(): SigningKey {
    const now = databaseNow();
    if (current !== undefined && now - current.checkedAt < 1000 && now >= current.checkedAt) return current.key;
    const stored = chooseSigner(
      [...loaded.values()].map((key) => key.stored),
      now,
    );
    if (stored === undefined) throw new HufuError("store_unavailable", { retryAfter: 1, detail: "no key may sign" });
    current = { key: openOrRefuse(stored), checkedAt: now };
    return current.key;
  }

  await load();
  const signing = chooseSigner(
    [...loaded.values()].map((key) => key.stored),
    databaseNow(),
  );
  if (signing === undefined) await make("first", SYSTEM);
  else if (signing.alg !== algorithm && newest(loaded)?.stored.alg !== algorithm) await make("scheduled", SYSTEM);
  // A key that cannot be opened must stop the start, not the first sign-in.
  const begins = chooseSigner(
    [...loaded.values()].map((key) => key.stored),
    databaseNow(),
  );
  if (begins !== undefined) open(begins);

  return Object.freeze({
    signer,
    find(kid: string): VerificationKey | undefined {
      return loaded.get(kid)?.verification;
    },
    async seek(kid: string): Promise<VerificationKey | undefined> {
      if (!loaded.has(kid) && clock.monotonic() - readAt > 1000) await load();
      return loaded.get(kid)?.verification;
    },
    jwks: () => ({ keys: [...loaded.values()].map(({ jwk }) => jwk) }),
    async list(): Promise<readonly KeyDescription[]> {
      const { keys, now } = await store.list();
      return keys.map((stored) => {
        const { kid, alg, createdAt, signsFrom, publishedUntil, revokedAt } = stored;
        const stage = keyStage(stored, keys, now);
        return { kid, alg, stage, createdAt, signsFrom, publishedUntil, revokedAt };
      });
    },
    rotate: (caller: Caller) => make("scheduled", caller),
    async revoke(kid: string, caller: Caller): Promise<boolean> {
      const { keys, now } = await store.list();
      const known = keys.find((stored) => stored.kid === kid && isPublished(stored, now));
      if (known === undefined) return false;
      // The successor first: at no moment may a node find that no key may sign.
      if (chooseSigner(keys, now)?.kid === kid) await make("compromise", caller);
      const entries = await store.revoke(kid, "key_compromised", {
        audit: [auditRecord(caller, { action: "key.revoke", detail: { kid } })],
      });
      if (entries.length === 0) return false;
      signers.delete(kid);
      await load();
      options.announce(entries);
      await heal(caller);
      return true;
    },
    reload: load,
    async refresh(): Promise<void> {
      if (clock.monotonic() - readAt < RELOAD_MS) return;
      await load();
      await heal(SYSTEM);
    },
  });
}

function newest(loaded: ReadonlyMap<string, LoadedKey>): LoadedKey | undefined {
  return [...loaded.values()].toSorted((a, b) => b.stored.sequence - a.stored.sequence)[0];
}

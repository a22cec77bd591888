import { type Caller, SYSTEM } from "../../core/caller.ts";
import { HufuError } from "../../core/errors/errors.ts";
import type { Logger } from "../../core/log/log.ts";
import type { Notices } from "../../core/log/notices.ts";
import { createSharedLookup } from "../../core/shared-lookup.ts";
import type { Clock } from "../../core/time/clock.ts";
import { auditRecord } from "../../store/audit-record.ts";
import type { SigningKeyStore } from "../../store/keys.ts";
import type { RevocationEntry } from "../../store/records.ts";
import type { Algorithm } from "../../token/keys/algorithms.ts";
import { chooseSigner, isPublished, type KeyStage, keyStage, type RotationCause } from "../../token/keys/key-stage.ts";
import type { PublicJwk } from "../../token/keys/public-jwk.ts";
import { createSigningKey, type SigningKey } from "../../token/keys/signing-key.ts";
import type { VerificationKey } from "../../token/keys/verification-key.ts";
import type { SealedBox } from "../../token/sealing/sealed-box.ts";
import { addKey } from "./add-key.ts";
import { createKeyReader, type FirstKeys } from "./key-reader.ts";
import { type LoadedKeys, rowsOf } from "./loaded-keys.ts";

/** A node reads the keys again this often, far more often than a key's first stage lasts. */
const RELOAD_MS = 10_000;
/** A key that is new to this node is looked for at most this often, and the choice of the signer is kept as long. */
const SECOND_MS = 1000;
/** For how long a token of an unknown key waits for the keys to be read. */
const LOOKUP_WAIT_MS = 2000;
const MOST_WAITING = 1000;
/** A kid of ours has 43 characters; another one is a stranger's text. */
const MOST_KID = 64;
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

/** A JWKS (RFC 7517). `unavailable_kids` is Hufu's own member: keys that this node cannot open, and so cannot publish. */
export interface Jwks {
  readonly keys: readonly PublicJwk[];
  readonly unavailable_kids?: readonly string[];
}

/** The signing keys of this deployment, the same on every node. */
export interface KeyRing {
  /** The key that signs now. */
  signer(): SigningKey;
  /** A key that may still have signed a valid token. */
  find(kid: string): VerificationKey | undefined;
  /**
   * Like `find`, but reads the database when the key is new to this node; at most once a second.
   * @throws HufuError `revocations_unknown` for a key that this node cannot open: its tokens may be valid
   */
  seek(kid: string): Promise<VerificationKey | undefined>;
  /** The public keys to publish. */
  jwks(): Jwks;
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
  /** Counts tokens of unknown keys. Default: they are not counted. */
  readonly notices?: Notices;
  readonly algorithm: Algorithm;
  readonly longestAccessMs: number;
  readonly announce: (entries: readonly RevocationEntry[]) => void;
  /** The keys, where they were just read. */
  readonly first?: FirstKeys | undefined;
}

/**
 * Opens the ring. The very first key of a deployment is made here and signs at once.
 * @throws TypeError if the keys are sealed with a secret that is not configured: that must stop the start, not a sign-in
 */
export async function openKeyRing(options: KeyRingOptions): Promise<KeyRing> {
  const { store, log, algorithm } = options;
  const reader = createKeyReader(options);
  const { load, databaseNow } = reader;
  const lookup = createSharedLookup({
    look: load,
    what: "the database",
    clock: options.clock,
    // One at a time is enough: the database is near, and the question small.
    everyMs: 0,
    pause: async () => undefined,
    mostWaiting: MOST_WAITING,
  });
  let current: { key: SigningKey; checkedAt: number; of: LoadedKeys } | undefined;

  /** The newest that may sign, of those that this node has opened. */
  function choose(): SigningKey | undefined {
    const { opened } = reader.keys();
    const stored = chooseSigner(
      [...opened.values()].map((key) => key.stored),
      databaseNow(),
    );
    return stored && opened.get(stored.kid)?.signing;
  }

  function signer(): SigningKey {
    const now = databaseNow();
    const isFresh = current !== undefined && now - current.checkedAt < SECOND_MS && now >= current.checkedAt;
    if (current !== undefined && isFresh && current.of === reader.keys()) return current.key;
    const key = choose();
    if (key === undefined) {
      const detail = reader.keys().sealed.size === 0 ? "no key may sign" : "no key that may sign can be opened";
      throw new HufuError("store_unavailable", { retryAfter: 1, detail });
    }
    current = { key, checkedAt: now, of: reader.keys() };
    return key;
  }

  /** Makes the next key unless another node was faster; either way the ring is up to date afterwards. */
  async function make(cause: RotationCause, caller: Caller): Promise<string> {
    const key = createSigningKey(algorithm);
    for (let tries = 0; tries < MAKE_TRIES; tries += 1) {
      const signsFrom = await addKey(options, key, cause, caller);
      await load();
      if (signsFrom !== undefined) {
        log.info({ kid: key.kid, signsFrom }, "a signing key was made");
        return key.kid;
      }
      // Another node made the key that was needed: at a start that is enough.
      const signing = chooseSigner(rowsOf(reader.keys()), databaseNow());
      if (cause !== "scheduled" && signing !== undefined) return signing.kid;
    }
    throw new HufuError("store_unavailable", { retryAfter: 1, detail: "other nodes keep making keys at this moment" });
  }

  /** After a revocation or a failure: one key signs, and none of those that are left ends without a successor. */
  async function heal(caller: Caller): Promise<void> {
    const ring = rowsOf(reader.keys());
    if (chooseSigner(ring, databaseNow()) === undefined) await make("first", caller);
    else if (ring.every((stored) => stored.publishedUntil !== null)) await make("scheduled", caller);
  }

  /** A reading that began before the token came may be older than its key, so that "unknown" takes a new one. */
  async function lookUp(kid: string): Promise<void> {
    try {
      await lookup.fresh(LOOKUP_WAIT_MS);
    } catch (cause) {
      throw new HufuError("revocations_unknown", { retryAfter: 1, detail: "the signing keys cannot be read", cause });
    }
    const { opened, sealed } = reader.keys();
    if (opened.has(kid) || sealed.has(kid)) return;
    options.notices?.warn(
      "key_unknown",
      { kid: kid.slice(0, MOST_KID) },
      "a token names a signing key that this deployment does not have; it is refused",
    );
  }

  if (options.first === undefined) await load();
  else reader.take(options.first);
  const ring = rowsOf(reader.keys());
  const signing = chooseSigner(ring, databaseNow());
  const newest = ring.toSorted((a, b) => b.sequence - a.sequence)[0];
  if (signing === undefined) await make("first", SYSTEM);
  else if (choose() === undefined) throw new TypeError(sealedText(signing.kid));
  else if (signing.alg !== algorithm && newest?.alg !== algorithm) await make("scheduled", SYSTEM);

  return Object.freeze<KeyRing>({
    signer,
    find: (kid) => reader.keys().opened.get(kid)?.verification,
    async seek(kid) {
      const isKnown = reader.keys().opened.has(kid) || reader.keys().sealed.has(kid);
      if (!isKnown) await lookUp(kid);
      if (reader.keys().sealed.has(kid)) {
        throw new HufuError("revocations_unknown", { retryAfter: 5, detail: "the token's key cannot be opened here" });
      }
      return reader.keys().opened.get(kid)?.verification;
    },
    jwks() {
      const { opened, sealed } = reader.keys();
      const keys = [...opened.values()].map((key) => key.signing.publicJwk);
      return sealed.size === 0 ? { keys } : { keys, unavailable_kids: [...sealed.keys()] };
    },
    async list() {
      const { keys, now } = await store.list();
      return keys.map((stored) => {
        const { kid, alg, createdAt, signsFrom, publishedUntil, revokedAt } = stored;
        const stage = keyStage(stored, keys, now);
        return { kid, alg, stage, createdAt, signsFrom, publishedUntil, revokedAt };
      });
    },
    rotate: (caller) => make("scheduled", caller),
    async revoke(kid, caller) {
      const { keys, now } = await store.list();
      const known = keys.find((stored) => stored.kid === kid && isPublished(stored, now));
      if (known === undefined) return false;
      // The successor first: at no moment may a node find that no key may sign.
      if (chooseSigner(keys, now)?.kid === kid) await make("compromise", caller);
      const audit = [auditRecord(caller, { action: "key.revoke", detail: { kid } })];
      const entries = await store.revoke(kid, "key_compromised", { audit });
      if (entries.length === 0) return false;
      await load();
      options.announce(entries);
      await heal(caller);
      return true;
    },
    reload: load,
    async refresh() {
      if (reader.ageMs() < RELOAD_MS) return;
      await load();
      await heal(SYSTEM);
    },
  });
}

function sealedText(kid: string): string {
  return (
    `the signing key ${kid} in the database cannot be opened: it is sealed with a secret that \`secret\` does not list. ` +
    "Keep the secret of the first start; to change it, put the new one before it in the list"
  );
}

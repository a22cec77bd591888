import { HufuError } from "../../core/errors/errors.ts";
import { messageOf } from "../../core/errors/message-of.ts";
import type { Logger } from "../../core/log/log.ts";
import type { Notices } from "../../core/log/notices.ts";
import { createSharedLookup } from "../../core/shared-lookup.ts";
import type { Clock } from "../../core/time/clock.ts";
import type { VerificationKey } from "../../token/keys/verification-key.ts";
import type { IssuerAddress } from "../issuer-address.ts";
import type { Pause } from "../pause.ts";
import { fetchJson } from "./fetch-json.ts";
import { fetchMetadata, readEndpoint } from "./issuer-metadata.ts";
import type { KeySource } from "./key-source.ts";
import { type PublishedKey, readPublishedKeys, readUnavailableKids } from "./published-keys.ts";

export interface JwksSourceOptions {
  readonly address: IssuerAddress;
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
  readonly pause: Pause;
  readonly log: Logger;
  readonly notices: Notices;
  /** Told when a key is no longer published, or means another key now. */
  readonly onGone: (kid: string) => void;
}

/** The keys that an issuer publishes, kept at hand. */
export interface JwksSource extends KeySource {
  /** Resolves when there are keys; asks the issuer if there are none. Rejects with `revocations_unknown`. */
  ready(): Promise<void>;
  /**
   * A key was revoked: fetches the keys past every cache, time and again while one at hand is revoked. A node that has not
   * heard yet may still publish it, and does not publish the key that takes its place.
   */
  chase(isRevoked: (kid: string) => boolean): void;
  /** Is one of the keys at hand such a key? */
  holds(isSuch: (kid: string) => boolean): boolean;
  /** Milliseconds since the keys at hand were fetched; `undefined` = never. */
  age(): number | undefined;
  /** `ok`, or what is wrong. */
  check(): string;
  /** Nothing is fetched any more. */
  close(): void;
}

/** Between two requests to the issuer. */
export const LOOKUP_EVERY_MS = 1000;
/** For how long a token with an unknown key waits. */
const LOOKUP_WAIT_MS = 2000;
const MOST_WAITING = 1000;
/** Between two requests in which nothing is in a hurry. */
export const COOLDOWN_MS = 10_000;
/** Keys older than this are fetched again in the background: as long as the JWKS may be cached (docs/protocol.md §1). */
export const FRESH_MS = 300_000;
/** Requests for a revoked key to go, one a second; after that one every ten seconds. */
const HURRIED_CHASES = 60;

/**
 * The published keys of an issuer; the last good ones stay while it is out of reach. A token with an unknown key waits for
 * one request that all share and that began after the token came, at most one a second. Answered without the key, the
 * token is refused with 401; not answered, with 503: an outage says nothing about the token.
 */
export function createJwksSource(options: JwksSourceOptions): JwksSource {
  const { address, fetch, clock, pause, log, notices, onGone } = options;
  const { issuer } = address;
  const stop = new AbortController();
  const lookup = createSharedLookup({
    look: read,
    what: issuer,
    clock,
    pause: (ms) => pause(ms, stop.signal),
    everyMs: LOOKUP_EVERY_MS,
    mostWaiting: MOST_WAITING,
  });
  let keys: ReadonlyMap<string, PublishedKey> = new Map();
  let unavailable: ReadonlySet<string> = new Set();
  let jwksUri: URL | undefined;
  let readAt = Number.NEGATIVE_INFINITY;
  let failure: unknown;
  let isWantedFresh = false;
  let isChasing = false;

  async function read(): Promise<void> {
    const beganAt = clock.monotonic();
    const headers = isWantedFresh ? { "cache-control": "no-cache" } : {};
    isWantedFresh = false;
    try {
      stop.signal.throwIfAborted();
      jwksUri ??= readEndpoint(await fetchMetadata(fetch, address, stop.signal), "jwks_uri", address);
      const jwks = await fetchJson(fetch, jwksUri, stop.signal, headers);
      const fresh = readPublishedKeys(jwks, log);
      unavailable = readUnavailableKids(jwks);
      const old = keys;
      keys = fresh;
      readAt = beganAt;
      failure = undefined;
      for (const [kid, { thumbprint }] of old) if (fresh.get(kid)?.thumbprint !== thumbprint) onGone(kid);
    } catch (error) {
      // Next time from the beginning: the keys may have moved.
      jwksUri = undefined;
      failure = error;
      const message = "the issuer's keys could not be fetched; check the way to it (see why)";
      if (!stop.signal.aborted)
        notices.warn("issuer_unreachable", { issuer, why: messageOf(error), keys_kept: keys.size }, message);
      throw error;
    }
  }

  /** Past every cache: what one holds may be older than the key. */
  function lookFresh(mostWaitMs: number): Promise<void> {
    isWantedFresh = true;
    return lookup.fresh(mostWaitMs);
  }

  function outOfReach(cause: unknown): HufuError {
    const why = cause instanceof Error ? `: ${cause.message}` : "";
    return new HufuError("revocations_unknown", {
      retryAfter: 1,
      detail: `the keys of ${issuer} cannot be fetched${why}`,
      cause,
    });
  }

  async function chaseAll(isRevoked: (kid: string) => boolean): Promise<void> {
    isChasing = true;
    for (let tries = 0; !stop.signal.aborted; tries += 1) {
      if (tries > HURRIED_CHASES) await pause(COOLDOWN_MS, stop.signal).catch(() => undefined);
      await lookFresh(Number.POSITIVE_INFINITY).catch(() => undefined);
      if (![...keys.keys()].some(isRevoked)) break;
    }
    isChasing = false;
  }

  return Object.freeze<JwksSource>({
    find(kid: string): VerificationKey | undefined {
      const published = keys.get(kid);
      const isOld = clock.monotonic() - readAt >= FRESH_MS && lookup.ageMs() >= COOLDOWN_MS;
      if (published !== undefined && isOld && !stop.signal.aborted) {
        lookup.fresh(Number.POSITIVE_INFINITY).catch(() => undefined);
      }
      return published?.key;
    },
    async seek(kid: string): Promise<VerificationKey | undefined> {
      if (stop.signal.aborted) throw outOfReach(stop.signal.reason);
      try {
        await lookFresh(LOOKUP_WAIT_MS);
      } catch (cause) {
        const known = keys.get(kid);
        if (known !== undefined) return known.key;
        throw outOfReach(cause);
      }
      const published = keys.get(kid);
      if (published === undefined && unavailable.has(kid)) {
        throw outOfReach(new Error(`the node that answered cannot publish the key ${kid.slice(0, MOST_KID)}`));
      }
      if (published === undefined) {
        const message = "a token names a key that the issuer does not publish; it is refused";
        notices.warn("key_unknown", { issuer, kid: kid.slice(0, MOST_KID) }, message);
      }
      return published?.key;
    },
    async ready(): Promise<void> {
      if (keys.size > 0) return;
      if (stop.signal.aborted) throw outOfReach(stop.signal.reason);
      await lookup.fresh(Number.POSITIVE_INFINITY).catch(() => undefined);
      if (keys.size === 0) throw outOfReach(failure);
    },
    chase(isRevoked) {
      if (!isChasing) void chaseAll(isRevoked);
    },
    holds: (isSuch) => [...keys.keys()].some(isSuch),
    age: () => (Number.isFinite(readAt) ? clock.monotonic() - readAt : undefined),
    check() {
      if (keys.size === 0) return failure === undefined ? "not fetched yet" : messageOf(failure);
      if (failure === undefined) return "ok";
      return `kept from ${Math.round((clock.monotonic() - readAt) / 1000)} s ago: ${messageOf(failure)}`;
    },
    close(): void {
      stop.abort(new Error("the verifier was closed"));
    },
  });
}

/** A thumbprint has 43 characters; another name is a stranger's text. */
const MOST_KID = 64;

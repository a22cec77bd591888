import type { Clock } from "../../core/clock.ts";
import { HufuError } from "../../core/errors.ts";
import type { Logger } from "../../core/log.ts";
import type { VerificationKey } from "../../token/verification-key.ts";
import { fetchJson } from "./fetch-json.ts";
import { issuerMetadataUrl, readEndpoint } from "./issuer-metadata.ts";
import type { KeySource } from "./key-source.ts";
import { type PublishedKey, readPublishedKeys, readUnavailableKids } from "./published-keys.ts";

export interface JwksSourceOptions {
  readonly issuer: string;
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
  readonly log: Logger;
  /** Told when a key is no longer published, or means another key now. */
  readonly onGone: (kid: string) => void;
}

/** The keys that an issuer publishes, kept at hand. */
export interface JwksSource extends KeySource {
  /** Resolves when there are keys; asks the issuer if there are none. Rejects with `revocations_unknown`. */
  ready(): Promise<void>;
  /** Nothing is fetched any more. */
  close(): void;
}

/** Between two requests to the issuer there is at least this, however many unknown keys are asked for. */
export const COOLDOWN_MS = 10_000;
/** Keys older than this are fetched again behind the scenes: as long as the JWKS may be cached (docs/protocol.md §1). */
export const FRESH_MS = 300_000;

/**
 * The published keys of an issuer. One request at a time; the last good keys stay while the issuer is out of reach.
 * An unknown key is looked for at most once in 10 s. While the issuer cannot be asked, a token with an unknown key is
 * refused with 503 `revocations_unknown` and not with 401: an outage says nothing about the token.
 */
export function createJwksSource(options: JwksSourceOptions): JwksSource {
  const { issuer, fetch, clock, log, onGone } = options;
  const stop = new AbortController();
  let keys: ReadonlyMap<string, PublishedKey> = new Map();
  let unavailable: ReadonlySet<string> = new Set();
  let jwksUri: URL | undefined;
  let flight: Promise<void> | undefined;
  let askedAt = Number.NEGATIVE_INFINITY;
  let readAt = Number.NEGATIVE_INFINITY;
  let failure: unknown;

  async function read(): Promise<void> {
    askedAt = clock.monotonic();
    try {
      jwksUri ??= readEndpoint(await fetchJson(fetch, issuerMetadataUrl(issuer), stop.signal), "jwks_uri", issuer);
      const jwks = await fetchJson(fetch, jwksUri, stop.signal);
      const fresh = readPublishedKeys(jwks, log);
      unavailable = readUnavailableKids(jwks);
      const old = keys;
      keys = fresh;
      readAt = askedAt;
      failure = undefined;
      for (const [kid, { thumbprint }] of old) if (fresh.get(kid)?.thumbprint !== thumbprint) onGone(kid);
    } catch (error) {
      // Next time from the beginning: the keys may have moved.
      jwksUri = undefined;
      failure = error;
      log.warn({ issuer, err: error, keysKept: keys.size }, "the issuer's keys could not be fetched");
    } finally {
      flight = undefined;
    }
  }

  function ask(): Promise<void> {
    flight ??= read();
    return flight;
  }

  const mayAsk = (): boolean => !stop.signal.aborted && clock.monotonic() - askedAt >= COOLDOWN_MS;

  function outOfReach(): HufuError {
    return new HufuError("revocations_unknown", {
      retryAfter: Math.ceil(COOLDOWN_MS / 1000),
      detail: "the issuer's keys cannot be fetched",
      cause: failure,
    });
  }

  return Object.freeze({
    find(kid: string): VerificationKey | undefined {
      const published = keys.get(kid);
      if (published !== undefined && clock.monotonic() - readAt >= FRESH_MS && mayAsk()) void ask();
      return published?.key;
    },
    async seek(kid: string): Promise<VerificationKey | undefined> {
      if (flight !== undefined || mayAsk()) await ask();
      const published = keys.get(kid);
      if (
        published === undefined &&
        (unavailable.has(kid) || failure !== undefined || readAt === Number.NEGATIVE_INFINITY || stop.signal.aborted)
      ) {
        throw outOfReach();
      }
      return published?.key;
    },
    async ready(): Promise<void> {
      if (keys.size === 0 && !stop.signal.aborted) await ask();
      if (keys.size === 0) throw outOfReach();
    },
    close(): void {
      stop.abort(new Error("the verifier was closed"));
    },
  });
}

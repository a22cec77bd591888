import { createSecretKey } from "node:crypto";
import { checkMembers, mistaken } from "../core/arguments.ts";
import { HufuError } from "../core/errors/errors.ts";
import { checkIssuer } from "../core/issuer.ts";
import { checkLogger, type Logger } from "../core/log/log.ts";
import { createNotices } from "../core/log/notices.ts";
import { createStderrLog } from "../core/log/stderr-log.ts";
import { createMemoryWindows } from "../core/proof-windows/memory-windows.ts";
import type { ProofWindows } from "../core/proof-windows/proof-windows.ts";
import { systemRandom } from "../core/random.ts";
import { type Clock, checkClock, systemClock } from "../core/time/clock.ts";
import { type Duration, parseDuration } from "../core/time/duration.ts";
import type { MetricsRegistry } from "../metrics/prometheus-meter.ts";
import { createProofCheck } from "../proof/proof-check.ts";
import { createProofNonces } from "../proof/proof-nonces.ts";
import { checkPublicUrl } from "../proof/public-url.ts";
import { type FeedOptions, type FeedSettings, openFeed, readFeedOptions } from "./feed/open-feed.ts";
import { issuerAddress } from "./issuer-address.ts";
import { createIssuerClock } from "./issuer-clock.ts";
import { createJwksSource } from "./jwks/jwks-source.ts";
import { heldDelay, unheldDelay } from "./pause.ts";
import { createRevocationList } from "./revocation-list/revocation-list.ts";
import type { AnyClaims } from "./token-check/auth.ts";
import { createTokenCheck } from "./token-check/token-check.ts";
import { type GuardProofs, type Verifier, type VerifierHealth, verifierOf } from "./verifier.ts";
import { createVerifierMeter } from "./verifier-meter.ts";
import { createWatch } from "./watch.ts";

interface CommonOptions {
  /** The URL of the Hufu server, exactly as its tokens name it. https, or http on a loopback address. */
  readonly issuer: string;
  /**
   * Base URL under which this back end reaches the server, if it is not the issuer: `https://hufu.internal/auth`. Every
   * URL that the issuer names below its own is requested below this one. https, or http on a loopback address.
   */
  readonly internalUrl?: string;
  /** Lets `internalUrl` be plain http. Every machine on that network can then hand this verifier keys of its own. */
  readonly dangerouslyUsePlainHttpInternally?: true;
  /** What this back end is called in tokens; one of these must be in a token's `aud`. */
  readonly audience: string | readonly string[];
  /** Most verified tokens kept, about 3 KB each. Default 10,000. */
  readonly cacheSize?: number | undefined;
  /** For how long a token counts after its end, because clocks differ. Default `5s`, at most `60s`. */
  readonly leeway?: Duration;
  /** For sessions that are bound to a key (RFC 9449). Default: proofs are checked for one process. */
  readonly proofs?: ProofOptions;
  /** Default: the global one. */
  readonly fetch?: typeof globalThis.fetch;
  /** Default: this machine's. */
  readonly clock?: Clock;
  /** Default: warnings and errors go to standard error, the same message at most once a minute. */
  readonly log?: Logger;
  /**
   * A `Registry` of `prom-client`, in which this verifier registers its metrics, named as the server's. Default: nothing is
   * measured.
   * @see docs/guides/observability.md
   */
  readonly metrics?: MetricsRegistry | undefined;
}

/** How this back end checks proofs of possession. */
export interface ProofOptions {
  /**
   * The public address of the guarded routes, which a proof must name: `https://orders.example.com`. Default: the origin of
   * the first audience that is a URL, else of the issuer.
   */
  readonly publicUrl?: string;
  /** At least 32 bytes, the same in every process behind this address. Default: a random one for this process. */
  readonly secret?: string;
  /** Where used proofs are remembered; several processes need one in common. Default: the memory of this process. */
  readonly windows?: ProofWindows;
}

/** Follows the server's revocation feed: what is signed out, kicked or banned is refused within a second or two. */
interface WithFeed {
  readonly feed: FeedOptions;
  readonly dangerouslyAcceptRevokedTokensUntilTheyExpire?: never;
}

interface WithoutFeed {
  /**
   * This verifier does not follow the revocation feed: what is signed out, kicked or banned passes until the token
   * expires, ten minutes by default.
   */
  readonly dangerouslyAcceptRevokedTokensUntilTheyExpire: true;
  readonly feed?: never;
}

/** How a verifier is made. How it learns what was revoked has to be said: exactly one of two ways. */
export type VerifierOptions = CommonOptions & (WithFeed | WithoutFeed);

const LEEWAY = "5s";
const OPTIONS = [
  "issuer",
  "internalUrl",
  "dangerouslyUsePlainHttpInternally",
  "audience",
  "cacheSize",
  "leeway",
  "proofs",
  "fetch",
  "clock",
  "log",
  "metrics",
  "feed",
  "dangerouslyAcceptRevokedTokensUntilTheyExpire",
] satisfies (keyof VerifierOptions)[];
const PROOF_OPTIONS = ["publicUrl", "secret", "windows"] satisfies (keyof ProofOptions)[];
const SECRET_LEAST_BYTES = 32;

/**
 * A verifier for a back end outside the server's process. It fetches the issuer's keys when it first needs them and
 * follows the feed from now on; `ready()` waits until both are at hand. `close()` it, or its connection to the feed
 * keeps the process alive.
 *
 * @example
 * const verifier = createVerifier({
 *   issuer: "https://api.example.com/auth",
 *   audience: "https://orders.example.com",
 *   feed: { clientId: "orders-api", clientSecret: process.env["ORDERS_SECRET"] ?? "" },
 * });
 * const auth = await verifier.check(request.headers.authorization);
 * @throws TypeError for options that make no sense
 */
export function createVerifier<Claims = AnyClaims>(options: VerifierOptions): Verifier<Claims> {
  checkMembers("createVerifier: options", options, OPTIONS);
  const { audience } = options;
  const clock = options.clock === undefined ? systemClock : checkClock(options.clock);
  const log = options.log === undefined ? createStderrLog({ clock }) : checkLogger(options.log);
  const notices = createNotices({ log, clock });
  const issuer = checkIssuer(options.issuer);
  const address = issuerAddress(issuer, options.internalUrl, options.dangerouslyUsePlainHttpInternally);
  const issuerClock = createIssuerClock({ issuer, clock, notices });
  const fetch = observed(fetchIn(options), clock, issuerClock.answered);
  const feedSettings = feedSettingsOf(options);
  const leeway = parseDuration(options.leeway ?? LEEWAY, "leeway") / 1000;
  const guardProofs = guardProofsOf(options, clock);
  const stop = new AbortController();
  const revocations = createRevocationList({ clock });
  const onGone = (kid: string): void => tokens.forgetKey(kid);
  const keys = createJwksSource({ address, fetch, clock, pause: heldDelay, log, notices, onGone });
  const { beat: onBeat } = issuerClock;
  const followed = { issuer, address, onBeat, revocations, fetch, clock, log, pause: unheldDelay, stop: stop.signal };
  const tokens = createTokenCheck<Claims>({
    issuer,
    audience,
    keys,
    revocations,
    permissionsOf: (roles, pol) => (feed === undefined ? refuseRoles() : feed.permissionsOf(roles, pol)),
    leeway,
    cacheSize: options.cacheSize,
    countChecks: options.metrics !== undefined,
  });
  const feedAge = (): number | undefined => feed?.age();
  const states = { counts: tokens.counts, feedAge, keysAge: keys.age, skewMs: issuerClock.skewMs, notices, log };
  const meter = options.metrics === undefined ? undefined : createVerifierMeter(options.metrics, states);
  // Last, so that options which make no sense leave nothing running.
  const feed = feedSettings === undefined ? undefined : openFeed({ ...followed, ...feedSettings });
  if (feed === undefined) log.warn({ issuer }, "this verifier accepts revoked tokens until they expire");
  const isKeyRevoked = (kid: string): boolean => revocations.whyKeyRevoked(kid) !== undefined;
  revocations.onChange((entries) => {
    const names = entries?.some(({ revocation }) => "kid" in revocation) === true;
    if (names || keys.holds(isKeyRevoked)) keys.chase(isKeyRevoked);
  });

  function health(): VerifierHealth {
    const checks = {
      keys: keys.check(),
      revocations: feed === undefined ? "not followed: revoked tokens are accepted" : feed.check(),
      clock: issuerClock.check(),
    };
    const hasKeys = keys.holds(() => true);
    return { ready: hasKeys && (feed === undefined || checks.revocations === "ok"), checks };
  }
  const life = {
    watch: createWatch({ tokenOf: tokens.tokenOf, revocations, pause: unheldDelay, log, stop: stop.signal }),
    feedAge,
    ...(meter && { meter }),
    async ready(): Promise<void> {
      try {
        await Promise.all([keys.ready(), feed?.ready(), meter?.registered()]);
      } catch (error) {
        // No caller is answered with this error. The operator who starts the program reads it, and needs the URL.
        if (error instanceof HufuError && error.detail !== undefined) error.message += `: ${error.detail}`;
        throw error;
      }
    },
    health,
    close(): void {
      keys.close();
      meter?.close();
      stop.abort(new Error("the verifier was closed"));
    },
  };
  return verifierOf(feed === undefined ? tokens : feed.confirmedFor(tokens), life, guardProofs);
}

function guardProofsOf({ proofs = {}, audience, issuer }: VerifierOptions, clock: Clock): GuardProofs {
  checkMembers("proofs", proofs, PROOF_OPTIONS);
  const { secret, windows = createMemoryWindows({ clock, random: systemRandom }) } = proofs;
  if (secret !== undefined && Buffer.byteLength(secret) < SECRET_LEAST_BYTES) {
    throw new TypeError(`proofs.secret: at least ${SECRET_LEAST_BYTES} bytes; make one with: openssl rand -hex 32`);
  }
  const key = createSecretKey(secret === undefined ? systemRandom(SECRET_LEAST_BYTES) : Buffer.from(secret, "utf8"));
  const nonces = createProofNonces({ purpose: "guard", keys: [key], windows, clock });
  const audiences = typeof audience === "string" ? [audience] : audience;
  const publicUrl = proofs.publicUrl ?? new URL(audiences.find((name) => /^https?:/.test(name)) ?? issuer).origin;
  return {
    proofs: createProofCheck({ nonces, windows, clock }),
    publicUrl: checkPublicUrl(publicUrl, "proofs.publicUrl"),
  };
}

function fetchIn({ fetch = globalThis.fetch }: VerifierOptions): typeof globalThis.fetch {
  if (typeof fetch !== "function") throw mistaken("fetch", "a function", fetch);
  return fetch;
}

/** Every answer of the issuer says what its time is. */
function observed(
  fetch: typeof globalThis.fetch,
  clock: Clock,
  answered: (headers: Headers, askedAt: number) => void,
): typeof globalThis.fetch {
  return async (input, init) => {
    const askedAt = clock.now();
    const response = await fetch(input, init);
    answered(response.headers, askedAt);
    return response;
  };
}

function feedSettingsOf(options: VerifierOptions): FeedSettings | undefined {
  const { feed, dangerouslyAcceptRevokedTokensUntilTheyExpire: without } = options;
  if (feed !== undefined && without === undefined) return readFeedOptions(feed);
  if (feed === undefined && without === true) return undefined;
  throw new TypeError(
    feed === undefined
      ? "createVerifier needs feed: { clientId, clientSecret } to learn what is revoked. Without it, it would let revoked " +
          "tokens through until they expire: say so with dangerouslyAcceptRevokedTokensUntilTheyExpire: true"
      : "createVerifier takes feed or dangerouslyAcceptRevokedTokensUntilTheyExpire, not both",
  );
}

function refuseRoles(): never {
  throw new HufuError("revocations_unknown", {
    retryAfter: 60,
    detail: "the token names roles only, and this verifier has no table of roles",
  });
}

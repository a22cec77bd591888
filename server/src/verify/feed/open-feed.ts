import { checkMembers } from "../../core/arguments.ts";
import type { Logger } from "../../core/log/log.ts";
import { systemRandom } from "../../core/random.ts";
import type { Clock } from "../../core/time/clock.ts";
import { type Duration, parseDuration } from "../../core/time/duration.ts";
import type { ClientCredentials } from "../issuer/basic-credentials.ts";
import { createIntrospection } from "../issuer/introspection.ts";
import { createIssuerEndpoints } from "../issuer/issuer-endpoints.ts";
import { createOwnToken } from "../issuer/own-token.ts";
import { createRoleTableSource } from "../issuer/role-table-source.ts";
import type { IssuerAddress } from "../issuer-address.ts";
import type { Pause } from "../pause.ts";
import type { RevocationList } from "../revocation-list/revocation-list.ts";
import type { RoleSource } from "../role-source.ts";
import type { TokenCheck } from "../token-check/token-check.ts";
import { followFeed } from "./follow-feed.ts";
import { createConfirmedCheck, type OutOfTouch } from "./out-of-touch.ts";
import { createTouch } from "./touch.ts";

/** How a verifier follows the revocation feed. */
export interface FeedOptions {
  /** As registered in the server's `clients`, with the permission `hufu.revocations:read`. */
  readonly clientId: string;
  readonly clientSecret: string;
  /** For how long the server may be silent before this verifier counts as out of touch. Default `5s`, `3s` to `60s`. */
  readonly maxSilence?: Duration;
  /**
   * What happens then to tokens that would otherwise pass. `introspect` (the default) asks the server about each, for
   * which the client needs `hufu.tokens:introspect` too; `refuse` answers 503; `accept` lets them pass, revoked or not.
   */
  readonly outOfTouch?: OutOfTouch;
}

/** The same, read. */
export interface FeedSettings extends ClientCredentials {
  /** Milliseconds. */
  readonly maxSilence: number;
  readonly outOfTouch: OutOfTouch;
}

export interface OpenFeedOptions extends FeedSettings {
  readonly issuer: string;
  readonly address: IssuerAddress;
  readonly onBeat: (at: number) => void;
  readonly revocations: RevocationList;
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
  readonly log: Logger;
  readonly pause: Pause;
  readonly stop: AbortSignal;
}

/** What a verifier takes from the feed. */
export interface FeedSubscription {
  readonly permissionsOf: RoleSource;
  /** Milliseconds since the list was last confirmed. */
  age(): number | undefined;
  /** `ok`, or since when it is out of touch and why. */
  check(): string;
  ready(): Promise<void>;
  /** The same check, held against the age of what it knows. */
  confirmedFor<Claims>(tokens: Pick<TokenCheck<Claims>, "check">): Pick<TokenCheck<Claims>, "check">;
}

const MAX_SILENCE = "5s";
/** Below it every second beat that is a moment late would be an outage. */
const LEAST_SILENCE_MS = 3000;
const MOST_SILENCE_MS = 60_000;
const CHOICES: readonly string[] = ["introspect", "refuse", "accept"] satisfies OutOfTouch[];

/** @throws TypeError that names the option, and never shows the secret */
export function readFeedOptions(options: FeedOptions): FeedSettings {
  checkMembers("feed", options, ["clientId", "clientSecret", "maxSilence", "outOfTouch"]);
  const { clientId, clientSecret, maxSilence = MAX_SILENCE, outOfTouch = "introspect" } = options;
  if (typeof clientId !== "string" || clientId === "") throw new TypeError("feed.clientId: it is missing");
  if (typeof clientSecret !== "string" || clientSecret === "") throw new TypeError("feed.clientSecret: it is missing");
  const silence = parseDuration(maxSilence, "feed.maxSilence");
  if (silence < LEAST_SILENCE_MS || silence > MOST_SILENCE_MS) throw new TypeError("feed.maxSilence: 3s to 60s");
  if (!CHOICES.includes(outOfTouch)) throw new TypeError(`feed.outOfTouch: one of ${CHOICES.join(", ")}`);
  return { clientId, clientSecret, maxSilence: silence, outOfTouch };
}

/** Begins to follow the feed. */
export function openFeed(options: OpenFeedOptions): FeedSubscription {
  const { revocations, clock, log, maxSilence, outOfTouch } = options;
  const endpoints = createIssuerEndpoints(options);
  const ownToken = createOwnToken({ ...options, endpoints });
  const introspection = createIntrospection({ ...options, endpoints });
  const touch = createTouch(clock);
  const follower = followFeed({ ...options, list: revocations, ownToken, touch, random: systemRandom });
  return Object.freeze({
    permissionsOf: createRoleTableSource({ ...options, ownToken }),
    age: touch.age,
    ready: follower.ready,
    check() {
      const age = touch.age();
      if (age !== undefined && age <= maxSilence) return "ok";
      const since = age === undefined ? "not read yet" : `not read for ${Math.round(age / 1000)} s`;
      return `${since}: ${follower.failure() ?? "the feed is silent"}`;
    },
    confirmedFor: <Claims>(tokens: Pick<TokenCheck<Claims>, "check">) =>
      createConfirmedCheck({ tokens, touch, maxSilence, outOfTouch, introspection, log }),
  });
}

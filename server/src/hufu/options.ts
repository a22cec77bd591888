import type { Clock } from "../core/clock.ts";
import { parseDuration } from "../core/duration.ts";
import { checkIssuer } from "../core/issuer.ts";
import type { Logger } from "../core/log.ts";
import type { Random } from "../core/random.ts";
import { LIMIT_NAMES, type LimitOptions, type LimitSettings, resolveLimits } from "../limits/limit-options.ts";
import type { AppOptions } from "../platform/app-options.ts";
import type { FindAppOptions } from "../platform/apps.ts";
import { checkRole } from "../session/administration/administer-roles.ts";
import type { ClientRegistration } from "../session/clients.ts";
import type { Hooks, Overflow, ResolveUser, SessionSettings } from "../session/settings.ts";
import type { Hints } from "../store/hints.ts";
import type { RedisClient } from "../store/hot/redis/redis-client.ts";
import type { HotStore } from "../store/hot.ts";
import type { DeviceType, HostClaims } from "../store/records.ts";
import type { Store } from "../store/store.ts";
import { ALGORITHMS, type Algorithm } from "../token/algorithms.ts";

/** What a deployment decides. Durations are text such as `"10m"`. */
export interface HufuOptions<Claims = HostClaims> {
  /** URL under which Hufu is reached, path included: https, or http on a loopback address. No query, no fragment. */
  readonly issuer: string;
  /** Who the access tokens are for: the `aud` that guards ask for. Default: the issuer's origin. */
  readonly audience?: string;
  /** Secrets of at least 32 bytes, the newest first; everything that is sealed or authenticated hangs on them. */
  readonly secret: string | readonly string[];
  /** `sqlite:FILE`, `postgres://…` (with `pg` installed), `mysql://…` (with `mysql2`), or a store that was opened already. */
  readonly database: string | Store;
  /**
   * `postgres://…` of the same database past a pooler such as PgBouncer: one connection, on which this node hears at once
   * of news. Default: none, and behind a pooler nodes poll.
   */
  readonly databaseDirect?: string;
  /**
   * Redis or Valkey for short-lived facts and for hints between nodes: `redis://…`, `rediss://…`, or a client of `ioredis`
   * (a server's, a Sentinel's, a cluster's), which whoever made it closes. Default: none.
   */
  readonly redis?: string | RedisClient;
  /** Short-lived facts. Default: in `redis` where there is one, else in the database. */
  readonly hot?: HotStore;
  /**
   * How nodes hear at once that there is news. Default: through `redis` where there is one, else through the database
   * where it can (PostgreSQL); else they poll.
   */
  readonly hints?: Hints;
  /** What guards of this process do while the database is silent, and what other processes end cannot be known. */
  readonly guards?: {
    /** For how long they go on with what was read. Default `5s`, `2s` to `60s`. */
    readonly maxSilence?: string;
    /** Then: `refuse` (default) with 503 `revocations_unknown`, or `accept` what may have been revoked. */
    readonly outOfTouch?: "refuse" | "accept";
  };
  /** The mini programs, as a list or a function from `client_id`. */
  readonly apps: readonly AppOptions[] | FindAppOptions;
  /** Back ends that may call Hufu itself. Default: none. */
  readonly clients?: readonly ClientRegistration[];
  readonly tokens?: {
    /** `dual` (default): access and refresh token. `single`: an access token alone. */
    readonly mode?: "dual" | "single";
    /** Default `ES256`, which every verifier knows. */
    readonly algorithm?: Algorithm;
    /** Life of an access token. Default `10m`, at most `24h`. */
    readonly access?: string;
    /** A session that is not used for so long ends. Default `30d`. */
    readonly refreshIdle?: string;
    /** A session ends after so long, whatever happens. Default `180d`. */
    readonly refreshAbsolute?: string;
    /** Life of the access token in `single` mode. Default `2h`, at most `24h`. */
    readonly single?: string;
    /** Put the openid into access tokens. Default `true`. */
    readonly openid?: boolean;
  };
  readonly sessions?: {
    /** Most sessions per type of device; `*` = one total for all types not named. Default: no limit. */
    readonly perDeviceType?: Readonly<Partial<Record<DeviceType | "*", number>>>;
    /** Default `replace`: the oldest ends. */
    readonly overflow?: Overflow;
    /**
     * Most sessions of one identity (platform, app, openid), so that nobody fills the database with ever new device ids.
     * The longest unused end, and no sign-in is refused for it. Default 100.
     */
    readonly perIdentity?: number;
  };
  /** How much may be asked, by address, session, app and client; `false` = no limits at all. */
  readonly limits?: LimitOptions | false;
  /** How long what is over is kept; then it is deleted, bit by bit, in the background. */
  readonly retention?: {
    /** Ended and expired sessions. Default `30d`, at least `1d`. */
    readonly sessions?: string;
    /** Audit records. Default `400d`, at least `1d`. */
    readonly audit?: string;
  };
  /** Who owns roles (docs/protocol.md §10). Default `config`. */
  readonly rolesFrom?: "config" | "hufu" | "host";
  /** What each role allows. */
  readonly roles?: Readonly<Record<string, readonly string[]>>;
  /** Roles of a new user. Default: none. */
  readonly defaultRoles?: readonly string[];
  /** Asked who an identity is in the host's own environment. */
  readonly resolveUser?: ResolveUser<Claims>;
  /** How long `resolveUser` may take. Default `3s`. */
  readonly resolveTimeout?: string;
  /** Told at least once each. */
  readonly hooks?: Hooks;
  /** Inherited by all that serves this Hufu. Default: warnings and errors go to stderr, the same message at most once a minute. */
  readonly log?: Logger;
  /** The environment around: replaced by tests, never by products. */
  readonly environment?: Partial<Environment>;
}

/** Time, chance and network as values. */
export interface Environment {
  readonly clock: Clock;
  readonly random: Random;
  readonly fetch: typeof globalThis.fetch;
  /** Resolves after so many milliseconds; rejects when `signal` fires first. Keeps no process alive. */
  readonly pause: (ms: number, signal?: AbortSignal) => Promise<void>;
  /**
   * `production` speaks up about what is for development alone, `development` accepts weak secrets of clients. Default: by
   * `NODE_ENV`, `production` or neither.
   */
  readonly stage: "production" | "development" | "unknown";
}

/** The names of all options, by the group that they stand in. */
const KNOWN: Readonly<Record<string, readonly string[]>> = {
  "": [
    "issuer",
    "audience",
    "secret",
    "database",
    "databaseDirect",
    "redis",
    "hot",
    "hints",
    "guards",
    "apps",
    "clients",
    "tokens",
    "sessions",
    "limits",
    "retention",
    "rolesFrom",
    "roles",
    "defaultRoles",
    "resolveUser",
    "resolveTimeout",
    "hooks",
    "log",
    "environment",
  ],
  tokens: ["mode", "algorithm", "access", "refreshIdle", "refreshAbsolute", "single", "openid"],
  sessions: ["perDeviceType", "overflow", "perIdentity"],
  limits: LIMIT_NAMES,
  retention: ["sessions", "audit"],
  guards: ["maxSilence", "outOfTouch"],
  hooks: ["onSignIn", "onSessionEnd", "onUserClosed"],
  environment: ["clock", "random", "fetch", "pause", "stage"],
};
const DAY_MS = 86_400_000;
const LONGEST_MS = 3650 * DAY_MS;
const DEVICE_TYPES = ["phone", "pad", "pc", "devtools", "other", "*"];

/** What is left of the options when they have been checked; the session room's part of it. */
export interface ResolvedOptions {
  readonly settings: SessionSettings;
  readonly algorithm: Algorithm;
  readonly roles: ReadonlyMap<string, readonly string[]>;
  readonly limits: LimitSettings;
  /** Milliseconds; `undefined` = guards go on however long the database is silent. */
  readonly maxSilenceMs: number | undefined;
}

/** @throws TypeError that names the option, for whatever makes no sense */
export function resolveOptions<Claims>(options: HufuOptions<Claims>): ResolvedOptions {
  refuseUnknown(options);
  const issuer = checkIssuer(options.issuer);
  const tokens = options.tokens ?? {};
  const mode = oneOf(tokens.mode ?? "dual", ["dual", "single"], "tokens.mode");
  const access = parseDuration(tokens.access ?? "10m", "tokens.access");
  const single = parseDuration(tokens.single ?? "2h", "tokens.single");
  for (const [name, ms] of [
    ["access", access],
    ["single", single],
  ] as const) {
    if (ms > DAY_MS) throw new TypeError(`tokens.${name}: an access token may live 24h at most`);
    if (ms < 1000) throw new TypeError(`tokens.${name}: an access token must live a second at least`);
  }
  const idleMs = parseDuration(tokens.refreshIdle ?? "30d", "tokens.refreshIdle");
  const absoluteMs = parseDuration(tokens.refreshAbsolute ?? "180d", "tokens.refreshAbsolute");

  for (const [name, ms] of [
    ["refreshIdle", idleMs],
    ["refreshAbsolute", absoluteMs],
  ] as const) {
    if (ms > LONGEST_MS) throw new TypeError(`tokens.${name}: a session may live 3650d at most`);
  }

  const roles = new Map(Object.entries(options.roles ?? {}));
  for (const [name, permissions] of roles) checkRole(name, permissions);
  const rolesFrom = oneOf(options.rolesFrom ?? "config", ["config", "hufu", "host"], "rolesFrom");
  if (rolesFrom === "host" && options.resolveUser === undefined) {
    throw new TypeError('rolesFrom: "host" needs resolveUser, which says what each user\'s roles are');
  }
  const defaultRoles = options.defaultRoles ?? [];
  for (const role of defaultRoles) {
    if (!roles.has(role) && rolesFrom !== "hufu") throw new TypeError(`defaultRoles: there is no role "${role}"`);
  }

  const settings: SessionSettings = {
    issuer,
    audience: options.audience ?? new URL(issuer).origin,
    mode,
    accessMs: mode === "single" ? single : access,
    idleMs,
    absoluteMs,
    openidInTokens: tokens.openid ?? true,
    perDeviceType: checkedLimits(options.sessions?.perDeviceType ?? {}),
    overflow: oneOf(options.sessions?.overflow ?? "replace", ["replace", "refuse", "evict-idle"], "sessions.overflow"),
    perIdentity: checkedLimit(options.sessions?.perIdentity ?? 100, "sessions.perIdentity"),
    rolesFrom,
    defaultRoles: [...defaultRoles],
    // The session room carries claims as it gets them; their type is the host's own business.
    resolveUser: (options.resolveUser as ResolveUser | undefined) ?? null,
    resolveTimeoutMs: parseDuration(options.resolveTimeout ?? "3s", "resolveTimeout"),
    hooks: options.hooks ?? {},
    retention: {
      sessionsMs: keptFor(options.retention?.sessions ?? "30d", "retention.sessions"),
      auditMs: keptFor(options.retention?.audit ?? "400d", "retention.audit"),
    },
  };
  if (settings.audience === "") throw new TypeError("audience: it is empty");
  return {
    settings,
    algorithm: oneOf(tokens.algorithm ?? "ES256", ALGORITHMS, "tokens.algorithm"),
    roles,
    limits: resolveLimits(options.limits),
    maxSilenceMs: maxSilenceOf(options.guards ?? {}),
  };
}

/** Below two seconds a slow answer would be an outage. */
function maxSilenceOf({ maxSilence = "5s", outOfTouch = "refuse" }: NonNullable<HufuOptions["guards"]>) {
  const ms = parseDuration(maxSilence, "guards.maxSilence");
  if (ms < 2000 || ms > 60_000) throw new TypeError("guards.maxSilence: 2s to 60s");
  return oneOf(outOfTouch, ["refuse", "accept"], "guards.outOfTouch") === "accept" ? undefined : ms;
}

/** A misspelled option would otherwise be a silent default, such as users without roles. */
function refuseUnknown(options: object): void {
  for (const [group, known] of Object.entries(KNOWN)) {
    const members: unknown = group === "" ? options : Object.entries(options).find(([name]) => name === group)?.[1];
    if (typeof members !== "object" || members === null) continue;
    for (const name of Object.keys(members)) {
      if (known.includes(name)) continue;
      const where = group === "" ? name : `${group}.${name}`;
      throw new TypeError(`${where}: there is no such option; there are ${known.join(", ")}`);
    }
  }
}

function checkedLimits(limits: Readonly<Partial<Record<DeviceType | "*", number>>>): typeof limits {
  for (const [type, limit] of Object.entries(limits)) {
    if (!DEVICE_TYPES.includes(type)) throw new TypeError(`sessions.perDeviceType: "${type}" is no type of device`);
    checkedLimit(limit, `sessions.perDeviceType.${type}`);
  }
  return { ...limits };
}

/** A sign-in reads about so many sessions, so a limit has a limit. */
function checkedLimit(limit: number, option: string): number {
  if (!Number.isSafeInteger(limit) || limit < 1 || limit > 10_000)
    throw new TypeError(`${option}: not a whole number from 1 to 10000`);
  return limit;
}

/** At least as long as any access token lives: whoever asks about one finds its session still. */
function keptFor(text: string, option: string): number {
  const ms = parseDuration(text, option);
  if (ms < DAY_MS || ms > LONGEST_MS) throw new TypeError(`${option}: from 1d to 3650d`);
  return ms;
}

function oneOf<T extends string>(value: string, allowed: readonly T[], option: string): T {
  const found = allowed.find((candidate) => candidate === value);
  if (found === undefined) throw new TypeError(`${option}: "${value}" is none of ${allowed.join(", ")}`);
  return found;
}

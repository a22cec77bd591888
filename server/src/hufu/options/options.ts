import type { Logger } from "../../core/log/log.ts";
import type { Random } from "../../core/random.ts";
import type { Clock } from "../../core/time/clock.ts";
import type { LimitOptions } from "../../limits/limit-options.ts";
import type { MetricsRegistry } from "../../metrics/prometheus-meter.ts";
import type { AppOptions } from "../../platform/app-options.ts";
import type { FindAppOptions } from "../../platform/apps.ts";
import type { ClientRegistration } from "../../session/clients.ts";
import type { Hooks } from "../../session/hook-events.ts";
import type { Overflow, ResolveUser } from "../../session/settings.ts";
import type { Hints } from "../../store/hints.ts";
import type { RedisClient } from "../../store/hot/redis/redis-client.ts";
import type { HotStore } from "../../store/hot.ts";
import type { DeviceType, HostClaims } from "../../store/records.ts";
import type { Store } from "../../store/store.ts";
import type { Algorithm } from "../../token/keys/algorithms.ts";
import type { ResolveTargetOptions, WebhookOptions } from "../../webhooks/target-options.ts";
import type { RedisClusterOptions, RedisSentinelOptions } from "../redis/redis-options.ts";

/** What a deployment decides. Durations are text such as `"10m"`. */
export interface HufuOptions<Claims = HostClaims> {
  /** URL under which Hufu is reached, path included: https, or http on a loopback address. No query, no fragment. */
  readonly issuer: string;
  /** Who the access tokens are for: the `aud` that guards ask for. Default: the issuer's origin. */
  readonly audience?: string | undefined;
  /** Secrets of at least 32 bytes, the newest first; all sealing and MAC keys derive from them. */
  readonly secret: string | readonly string[];
  /** `sqlite:FILE`, `postgres://…` (with `pg` installed), `mysql://…` (with `mysql2`), or a store that was opened already. */
  readonly database: string | Store;
  /**
   * `postgres://…` of the same database past a pooler such as PgBouncer: one connection, on which this node hears at once
   * of news. Default: none, and behind a pooler nodes poll.
   */
  readonly databaseDirect?: string | undefined;
  /**
   * Redis or Valkey for short-lived facts and for hints between nodes: `redis://…`, `rediss://…`, `{ sentinels, name }`,
   * `{ cluster }`, or a client of `ioredis`, which its maker closes. Default: none.
   */
  readonly redis?: string | RedisSentinelOptions | RedisClusterOptions | RedisClient | undefined;
  /** Short-lived facts. Default: in `redis` where there is one, else in the database. */
  readonly hot?: HotStore | undefined;
  /**
   * How nodes hear at once that there is news. Default: through `redis` where there is one, else through the database
   * where it can (PostgreSQL); else they poll.
   */
  readonly hints?: Hints | undefined;
  /** What guards of this process know, and what they do while the database does not say which tokens others have revoked. */
  readonly guards?:
    | {
        /** For how long they go on with the last revocations they read. Default `5s`, `2s` to `60s`. */
        readonly maxSilence?: string | undefined;
        /** Then: `refuse` (default) with 503 `revocations_unknown`, or `accept` tokens that may have been revoked. */
        readonly outOfTouch?: "refuse" | "accept" | undefined;
        /**
         * The public address of the guarded routes, which a proof of possession must name: `https://api.example.com`, with
         * the path that a proxy cuts off, if it does. Default: the issuer's origin.
         */
        readonly publicUrl?: string | undefined;
        /**
         * Do guards of this process know the access tokens that it issues, some 3 KB each, so that their first check needs no
         * signature? Default `true`; `false` in `hufu serve`, which issues tokens for guards of other processes.
         */
        readonly keepIssued?: boolean | undefined;
      }
    | undefined;
  /** The mini programs, as a list or a function from `client_id`. */
  readonly apps: readonly AppOptions[] | FindAppOptions;
  /** Back ends that may call Hufu itself. Default: none. */
  readonly clients?: readonly ClientRegistration[] | undefined;
  readonly tokens?:
    | {
        /** `dual` (default): access and refresh token. `single`: an access token alone. */
        readonly mode?: "dual" | "single" | undefined;
        /** Default `ES256`, which every verifier knows. */
        readonly algorithm?: Algorithm | undefined;
        /** Life of an access token. Default `10m`, at most `24h`. */
        readonly access?: string | undefined;
        /** A session that is not used for so long ends. Default `30d`. */
        readonly refreshIdle?: string | undefined;
        /** A session ends after so long, used or not. Default `180d`. */
        readonly refreshAbsolute?: string | undefined;
        /** Life of the access token in `single` mode. Default `2h`, at most `24h`. */
        readonly single?: string | undefined;
        /** Put the openid into access tokens. Default `true`. */
        readonly openid?: boolean | undefined;
      }
    | undefined;
  readonly sessions?:
    | {
        /** Most sessions per type of device; `*` = one total for all types not named. Default: no limit. */
        readonly perDeviceType?: { readonly [Type in DeviceType | "*"]?: number | undefined } | undefined;
        /** Default `replace`: the oldest session ends. */
        readonly overflow?: Overflow | undefined;
        /**
         * Most sessions of one identity (platform, app, openid), so that no client fills the database with ever new device
         * ids. The longest unused end, and no sign-in is refused for it. Default 100.
         */
        readonly perIdentity?: number | undefined;
      }
    | undefined;
  /** How much may be asked, by address, session, app and client; `false` = no limits at all. */
  readonly limits?: LimitOptions | false | undefined;
  /** How long ended records are kept; then they are deleted in the background. */
  readonly retention?:
    | {
        /** Ended and expired sessions. Default `30d`, at least `1d`. */
        readonly sessions?: string | undefined;
        /** Audit records. Default `400d`, at least `180d`. */
        readonly audit?: string | undefined;
        /** Messages to `webhooks` that could not be delivered. Default `14d`, at least `1d`, at most `90d`. */
        readonly webhooks?: string | undefined;
      }
    | undefined;
  /** Who owns roles (docs/protocol.md §10). Default `config`. */
  readonly rolesFrom?: "config" | "hufu" | "host" | undefined;
  /** What each role allows. */
  readonly roles?: Readonly<Record<string, readonly string[]>> | undefined;
  /** Roles of a new user. Default: none. */
  readonly defaultRoles?: readonly string[] | undefined;
  /** Asked which user of your back end an identity belongs to: a function, or a URL for a signed request. */
  readonly resolveUser?: ResolveUser<Claims> | ResolveTargetOptions | undefined;
  /** How long `resolveUser` may take. Default `3s`. */
  readonly resolveTimeout?: string | undefined;
  /** Called at least once for each event. */
  readonly hooks?: Hooks | undefined;
  /** Receivers elsewhere that are told the same by signed requests, at least once each. Default: none; at most 20. */
  readonly webhooks?: readonly WebhookOptions[] | undefined;
  /**
   * Where log lines go; all that serves this Hufu inherits it. A pino logger fits, and so does `console`.
   * Default: warnings and errors go to stderr, the same message at most once a minute.
   */
  readonly log?: Logger | undefined;
  /**
   * A `Registry` of `prom-client`, in which Hufu registers its metrics, all named `hufu_…`. Default: nothing is measured.
   * @see docs/guides/observability.md
   */
  readonly metrics?: MetricsRegistry | undefined;
  /** Clock, chance and network. Tests replace them; products never do. */
  readonly environment?: { readonly [Name in keyof Environment]?: Environment[Name] | undefined } | undefined;
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
  /** Processes of this node that serve with the same options, this one included: the workers of `hufu serve`. Default: 1. */
  readonly processes: number;
}

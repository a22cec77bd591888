import * as z from "zod";
import { issuerMistake } from "../../core/issuer.ts";
import type { Logger } from "../../core/log/log.ts";
import type { Random } from "../../core/random.ts";
import type { Clock } from "../../core/time/clock.ts";
import { limitOptions } from "../../limits/limit-schema.ts";
import type { MetricsRegistry } from "../../metrics/prometheus-meter.ts";
import { closed } from "../../options/closed-object.ts";
import { MISSING } from "../../options/mistakes.ts";
import { grantedPermission } from "../../options/permission.ts";
import {
  checkedText,
  duration,
  flag,
  functionOf,
  list,
  oneOf,
  text,
  wholeNumber,
  withMethods,
} from "../../options/values.ts";
import { appOptions } from "../../platform/app-schema.ts";
import type { FindAppOptions } from "../../platform/apps.ts";
import { publicUrlMistake } from "../../proof/public-url.ts";
import type { Hooks } from "../../session/hook-events.ts";
import { isRoleName } from "../../session/role-name.ts";
import type { ResolveUser } from "../../session/settings.ts";
import type { Hints } from "../../store/hints.ts";
import { isRedisClient, type RedisClient } from "../../store/hot/redis/redis-client.ts";
import type { HotStore } from "../../store/hot.ts";
import type { Store } from "../../store/store.ts";
import { ALGORITHMS } from "../../token/keys/algorithms.ts";
import { weaknessOf } from "../../token/sealing/weak-secret.ts";
import { resolveTarget, webhookReceivers } from "../../webhooks/target-schema.ts";
import { redisOptions } from "../redis/redis-schema.ts";
import { findContradictions } from "./contradictions.ts";
import type { HufuOptions } from "./options.ts";

const secretText = (about: string) =>
  checkedText(about, (secret) => {
    const weakness = weaknessOf(secret);
    return weakness === undefined ? undefined : `${weakness}; make one with: openssl rand -hex 32`;
  });

const roleName = z.string().refine(isRoleName, { error: "a role's name has 1 to 64 letters, digits and _ . : -" });

const client = closed({
  id: text("The OAuth client_id of a back end."),
  secret: text("Its client secret, such as `openssl rand -hex 32` makes; write env:NAME or file:PATH."),
  permissions: list(grantedPermission(), "What its own tokens may do, such as hufu.tokens:introspect."),
});

const accessLife = (about: string) => duration(about, { least: "1s", most: "24h" });
const sessionLife = (about: string) => duration(about, { most: "3650d" });
const kept = (about: string, least: string) => duration(about, { least, most: "3650d" });

const tokens = closed({
  mode: oneOf(["dual", "single"], "dual: access and refresh token. single: an access token alone.").default("dual"),
  algorithm: oneOf(ALGORITHMS, "Signs access tokens. Every verifier knows ES256.").default("ES256"),
  access: accessLife("Life of an access token, 1s to 24h.").default("10m"),
  refreshIdle: sessionLife("A session that is not used for so long ends.").default("30d"),
  refreshAbsolute: sessionLife("A session ends after so long, used or not.").default("180d"),
  single: accessLife("Life of the access token in single mode, 1s to 24h.").default("2h"),
  openid: flag("Put the openid into access tokens.").default(true),
}).describe("The tokens.");

/** A sign-in reads about so many sessions, so a limit has a limit. */
const sessionLimit = (about: string) => wholeNumber(about, { most: 10_000 });
const limit = sessionLimit("Most sessions of a user on this type of device.").optional();
const sessions = closed({
  perDeviceType: closed({ phone: limit, pad: limit, pc: limit, devtools: limit, other: limit, "*": limit })
    .describe("Most sessions per type of device; * is one total for every type not named. Default is no limit.")
    .prefault({}),
  overflow: oneOf(
    ["replace", "refuse", "evict-idle"],
    "replace: the oldest session ends. refuse: the sign-in is refused. evict-idle: the longest unused session ends.",
  ).default("replace"),
  perIdentity: sessionLimit("Most sessions of one identity (platform, app, openid); the longest unused end.").default(
    100,
  ),
}).describe("How many sessions a user may have.");

const retention = closed({
  sessions: kept("Ended and expired sessions are deleted so long after their end, 1d at least.", "1d").default("30d"),
  // Network Security Law of the PRC, article 21: logs are kept for six months.
  audit: kept("Audit records are deleted so long after they were written, 180d at least.", "180d").default("400d"),
  webhooks: duration("Messages to webhooks are deleted so long after they were written, delivered or not, 1d to 90d.", {
    least: "1d",
    most: "90d",
  }).default("14d"),
}).describe("How long ended records are kept.");

const guards = closed({
  maxSilence: duration(
    "For how long guards of this process go on with the last revocations they read while the database does not answer, 2s to 60s.",
    { least: "2s", most: "60s" },
  ).default("5s"),
  outOfTouch: oneOf(
    ["refuse", "accept"],
    "Then: refuse with 503 revocations_unknown, or accept tokens that may have been revoked.",
  ).default("refuse"),
  publicUrl: checkedText(
    "The public address of the guarded routes, which a proof of possession must name. Default is the issuer's origin.",
    publicUrlMistake,
  ).optional(),
  keepIssued: flag(
    "Guards of this process know the access tokens that it issues, so that a first check needs no signature. Default is true, in hufu serve false.",
  ).optional(),
}).describe("What guards of this process know, and what they do while the database does not answer.");

/** The options that are data: a JSON file can hold them. Each is described here and nowhere else. */
export const dataOptions = {
  issuer: checkedText(
    "URL under which Hufu is reached, path included: https, or http on a loopback address.",
    issuerMistake,
  ),
  audience: text("Who access tokens are for. Default is the issuer's origin.").optional(),
  secret: z
    .union([secretText("A secret."), list(secretText("A secret."), "Secrets, the newest first.", 1)], {
      error: ({ input }) => (input === undefined ? MISSING : "must be a text or a list of texts, the newest first"),
    })
    .describe("Secrets of at least 32 bytes, the newest first; write env:NAME or file:PATH."),
  database: text(
    "sqlite:FILE; or postgres://… with pg, mysql://… with mysql2 installed. A relative FILE begins in the working folder.",
  ),
  databaseDirect: text(
    "postgres://… of the same database past a pooler, to get news at once. Default is none.",
  ).optional(),
  redis: redisOptions.optional(),
  guards: guards.prefault({}),
  apps: list(appOptions, "The mini programs."),
  clients: list(client, "Back ends that may call Hufu itself. Default is none.").optional(),
  tokens: tokens.prefault({}),
  sessions: sessions.prefault({}),
  limits: limitOptions.prefault({}),
  retention: retention.prefault({}),
  rolesFrom: oneOf(
    ["config", "hufu", "host"],
    "Who owns roles: config (this configuration), hufu (administered) or host (resolveUser).",
  ).default("config"),
  roles: z
    .record(roleName, list(grantedPermission(), "Its permissions."), {
      error: "must be an object of lists of permissions",
    })
    .describe("What each role allows: resource:action or resource:action:reach. Default is none.")
    .optional(),
  defaultRoles: list(text("A role's name."), "Roles of a new user. Default is none.").optional(),
  resolveUser: resolveTarget.optional(),
  resolveTimeout: duration("How long resolveUser may take.").default("3s"),
  webhooks: webhookReceivers.optional(),
};

/** The options that only code can hold, in `createHufu` and in a configuration that is a module. */
export const functionOptions = {
  redis: z
    .union([...redisOptions.options, z.custom<RedisClient>(isRedisClient)], {
      error: "must be a URL such as redis://HOST:PORT, { sentinels, name }, { cluster } or a client of ioredis",
    })
    .optional(),
  apps: z.union([dataOptions.apps, functionOf<FindAppOptions>("Finds a mini program.")], {
    error: ({ input }) => (input === undefined ? MISSING : "must be a list, or a function from client_id"),
  }),
  resolveUser: z
    .union([resolveTarget, functionOf<ResolveUser>("Asked which user of your back end an identity belongs to.")], {
      error: "must be a function, or { url, secret, timeout }",
    })
    .optional(),
  hooks: closed({
    onSignIn: functionOf<NonNullable<Hooks["onSignIn"]>>("Called after a sign-in.").optional(),
    onSessionEnd: functionOf<NonNullable<Hooks["onSessionEnd"]>>("Called after a session has ended.").optional(),
    onUserClosed: functionOf<NonNullable<Hooks["onUserClosed"]>>("Called after an account was closed.").optional(),
  })
    .describe("Called at least once for each event.")
    .optional(),
};

/** All options of `createHufu`, as it validates them. */
export const hufuOptions = closed({
  ...dataOptions,
  ...functionOptions,
  database: z.union([dataOptions.database, z.custom<Store>(isStore)], {
    error: ({ input }) => (input === undefined ? MISSING : "must be a URL such as sqlite:FILE, or an open store"),
  }),
  hot: withMethods<HotStore>(
    ["claim", "release", "count", "remember", "recall", "ping"],
    "Short-lived facts. Default is in redis, else in the database.",
  ).optional(),
  hints: withMethods<Hints>(
    ["send", "listen"],
    "How nodes notify each other at once. Default is redis, else the database.",
  ).optional(),
  log: withMethods<Logger>(["debug", "info", "warn", "error"], "Where log lines go.").optional(),
  metrics: withMethods<MetricsRegistry>(
    ["registerMetric", "getSingleMetric"],
    "A Registry of prom-client that gets Hufu's metrics.",
  ).optional(),
  environment: closed({
    clock: withMethods<Clock>(["now", "monotonic"], "Time.").optional(),
    random: functionOf<Random>("Fresh random bytes.").optional(),
    fetch: functionOf<typeof globalThis.fetch>("The network.").optional(),
    pause: functionOf<(ms: number, signal?: AbortSignal) => Promise<void>>("Waits.").optional(),
    stage: oneOf(
      ["production", "development", "unknown"],
      "What this deployment is for. Default is by NODE_ENV.",
    ).optional(),
    processes: wholeNumber("Processes of this node with the same options. Default is 1.", { least: 1 }).optional(),
  })
    .describe("Clock, chance and network, for tests.")
    .optional(),
}).check(({ value, issues }) => {
  for (const { path, what } of findContradictions(value)) {
    issues.push({ code: "custom", path: [...path], message: what, input: undefined });
  }
});

/** The options with every default filled in; `never`, and so an error below, where schema and `HufuOptions` differ. */
export type CheckedOptions = Agreed<z.output<typeof hufuOptions>, z.input<typeof hufuOptions>, HufuOptions>;

type Agreed<Output, Input, Written> = [Input, Written] extends [Written, Input]
  ? false extends SameNames<Input, Written> | SameNamesInGroups<Input, Written>
    ? never
    : Output
  : never;
/** A name that is optional and stands on one side only is assignable both ways, so names are compared as well. */
type SameNames<A, B> = [keyof A, keyof B] extends [keyof B, keyof A] ? true : false;
type SameNamesInGroups<A, B> = {
  [Name in keyof A & keyof B]-?: SameNames<NonNullable<A[Name]>, NonNullable<B[Name]>>;
}[keyof A & keyof B];

function isStore(value: unknown): value is Store {
  return typeof value === "object" && value !== null && "sessions" in value && "close" in value;
}

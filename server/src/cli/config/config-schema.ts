import { z } from "zod";
import { nearestName } from "./nearest-name.ts";

const ALGORITHMS = ["ES256", "EdDSA", "Ed25519", "RS256"] as const;
const MODES = ["dual", "single"] as const;
const OVERFLOWS = ["replace", "refuse", "evict-idle"] as const;
const ROLE_OWNERS = ["config", "hufu", "host"] as const;

/** Knows no other members than these, and guesses which one was meant. */
function closed<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  const known = Object.keys(shape);
  return z.strictObject(shape, {
    error: (issue) => (issue.code === "unrecognized_keys" ? unknownMembers(issue["keys"], known) : undefined),
  });
}

function unknownMembers(keys: unknown, known: readonly string[]): string {
  const unknown = Array.isArray(keys) ? keys.map(String) : [];
  const described = unknown.map((key) => {
    const near = nearestName(key, known);
    return near === undefined
      ? `there is no member "${key}" here`
      : `there is no member "${key}"; did you mean "${near}"?`;
  });
  const list = unknown.some((key) => nearestName(key, known) !== undefined) ? "" : `; there are ${known.join(", ")}`;
  return described.join("; ") + list;
}

const text = (about: string) => z.string().min(1, { error: "it is empty" }).describe(about);
const duration = (about: string) =>
  z
    .string()
    .regex(/^\d{1,9}(?:ms|s|m|h|d)$/, { error: "not a duration; write a whole number and one of ms, s, m, h, d" })
    .describe(about);

/** 0 to 300 s. */
const DRAIN = /^(?:0(?:ms|s|m|h|d)|[1-9]\d{0,4}ms|(?:[1-9]\d?|[12]\d\d|300)s|[1-5]m)$/;

const NO_PORT = "not a port from 0 to 65535";
const port = (about: string) =>
  z
    .union(
      [
        z.int({ error: NO_PORT }).min(0, { error: NO_PORT }).max(65_535, { error: NO_PORT }),
        z
          .string()
          .regex(/^\d{1,5}$/)
          .refine((digits) => Number(digits) <= 65_535),
      ],
      { error: NO_PORT },
    )
    .describe(about);

const address = (defaultPort: number) => ({
  host: text("Default 127.0.0.1.").optional(),
  port: port(`Default ${defaultPort}; 0 takes a free one.`).optional(),
});

const listen = closed({
  ...address(8080),
  path: z
    .string()
    .regex(/^(?:\/[A-Za-z0-9._~-]+)*$/, { error: 'not a path such as "/auth", without a slash at the end, or ""' })
    .describe(
      "The path under which requests arrive, if a proxy changes it; empty if it strips it. Default: the issuer's.",
    )
    .optional(),
}).describe("Where hufu serve listens.");

const app = closed({
  id: text("The OAuth client_id. Default is appId.").optional(),
  platform: text("Default is wechat.").optional(),
  appId: text("The platform's app id, such as wx…"),
  appSecret: text("The platform's app secret; write env:NAME or file:PATH."),
  endpoint: text("Base URL of the platform's API; https, or http on a loopback address.").optional(),
  allowPlainHttp: z
    .boolean()
    .describe("Let endpoint be plain http, for an internal network. The app secret travels unprotected. Default false.")
    .optional(),
  unionScope: text("Apps of one scope share people by unionid; null never links. Default is the platform's name.")
    .nullable()
    .optional(),
  signInsPerMinute: z
    .int()
    .min(1)
    .describe(
      "Most login codes that the platform is asked about in a minute, by all nodes together. Default: no limit.",
    )
    .optional(),
  requireProof: z.boolean().describe("May only sign in with a proof of possession. Default false.").optional(),
});

const client = closed({
  id: text("The OAuth client_id of a back end."),
  secret: text("Its client secret; write env:NAME or file:PATH."),
  permissions: z.array(text("Such as hufu.tokens:introspect.")).describe("What its own tokens may do."),
});

const tokens = closed({
  mode: z.enum(MODES).describe("dual (default): access and refresh token. single: an access token alone.").optional(),
  algorithm: z.enum(ALGORITHMS).describe("Default ES256, which every verifier knows.").optional(),
  access: duration("Life of an access token. Default 10m, at most 24h.").optional(),
  refreshIdle: duration("A session that is not used for so long ends. Default 30d.").optional(),
  refreshAbsolute: duration("A session ends after so long, whatever happens. Default 180d.").optional(),
  single: duration("Life of the access token in single mode. Default 2h, at most 24h.").optional(),
  openid: z.boolean().describe("Put the openid into access tokens. Default true.").optional(),
});

const limit = z.int().min(1).max(10_000).optional();
const sessions = closed({
  perDeviceType: closed({ phone: limit, pad: limit, pc: limit, devtools: limit, other: limit, "*": limit })
    .describe("Most sessions per type of device; * is one total for every type not named. Default: no limit.")
    .optional(),
  overflow: z
    .enum(OVERFLOWS)
    .describe("replace (default): the oldest ends; refuse; evict-idle: the longest unused ends.")
    .optional(),
  perIdentity: limit.describe("Most sessions of one identity; the longest unused end. Default 100."),
});

const NO_LIMIT = "must be a whole number, or false for no limit";
const limitOrNone = (least: number, about: string) =>
  z
    .union([z.int().min(least), z.literal(false)], { error: `${NO_LIMIT} (at least ${least})` })
    .describe(about)
    .optional();

const limits = closed({
  trustedProxies: z
    .array(text("An IP address or a range such as 10.0.0.0/8."))
    .describe("Reverse proxies whose X-Forwarded-For is believed. Default: none.")
    .optional(),
  forgedPerMinute: limitOrNone(1, "By address: requests that no honest phone sends. Default 60."),
  rejectedCodesPerMinute: limitOrNone(1, "By app: login codes that the platform rejects. Default 300."),
  refreshesPerMinute: limitOrNone(120, "By session: refreshes. Default and least 120."),
  introspectionsPerMinute: limitOrNone(1, "By client: introspections. Default 60000."),
  revocationStreams: limitOrNone(1, "By client: open streams of /revocations on one node. Default 1000."),
  platformCalls: limitOrNone(1, "Calls to platforms in flight in one process. Default 64."),
});

const retention = closed({
  sessions: duration("Ended and expired sessions. Default 30d, at least 1d.").optional(),
  audit: duration("Audit records. Default 400d, at least 1d.").optional(),
}).describe("How long what is over is kept.");

const resolveUser = closed({
  url: text("Where the host answers."),
  secret: text("What the calls are signed with; write env:NAME or file:PATH."),
  timeout: duration("Default 3s.").optional(),
});

const config = closed({
  $schema: z.string().describe("For editors; ignored.").optional(),
  issuer: text("URL under which Hufu is reached, path included: https, or http on a loopback address."),
  listen: listen.optional(),
  drain: duration(
    "For how long requests are answered after SIGTERM, while readyz is 503. Default 5s, at most 5m; 0s for none.",
  )
    .refine((text) => DRAIN.test(text), { error: "must be 0s to 5m" })
    .optional(),
  metrics: closed(address(9464)).describe("Where Prometheus finds metrics; absent, there are none.").optional(),
  database: text(
    "sqlite:FILE; or postgres://… with pg, mysql://… with mysql2 installed. A relative FILE begins in the working folder.",
  ),
  databaseDirect: text(
    "postgres://… of the same database past a pooler, to hear of news at once; optional.",
  ).optional(),
  redis: text("redis://… or rediss://…, and ioredis installed; optional.").optional(),
  secret: z
    .union(
      [text("At least 32 bytes."), z.array(text("At least 32 bytes.")).min(1, { error: "at least one is needed" })],
      {
        error: "must be a text or a list of texts, the newest first",
      },
    )
    .describe("Secrets of at least 32 bytes, the newest first; write env:NAME or file:PATH."),
  audience: text("Who access tokens are for. Default is the issuer's origin.").optional(),
  apps: z.array(app).describe("The mini programs."),
  clients: z.array(client).describe("Back ends that may call Hufu itself.").optional(),
  tokens: tokens.optional(),
  sessions: sessions.optional(),
  limits: z
    .union([limits, z.literal(false)])
    .describe("How much may be asked, by address, session, app and client; false = no limits.")
    .optional(),
  retention: retention.optional(),
  rolesFrom: z
    .enum(ROLE_OWNERS)
    .describe("Who owns roles: config (default), hufu (administered) or host (resolveUser).")
    .optional(),
  roles: z
    .record(z.string(), z.array(z.string()))
    .describe("What each role allows: resource:action or resource:action:reach.")
    .optional(),
  defaultRoles: z.array(text("A role's name.")).describe("Roles of a new user. Default: none.").optional(),
  resolveUser: resolveUser.optional(),
  resolveTimeout: duration("How long a resolveUser function may take. Default 3s.").optional(),
});

/** A mistake in a configuration: where it stands, such as `apps[0].appId`, and what it is. Never holds a value. */
export interface ConfigMistake {
  readonly path: string;
  readonly what: string;
}

/** What a mistake is where something should stand and nothing does. */
export const MISSING = "it is missing";

/** Every mistake in a configuration whose references have been replaced; none, and it is a `ServerConfig`. */
export function findConfigMistakes(value: unknown): readonly ConfigMistake[] {
  // Zod's own messages name the expected type and never the value, unless it is asked to.
  const result = config.safeParse(value, { reportInput: false });
  if (result.success) return [];
  return result.error.issues.map((issue) => ({ path: pathInWords(issue.path), what: inWords(issue) }));
}

/** `["apps", 0, "appId"]` → `apps[0].appId`. */
export function pathInWords(path: readonly PropertyKey[]): string {
  const words = path
    .map((part) => {
      if (typeof part === "number") return `[${part}]`;
      const name = String(part);
      return /^[A-Za-z_$][\w$]*$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;
    })
    .join("");
  return words.startsWith(".") ? words.slice(1) : words;
}

function inWords(issue: z.core.$ZodIssue): string {
  if (issue.code === "invalid_type" && issue.message.includes("received undefined")) return MISSING;
  return issue.message.replace(/^Invalid input: /, "");
}

/** What §10 allows as JSON Schema, for editors: any text may also be `env:NAME` or `file:PATH`. */
export function configJsonSchema(): Readonly<Record<string, unknown>> {
  const schema = z.toJSONSchema(config, {
    io: "input",
    override({ jsonSchema }) {
      const { enum: words, pattern, description, ...rest } = jsonSchema;
      if (rest.type !== "string" || (words === undefined && pattern === undefined)) return;
      for (const name of Object.keys(jsonSchema)) Reflect.deleteProperty(jsonSchema, name);
      const exact =
        words === undefined ? { type: "string" as const, pattern } : { type: "string" as const, enum: words };
      Object.assign(jsonSchema, {
        ...(description === undefined ? {} : { description }),
        anyOf: [exact, { type: "string", pattern: "^(?:env|file):." }],
      });
    },
  });
  return { ...schema, title: "Configuration of hufu serve" };
}

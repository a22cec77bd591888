// The one table of permitted imports. `tools/check-layers.ts` holds the code to it; docs/architecture.md prints it.
// It is a table and not an order: `verify` may not import `store`, however high it stands.

export interface Layer {
  /** What it is for, in a few words. */
  readonly purpose: string;
  /** The layers that it may import besides itself. */
  readonly imports: readonly string[];
  /** What its tests may import besides that and everything below. */
  readonly testsImport?: readonly string[];
}

/** Folders of server/src. The longest name that fits a file is its layer. */
export const LAYERS: Readonly<Record<string, Layer>> = {
  core: { purpose: "errors and reasons, clock, ids, encoding, durations", imports: [] },
  token: {
    purpose: "access token, refresh token, ticket, sealed box, strict JSON: pure but for node:crypto",
    imports: ["core"],
  },
  proof: {
    purpose: "proofs of possession: nonces, single use (RFC 9449)",
    imports: ["core", "token"],
  },
  access: { purpose: "permission grammar, grants, roles: pure", imports: ["core"] },
  tracing: { purpose: "spans of OpenTelemetry", imports: ["core"] },
  metrics: {
    purpose: "what parts report, as metrics of Prometheus",
    imports: ["core"],
  },
  options: {
    purpose: "how options are described and checked: closed objects, durations, permissions",
    imports: ["core", "access"],
  },
  platform: { purpose: "the port to a platform, and one folder a platform", imports: ["core", "access", "options"] },
  store: { purpose: "ports and records", imports: ["core"] },
  "store/contract": { purpose: "each port's promises as test cases (hufu/store/contract)", imports: ["core", "store"] },
  "store/sql": {
    purpose: "the ports on SQLite, PostgreSQL, MySQL and MariaDB",
    imports: ["core", "store"],
    testsImport: ["store/contract"],
  },
  "store/hot": {
    purpose: "short-lived facts in memory and in Redis",
    imports: ["core", "store"],
    testsImport: ["store/contract"],
  },
  "store/index.ts": { purpose: "the public entry hufu/store", imports: ["core", "store", "store/sql", "store/hot"] },
  revocations: {
    purpose: "what this node has read of the outbox, told to its guards and to readers elsewhere",
    imports: ["core", "store"],
  },
  limits: {
    purpose: "how much may be asked, by address, session, app and client",
    imports: ["core", "access", "options", "store"],
  },
  session: {
    purpose: "sign-in, refresh, ending, tickets, signing keys, administration, upkeep",
    imports: ["core", "token", "access", "options", "limits", "platform", "store"],
    testsImport: ["store/sql", "store/hot", "store/index.ts"],
  },
  webhooks: {
    purpose: "signed requests to back ends (Standard Webhooks): resolveUser as a URL, and deliveries",
    imports: ["core", "token", "options", "store", "session"],
    testsImport: ["store/sql", "store/contract"],
  },
  verify: {
    purpose: "the resource server's side, loadable alone",
    imports: ["core", "token", "proof", "access", "metrics"],
  },
  hufu: {
    purpose: "composition: options in, a running Hufu out",
    imports: [
      "core",
      "token",
      "proof",
      "access",
      "limits",
      "metrics",
      "tracing",
      "options",
      "platform",
      "store",
      "store/sql",
      "store/hot",
      "store/index.ts",
      "revocations",
      "session",
      "verify",
      "webhooks",
    ],
  },
  http: {
    purpose: "router, endpoints, client authentication, error answers",
    imports: [
      "core",
      "token",
      "proof",
      "access",
      "limits",
      "platform",
      "store",
      "revocations",
      "session",
      "verify",
      "hufu",
    ],
  },
  adapters: {
    purpose: "one folder a framework: they convert, nothing else",
    imports: ["core", "token", "access", "verify", "hufu", "http"],
    testsImport: ["testing"],
  },
  cli: {
    purpose: "commands, configuration, the server, output",
    imports: [
      "core",
      "token",
      "access",
      "options",
      "platform",
      "store",
      "store/index.ts",
      "session",
      "verify",
      "hufu",
      "webhooks",
      "http",
    ],
  },
  testing: {
    purpose: "public: a signed-in user for a back end's own tests",
    imports: ["core", "token", "access", "platform", "store", "store/index.ts", "session", "verify", "hufu"],
    testsImport: ["adapters"],
  },
};

/** Each package that product code of server/src may import, and the layers that may. Tests may import any. */
export const PACKAGES: Readonly<Record<string, readonly string[] | "anywhere">> = {
  "@hono/node-server": ["http", "adapters", "cli"],
  "@hufu/simulator": ["cli"],
  commander: ["cli"],
  "@nestjs/common": ["adapters"],
  "@nestjs/core": ["adapters"],
  fastify: ["adapters"],
  hono: ["http", "adapters", "cli"],
  ioredis: ["hufu"],
  kysely: ["store/sql"],
  mysql2: ["hufu"],
  pg: ["hufu"],
  pino: ["cli"],
  "prom-client": ["metrics", "cli"],
  "@opentelemetry/api": ["tracing"],
  standardwebhooks: ["webhooks"],
  zod: ["options", "limits", "platform", "hufu", "session", "webhooks", "http", "cli"],
  "node:async_hooks": "anywhere",
  "node:buffer": "anywhere",
  "node:child_process": ["cli"],
  "node:cluster": ["cli"],
  "node:assert": ["store/contract"],
  "node:crypto": [
    "core",
    "token",
    "proof",
    "store",
    "store/sql",
    "store/contract",
    "session",
    "platform",
    "testing",
    "verify",
    "http",
    "limits",
  ],
  "node:events": "anywhere",
  "node:fs": ["cli", "store/sql"],
  "node:http": ["http", "cli", "adapters"],
  "node:https": ["http", "cli", "adapters"],
  "node:module": ["cli"],
  "node:net": ["limits", "hufu", "http", "cli", "adapters"],
  "node:os": ["hufu", "cli"],
  "node:path": ["cli", "store/sql"],
  "node:process": ["cli"],
  "node:readline": ["cli"],
  "node:sqlite": ["store/sql"],
  "node:stream": "anywhere",
  "node:timers": "anywhere",
  "node:tls": ["hufu"],
  "node:url": "anywhere",
  "node:util": "anywhere",
};

/** What product code of simulator/src may import besides its own files and Node's own modules. */
export const SIMULATOR_PACKAGES: readonly string[] = ["commander", "zod"];

interface MachineGlobal {
  readonly what: string;
  readonly looks: RegExp;
  /** A file that looks like this has brought its own by the same name. */
  readonly unless?: RegExp;
  /** Layers and files that may take the machine's own. */
  readonly allowed: readonly string[];
}

/** What comes in as a value, how it looks when it does not, and where the machine's own may be taken. */
export const GLOBALS: readonly MachineGlobal[] = [
  {
    what: "time",
    looks: /(?<![.\w$])(?:Date\.now\b|performance\.now\b|new Date(?:\(\s*\)|(?!\s*[\w$(]))|setInterval\b)/g,
    allowed: ["core/time/clock.ts", "cli", "testing", "hufu"],
  },
  {
    what: "randomness",
    looks:
      /(?<![.\w$])(?:Math\.random\b|(?:crypto\.)?(?:randomBytes|randomUUID|randomInt|randomFill|randomFillSync|getRandomValues)\s*\()/g,
    allowed: ["core/random.ts", "cli", "testing", "hufu"],
  },
  {
    what: "network",
    looks: /(?<!typeof\s)globalThis\s*\.\s*fetch\b/g,
    allowed: ["cli", "testing", "hufu", "verify/create-verifier.ts"],
  },
  {
    what: "network",
    // A method that is declared as `fetch(…)` begins its line; a call of the global one never does, since it is awaited.
    looks: /(?<=\S[ \t]*)(?<!async\s)(?<![.\w$])fetch\s*\(/g,
    unless: /\b(?:const|let)\s*\{[^}]*\bfetch\b[^}]*\}|(?<!readonly\s)\bfetch\s*:\s*(?:typeof\b|[A-Z])/,
    allowed: ["cli", "testing", "hufu"],
  },
];

/** The one file that loads a module which somebody else has named: a configuration in JavaScript or TypeScript. */
export const LOADS_NAMED_MODULES = "cli/config/load-module.ts";

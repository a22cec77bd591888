import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { describe, test } from "node:test";
import type { HufuOptions } from "./options.ts";
import { resolveOptions } from "./resolve-options.ts";

const GOOD: HufuOptions = {
  issuer: "https://api.example.com/auth",
  secret: randomBytes(32).toString("hex"),
  database: "sqlite:hufu.db",
  apps: [],
};

describe("the defaults", () => {
  test("are the documented ones", () => {
    const { settings, algorithm } = resolveOptions(GOOD);
    assert.equal(algorithm, "ES256");
    assert.equal(settings.audience, "https://api.example.com");
    assert.equal(settings.mode, "dual");
    assert.equal(settings.accessMs, 600_000);
    assert.equal(settings.idleMs, 30 * 86_400_000);
    assert.equal(settings.absoluteMs, 180 * 86_400_000);
    assert.equal(settings.overflow, "replace");
    assert.equal(settings.rolesFrom, "config");
    assert.equal(settings.resolveTimeoutMs, 3000);
    assert.deepEqual(settings.retention, {
      sessionsMs: 30 * 86_400_000,
      auditMs: 400 * 86_400_000,
      webhooksMs: 14 * 86_400_000,
    });
  });

  test("single mode takes the life of its own option", () => {
    const { settings } = resolveOptions({ ...GOOD, tokens: { mode: "single", single: "4h" } });
    assert.equal(settings.accessMs, 14_400_000);
  });
});

describe("an issuer", () => {
  for (const issuer of [
    "https://api.example.com",
    "https://api.example.com:8443/a/b",
    "http://127.0.0.1:8080/auth",
    "http://localhost:8080/auth",
    "http://[::1]:8080/auth",
  ]) {
    test(`may be ${issuer}`, () => {
      assert.equal(resolveOptions({ ...GOOD, issuer }).settings.issuer, issuer);
    });
  }
  for (const issuer of [
    "",
    "api.example.com",
    "http://api.example.com/auth",
    "http://192.168.1.5/auth",
    "http://127.0.0.1.example.com/auth",
    "ftp://api.example.com",
    "https://api.example.com/auth/",
    "https://api.example.com/auth?x=1",
    "https://api.example.com/auth?",
    "https://api.example.com/auth#x",
    "https://user@api.example.com/auth",
  ]) {
    test(`may not be "${issuer}"`, () => {
      assert.throws(() => resolveOptions({ ...GOOD, issuer }), /^TypeError: issuer: /);
    });
  }
});

const CLIENT = { id: "a", secret: "s", permissions: [] };

/** Options that make no sense, and the name that the message must begin with. */
const NONSENSE: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
  ["tokens.access", { tokens: { access: "25h" } }],
  ["tokens.access", { tokens: { access: "10" } }],
  ["tokens.access", { tokens: { access: "0m" } }],
  ["tokens.access", { tokens: { access: "500ms" } }],
  ["tokens.single", { tokens: { single: "2d" } }],
  ["tokens.refreshIdle", { tokens: { refreshIdle: "a month" } }],
  ["tokens.mode", { tokens: { mode: "triple" } }],
  ["tokens.algorithm", { tokens: { algorithm: "HS256" } }],
  ["sessions.perDeviceType.fridge", { sessions: { perDeviceType: { fridge: 1 } } }],
  ["sessions.perDeviceType.phone", { sessions: { perDeviceType: { phone: 0 } } }],
  ["sessions.perDeviceType.phone", { sessions: { perDeviceType: { phone: 1.5 } } }],
  ["sessions.overflow", { sessions: { overflow: "ignore" } }],
  ["retention.sessions", { retention: { sessions: "23h" } }],
  ["retention.audit", { retention: { audit: "4000d" } }],
  ["retention.audit", { retention: { audit: "179d" } }],
  ["retention.webhooks", { retention: { webhooks: "91d" } }],
  ["retention.users", { retention: { users: "30d" } }],
  ["rolesFrom", { rolesFrom: "nobody" }],
  ["rolesFrom", { rolesFrom: "host" }],
  ['roles["a role"]', { roles: { "a role": [] } }],
  ["defaultRoles[0]", { defaultRoles: ["missing"] }],
  ["resolveTimeout", { resolveTimeout: "soon" }],
  ["audience", { audience: "" }],
  ["secret", { secret: undefined }],
  ["secret", { secret: [] }],
  ["secret[1]", { secret: [GOOD.secret, GOOD.secret] }],
  ["database", { database: undefined }],
  ["database", { database: {} }],
  ["apps", { apps: undefined }],
  ["apps", { apps: "wx1" }],
  ["apps[0].unionscope", { apps: [{ appId: "wx1", appSecret: "s", unionscope: null }] }],
  ["apps[0].platform", { apps: [{ appId: "wx1", appSecret: "s", platform: "wechta" }] }],
  [
    "apps[1].id",
    {
      apps: [
        { appId: "wx1", appSecret: "s" },
        { appId: "wx2", appSecret: "s", id: "wx1" },
      ],
    },
  ],
  ["clients[0].permission", { clients: [{ id: "a", secret: "s", permission: [] }] }],
  ["clients[0].permissions", { clients: [{ id: "a", secret: "s" }] }],
  ["clients[0].permissions[0]", { clients: [{ id: "a", secret: "s", permissions: ["hufu.token:introspect"] }] }],
  ["clients[0].permissions[0]", { clients: [{ id: "a", secret: "s", permissions: ["hufu.tokens:*"] }] }],
  ["clients[0].permissions[0]", { clients: [{ id: "a", secret: "s", permissions: ["hufu.users:read:own"] }] }],
  ["clients[0].permissions[0]", { clients: [{ id: "a", secret: "s", permissions: ["hufo.tokens:introspect"] }] }],
  ["clients[0].permissions[0]", { clients: [{ id: "a", secret: "s", permissions: ["introspect"] }] }],
  [
    "clients[0].id",
    { apps: [{ appId: "wx1", appSecret: "s" }], clients: [{ id: "wx1", secret: "s", permissions: [] }] },
  ],
  ["clients[1].id", { clients: [CLIENT, CLIENT] }],
  ["roles.member", { roles: { member: "order:read" } }],
  ["roles.member[0]", { roles: { member: ["order read"] } }],
  ["roles.admin[0]", { roles: { admin: ["hufu.user:write"] } }],
  ["roles", { roles: ["member"] }],
  ["defaultRoles", { defaultRoles: "member" }],
  ["resolveUser", { resolveUser: "https://api.example.com/hook" }],
  ["resolveUser.secret", { resolveUser: { url: "https://api.example.com/hook" } }],
  ["resolveUser.secret", { resolveUser: { url: "https://a.example", secret: "whsec_c2hvcnQ=" } }],
  ["resolveUser.secret", { resolveUser: { url: "https://a.example", secret: "a3NlY3JldC1vZi0yNC1ieXRlcy1hLWI" } }],
  [
    "resolveUser.secret[0]",
    { resolveUser: { url: "https://a.example", secret: ["whsec_ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEF"] } },
  ],
  ["resolveUser.url", { resolveUser: { url: "http://api.example.com/hook" } }],
  ["resolveUser.url", { resolveUser: { url: "https://me@api.example.com/hook" } }],
  ["resolveUser.url", { resolveUser: { url: "https://api.example.com/#hook" } }],
  ["resolveUser.url", { resolveUser: { url: "/hook" } }],
  ["resolveUser.timeout", { resolveUser: { timeout: "31s" } }],
  ["log", { log: {} }],
  ["log", { log: "info" }],
  ["hot", { hot: {} }],
  ["hints", { hints: { send: () => undefined } }],
  ["redis.cluster", { redis: {} }],
  ["hooks.onSignIn", { hooks: { onSignIn: "https://api.example.com/hook" } }],
  ["environment.clock", { environment: { clock: {} } }],
  ["metrics", { metrics: {} }],
  ["defaultRole", { defaultRole: ["member"] }],
  ["tokens.acces", { tokens: { acces: "5m" } }],
  ["sessions.limit", { sessions: { limit: 3 } }],
  ["hooks.onSignin", { hooks: { onSignin: () => undefined } }],
];

test("the names of Hufu's own permissions are known, also of endpoints that come later", () => {
  const permissions = [
    "hufu.tokens:introspect",
    "hufu.tickets:redeem",
    "hufu.audit:read",
    "hufu.personal:read",
    "order:read",
    "*:*",
  ];
  resolveOptions({ ...GOOD, clients: [{ ...CLIENT, permissions }], roles: { admin: permissions } });
});

test("an optional option may be undefined", () => {
  const given = {
    audience: undefined,
    redis: undefined,
    clients: undefined,
    tokens: { access: undefined },
    log: undefined,
  };
  assert.equal(resolveOptions({ ...GOOD, ...given }).settings.accessMs, 600_000);
});

test("a URL as resolveUser needs its secret, and a text is refused in a sentence that says what to write", () => {
  const withUrl = (resolveUser: unknown): HufuOptions => ({ ...GOOD, resolveUser }) as HufuOptions;
  assert.throws(
    () => resolveOptions(withUrl("https://api.example.com/hook")),
    /^TypeError: resolveUser: must be a function, or \{ url, secret, timeout \}$/,
  );
  const secret = `whsec_${Buffer.from("a key of twenty-four bytes").toString("base64")}`;
  const url = "https://api.example.com/hook?x=1";
  const { resolveTarget, settings } = resolveOptions(withUrl({ url, secret, timeout: "1s" }));
  assert.deepEqual(resolveTarget, { url, secrets: [secret], timeoutMs: 1000 });
  assert.equal(settings.resolveTimeoutMs, 1000);
  assert.equal(resolveOptions(withUrl({ url, secret: [secret, secret] })).resolveTarget?.timeoutMs, 3000);
});

describe("what makes no sense is refused by name", () => {
  for (const [name, options] of NONSENSE) {
    test(`${name}: ${JSON.stringify(options)}`, () => {
      const bad = { ...GOOD, ...options } as HufuOptions;
      assert.throws(
        () => resolveOptions(bad),
        (error) =>
          error instanceof TypeError &&
          new RegExp(`(?:^|; )${name.replace(/[.[\]"*]/g, "\\$&")}(?:: | is )`).test(error.message),
      );
    });
  }

  test("every mistake is named at once", () => {
    const wrong = { ...GOOD, issuer: 7, secret: undefined, tokens: { mode: "triple" }, zebra: 1 };
    assert.throws(
      () => resolveOptions(wrong as never),
      (error) => {
        const { message } = error as Error;
        return ["issuer: ", "secret is missing", "tokens.mode: ", "zebra: "].every((path) => message.includes(path));
      },
    );
  });
});

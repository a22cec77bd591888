import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { describe, test } from "node:test";
import { type HufuOptions, resolveOptions } from "./options.ts";

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
    assert.deepEqual(settings.retention, { sessionsMs: 30 * 86_400_000, auditMs: 400 * 86_400_000 });
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

/** Options that make no sense, and the name that the message must begin with. */
const NONSENSE: readonly (readonly [string, Partial<Record<keyof HufuOptions, unknown>>])[] = [
  ["tokens.access", { tokens: { access: "25h" } }],
  ["tokens.access", { tokens: { access: "10" } }],
  ["tokens.access", { tokens: { access: "0m" } }],
  ["tokens.access", { tokens: { access: "500ms" } }],
  ["tokens.single", { tokens: { single: "2d" } }],
  ["tokens.refreshIdle", { tokens: { refreshIdle: "a month" } }],
  ["tokens.mode", { tokens: { mode: "triple" } }],
  ["tokens.algorithm", { tokens: { algorithm: "HS256" } }],
  ["sessions.perDeviceType", { sessions: { perDeviceType: { fridge: 1 } } }],
  ["sessions.perDeviceType.phone", { sessions: { perDeviceType: { phone: 0 } } }],
  ["sessions.perDeviceType.phone", { sessions: { perDeviceType: { phone: 1.5 } } }],
  ["sessions.overflow", { sessions: { overflow: "ignore" } }],
  ["retention.sessions", { retention: { sessions: "23h" } }],
  ["retention.audit", { retention: { audit: "4000d" } }],
  ["retention.users", { retention: { users: "30d" } }],
  ["rolesFrom", { rolesFrom: "nobody" }],
  ["rolesFrom", { rolesFrom: "host" }],
  ["roles", { roles: { "a role": [] } }],
  ["defaultRoles", { defaultRoles: ["missing"] }],
  ["resolveTimeout", { resolveTimeout: "soon" }],
  ["audience", { audience: "" }],
  ["defaultRole", { defaultRole: ["member"] } as object],
  ["tokens.acces", { tokens: { acces: "5m" } }],
  ["sessions.limit", { sessions: { limit: 3 } }],
  ["hooks.onSignin", { hooks: { onSignin: () => undefined } }],
];

describe("what makes no sense is refused by name", () => {
  for (const [name, options] of NONSENSE) {
    test(`${name}: ${JSON.stringify(options)}`, () => {
      const bad = { ...GOOD, ...options } as HufuOptions;
      assert.throws(
        () => resolveOptions(bad),
        (error) => error instanceof TypeError && error.message.startsWith(`${name}:`),
      );
    });
  }

  test("a permission that is not of the grammar", () => {
    assert.throws(() => resolveOptions({ ...GOOD, roles: { member: ["order read"] } }), TypeError);
  });
});

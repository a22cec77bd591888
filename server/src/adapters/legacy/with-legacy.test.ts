import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { HufuError } from "../../core/errors/errors.ts";
import { silentLogger } from "../../core/log/log.ts";
import { type Meter, silentMeter } from "../../core/meter/meter.ts";
import { APP_ID, startRealHufu } from "../../http/hufu.fixture.ts";
import type { Auth } from "../../verify/token-check/auth.ts";
import { createGuard as createExpressGuard } from "../express/index.ts";
import { createGuard as createFastifyGuard } from "../fastify/index.ts";
import { acceptingLegacy, createAdmit } from "../guard.ts";
import type { RouteOptions } from "../guard-options.ts";
import { createGuard as createHonoGuard } from "../hono/index.ts";
import { createGuard as createKoaGuard } from "../koa/index.ts";
import { HufuModule } from "../nest/index.ts";
import { createGuard as createWebGuard } from "../web/index.ts";
import { checkLegacyOptions, type VerifyLegacy } from "./legacy-options.ts";
import { withLegacy } from "./with-legacy.ts";

const FAR = "2126-01-01T00:00:00+08:00";
const OLD = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOjQyfQ.of-the-old-back-end";
const OPENID = "oABCD1234567890abcdefghijkl_";
const user42: VerifyLegacy = (credential) =>
  credential === OLD ? { userId: 42, permissions: ["order:read:own"] } : null;

async function started(t: TestContext) {
  const real = await startRealHufu(undefined, { log: silentLogger });
  t.after(real.close);
  return real;
}

type Asked = Omit<RouteOptions<readonly [object]>, "owner"> & { readonly permission?: string };

/** What a guard says of an `Authorization` header: who it is, or the reason of the refusal. */
function asking(verifying: Parameters<typeof createAdmit>[0]) {
  return async (authorization: string | undefined, route: Asked = {}): Promise<Auth | string> => {
    try {
      return await createAdmit(verifying, route)(authorization, "", {});
    } catch (error) {
      return error instanceof HufuError ? error.reason : String(error);
    }
  };
}

test("a credential of before is let through as its verifier says, and a token of Hufu's never goes there", async (t) => {
  const { hufu, code } = await started(t);
  const seen: string[] = [];
  const legacy: VerifyLegacy = (credential, context) => {
    seen.push(credential);
    return user42(credential, context);
  };
  const ask = asking(acceptingLegacy(hufu, { legacy, until: FAR }));
  for (const header of [`Bearer ${OLD}`, OLD]) {
    const auth = await ask(header, { permission: "order:read:own" });
    assert.ok(typeof auth === "object" && auth.kind === "legacy");
    assert.deepEqual(
      [auth.sub, auth.uid, auth.roles, auth.sid, auth.openid],
      ["legacy:42", "42", [], undefined, undefined],
    );
    assert.deepEqual(auth.ownerFilter("order:read"), { reach: "own", owner: "42" });
  }
  assert.deepEqual(seen.splice(0), [OLD, OLD]);
  assert.equal(await ask(OLD, { permission: "order:create" }), "permission_denied");
  assert.equal(await ask(`Bearer ${OLD}x`), "token_malformed");
  seen.length = 0;

  const { accessToken, refreshToken } = await hufu.protocol.signIn({ clientId: APP_ID, code: code() });
  const auth = await ask(`Bearer ${accessToken}`);
  assert.ok(typeof auth === "object" && auth.kind === "user");
  await hufu.sessions.kick(auth.sid);
  assert.equal(await ask(`Bearer ${accessToken}`), "token_revoked");
  assert.equal(await ask(`Bearer ${refreshToken}`), "token_malformed");
  assert.equal(await ask(undefined), "token_missing");
  assert.deepEqual(seen, []);
});

test("a bare openid reaches no verifier, and an id that only comes back is an outage", async (t) => {
  const { hufu } = await started(t);
  const ask = asking(acceptingLegacy(hufu, { legacy: (credential) => ({ userId: credential }), until: FAR }));
  for (const header of [OPENID, `Bearer ${OPENID}`, "Bearer 42", `Bearer ${OLD} ${OLD}`, `Basic ${OLD}`]) {
    assert.equal(await ask(header), "token_malformed", header);
  }
  assert.equal(await ask(`Bearer ${OPENID}${OPENID}`), "host_unavailable");
  const guard = createWebGuard(hufu, { legacy: () => assert.fail("asked"), until: FAR });
  const request = new Request("http://localhost/orders", { headers: { "x-openid": OPENID, "x-wx-openid": OPENID } });
  const response = await guard(undefined, () => new Response("in"))(request);
  assert.deepEqual([response.status, response.headers.get("hufu-reason")], [401, "token_missing"]);
});

test("what asks for more than a credential refuses one of before", async (t) => {
  const { hufu } = await started(t);
  const ask = asking(acceptingLegacy(hufu, { legacy: user42, until: FAR }));
  assert.equal(await ask(OLD, { proof: true }), "proof_missing");
  assert.equal(await ask(OLD, { acr: "soter" }), "permission_denied");
  assert.equal(await ask(OLD, { acr: "platform" }), "permission_denied");
  assert.equal(await ask(OLD, { maxAge: 300 }), "permission_denied");
  const auth = await ask(OLD);
  assert.ok(typeof auth === "object");
  assert.throws(() => auth.requireStepUp({ maxAge: 9 }), { reason: "permission_denied" });
  const purpose = { operation: "order.pay", parameters: {}, ticket: "x", redeemId: "y" };
  await assert.rejects(hufu.tickets.redeem(auth, purpose), { reason: "permission_denied" });
});

test("a banned user is refused with a credential of before too, while the ban stands", async (t) => {
  const { hufu, code } = await started(t);
  const ask = asking(acceptingLegacy(hufu, { legacy: () => ({ userId: "42" }), until: FAR }));
  const { user } = await hufu.protocol.signIn({ clientId: APP_ID, code: code() });
  assert.equal(typeof (await ask(OLD)), "object");
  const found = { user: { status: "active", ban: { until: null as number | null } } };
  const users = { find: async () => found };
  const banned = asking(acceptingLegacy({ verifier: hufu.verifier, users }, { legacy: user42, until: FAR }));
  assert.equal(await banned(OLD), "token_revoked");
  found.user.ban.until = 1;
  assert.equal(typeof (await banned(OLD)), "object");
  assert.ok(user);
});

test("after `until` nothing of before is asked or let through, and each outcome is counted", async () => {
  const counted: string[] = [];
  const meter: Meter = {
    ...silentMeter,
    count: (name, labels) => void counted.push(`${name} ${JSON.stringify(labels)}`),
  };
  const logged: string[] = [];
  const log = { ...silentLogger, error: (_: object, message: string) => void logged.push(message) };
  let now = Date.parse(FAR) - 1;
  const refusing = {
    check(): never {
      throw new HufuError("token_malformed");
    },
  };
  const answers: VerifyLegacy[] = [
    user42,
    () => null,
    () => {
      throw new Error("the old database is down");
    },
    () => ({ userId: "" }),
    () => ({ userId: "42", roles: ["admin"] }) as never,
    () => ({ userId: "42", permissions: ["everything"] }),
    () => ({ userId: "u_AAAAAAAAAAAAAAAAAAAAAA" }),
  ];
  const outcomes: (Auth | string)[] = [];
  for (const verify of answers) {
    const plan = checkLegacyOptions({ legacy: verify, until: FAR }) ?? assert.fail("no plan");
    const verifier = withLegacy(refusing, plan, { log, meter, clock: { now: () => now } });
    outcomes.push(await asking(verifier)(OLD));
  }
  assert.equal(typeof outcomes[0], "object");
  assert.deepEqual(outcomes.slice(1), ["token_malformed", ...Array.from({ length: 5 }, () => "host_unavailable")]);
  assert.equal(logged.length, 5);
  now += 1;
  const plan = checkLegacyOptions({ legacy: () => assert.fail("asked"), until: FAR }) ?? assert.fail("no plan");
  const late = asking(withLegacy(refusing, plan, { log, meter, clock: { now: () => now } }));
  assert.equal(await late(OLD), "token_expired");
  const count = (outcome: string): number => counted.filter((one) => one.includes(`"${outcome}"`)).length;
  assert.deepEqual(["accepted", "refused", "failed", "over"].map(count), [1, 1, 5, 1]);
});

/** `createGuard` of every adapter, by its folder. */
const GUARDS: Readonly<Record<string, (...given: never[]) => unknown>> = {
  express: createExpressGuard,
  fastify: createFastifyGuard,
  hono: createHonoGuard,
  koa: createKoaGuard,
  nest: HufuModule.forRoot,
  web: createWebGuard,
};

test("in every adapter, one option without the other and an invalid time are refused when the guard is made", async (t) => {
  const { hufu } = await started(t);
  const adapters = join(import.meta.dirname, "..");
  const folders = readdirSync(adapters).filter((name) => existsSync(join(adapters, name, "index.ts")));
  assert.deepEqual(Object.keys(GUARDS), folders);
  for (const make of Object.values(GUARDS)) {
    const createGuard = (...given: readonly unknown[]): unknown => Reflect.apply(make, undefined, given);
    for (const [options, words] of [
      [{ legacy: user42 }, /options\.until: say until when/],
      [{ until: FAR }, /options\.legacy: expected a function/],
      [{ legacy: user42, until: "2127-01-01" }, /options\.until: expected a Date, or a time with its offset/],
      [{ legacy: user42, until: new Date(Number.NaN) }, /options\.until/],
    ] as const) {
      assert.throws(() => createGuard(hufu, options), words);
    }
    assert.ok(createGuard(hufu, { legacy: user42, until: new Date(0) }));
  }
});

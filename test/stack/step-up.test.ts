import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { Hono } from "hono";
import { createGuard } from "hufu/hono";
import { createHttp } from "hufu/http";
import { createVerifier } from "hufu/verify";
import { describedFetch } from "../../server/src/http/openapi/described.fixture.ts";
import { createProofClient } from "../../server/src/proof/proof-client.fixture.ts";
import { claimsIn, jsonOf } from "./answers.fixture.ts";
import { freshAttempt, ISSUER, openStack, rowsOf, type Stack, type StackOptions } from "./stack.fixture.ts";

const STEP_UP = `${ISSUER}/me/step-up`;
const TOKEN = `${ISSUER}/oauth/token`;
const MINUTE = 60_000;

interface Stepping {
  readonly stack: Stack;
  code(user?: string): string;
  /** Asks for a step-up; without `body` by a fresh code of alice. */
  stepUp(access: string, body?: object, headers?: Readonly<Record<string, string>>): Promise<Response>;
  /** Asks for a route of the back end. */
  get(path: string, access: string): Promise<Response>;
}

async function openStepping(t: TestContext, options: StackOptions = {}): Promise<Stepping> {
  const stack = await openStack(t, options);
  const fetch = describedFetch(createHttp(stack.hufu).fetch, ISSUER);
  const app = new Hono();
  const guard = createGuard(stack.hufu);
  app.get("/fresh", guard(undefined, { maxAge: 300 }), (c) => c.text("done"));
  app.get("/strong", guard("order:read:own", { acr: "soter", maxAge: 60 }), (c) => c.text("done"));
  app.get("/all", guard("order:read", { maxAge: 0 }), (c) => c.text("done"));
  app.get("/platform", guard(undefined, { acr: "platform" }), (c) => c.text("done"));
  const code = (user = "alice"): string => stack.wechat.issueCode({ user });
  return {
    stack,
    code,
    stepUp: async (access, body = { factor: "platform", code: code() }, headers = {}) =>
      fetch(
        new Request(STEP_UP, {
          method: "POST",
          body: JSON.stringify(body),
          headers: { authorization: `Bearer ${access}`, "content-type": "application/json", ...headers },
        }),
      ),
    get: async (path, access) => app.request(path, { headers: { authorization: `Bearer ${access}` } }),
  };
}

async function accessIn(response: Response): Promise<string> {
  assert.equal(response.status, 200);
  return String((await jsonOf(response))["access_token"]);
}

async function assertRefused(response: Response, status: number, reason: string): Promise<void> {
  assert.deepEqual([response.status, (await jsonOf(response))["reason"]], [status, reason]);
}

test("a route asks for a fresh authentication, a fresh code gives it, and the session stays the same", async (t) => {
  const { stack, stepUp, get } = await openStepping(t);
  const { access, refresh, claims } = await stack.signIn("alice");
  await stack.pass(5 * MINUTE);
  assert.equal((await get("/fresh", access)).status, 200, "what is 300 seconds old passes");
  await stack.pass(1000);
  const refused = await get("/fresh", access);
  assert.match(
    refused.headers.get("www-authenticate") ?? "",
    /^Bearer realm="hufu", error="insufficient_user_authentication", error_description="[^"]+", max_age="300"$/,
  );
  assert.equal(refused.headers.get("hufu-reason"), "step_up_required");
  await assertRefused(refused, 401, "step_up_required");

  const answer = await stepUp(access);
  assert.equal(answer.headers.get("cache-control"), "no-store");
  const body = await jsonOf(answer);
  assert.deepEqual(Object.keys(body), ["access_token", "token_type", "expires_in"]);
  assert.equal(body["token_type"], "Bearer");
  const stepped = String(body["access_token"]);
  const now = claimsIn(stepped);
  assert.deepEqual(
    { ...now, jti: claims.jti, iat: claims.iat, exp: claims.exp },
    { ...claims, auth_time: claims.auth_time + 301 },
  );
  assert.equal(now["iat"], now["auth_time"]);
  assert.equal((await get("/fresh", stepped)).status, 200);

  const refreshed = await stack.refresh(refresh);
  assert.deepEqual([refreshed.claims.sid, refreshed.claims.auth_time], [claims.sid, claims.auth_time + 301]);
  await stack.pass(2 * MINUTE);
  const later = await stack.refresh(refreshed.refresh);
  assert.equal(later.claims.auth_time, claims.auth_time + 301, "a refresh never moves it");
});

test("a silent step-up never proves presence", async (t) => {
  const { stack, stepUp, get } = await openStepping(t);
  const { access } = await stack.signIn("alice");
  assert.equal((await get("/platform", access)).status, 200);
  const stepped = await accessIn(await stepUp(access));
  assert.deepEqual([claimsIn(stepped)["acr"], claimsIn(stepped)["amr"]], ["platform", ["swk"]]);
  const refused = await get("/strong", stepped);
  assert.match(refused.headers.get("www-authenticate") ?? "", /, acr_values="soter", max_age="60"$/);
  await assertRefused(refused, 401, "step_up_required");
});

test("who may not do it at all is not asked to authenticate again", async (t) => {
  const { stack, get } = await openStepping(t);
  const { access } = await stack.signIn("alice");
  await stack.pass(MINUTE);
  await assertRefused(await get("/all", access), 403, "permission_denied");
});

test("the code of another user is identity_mismatch, and nothing changes but the audit log", async (t) => {
  const { stack, code, stepUp } = await openStepping(t);
  const { access, sid, userId } = await stack.signIn("alice");
  await stack.signIn("bob");
  await stack.pass(MINUTE);
  const before = stack.dump();
  await assertRefused(await stepUp(access, { factor: "platform", code: code("bob") }), 403, "identity_mismatch");
  await assertRefused(await stepUp(access, { factor: "platform", code: code("stranger") }), 403, "identity_mismatch");
  const { hufu_audit: audit, hufu_hot: _, ...rest } = stack.dump();
  const { hufu_audit: earlier = [], hufu_hot: __, ...same } = before;
  assert.deepEqual(rest, same);
  const refusals = (audit ?? []).slice(earlier.length);
  assert.deepEqual(
    refusals.map((row) => [row["action"], row["why"], row["sid"], row["user_id"]]),
    Array(2).fill(["session.step_up_refused", "identity_mismatch", sid, userId]),
  );
});

test("a stolen access token alone cannot step up: used, spent and invented codes are refused", async (t) => {
  const { stack, code, stepUp } = await openStepping(t);
  const { access, input, refresh } = await stack.signIn("alice");
  const once = code();
  await accessIn(await stepUp(access, { factor: "platform", code: once }));
  await assertRefused(await stepUp(access, { factor: "platform", code: once }), 400, "login_code_used");
  await assertRefused(await stepUp(access, { factor: "platform", code: input.code }), 400, "login_code_used");
  await assertRefused(await stepUp(access, { factor: "platform", code: "0invented" }), 400, "login_code_invalid");
  await assertRefused(await stepUp(access, { factor: "platform", code: "two words" }), 400, "login_code_invalid");
  const parameters = { clientId: input.clientId, code: once, attemptId: freshAttempt() };
  await assert.rejects(stack.hufu.protocol.signIn(parameters), { reason: "login_code_used" });
  assert.equal((await stack.refresh(refresh)).userId, claimsIn(access)["sub"], "the session lives");
});

test("the code of a sign-in is used up for a step-up too, where its mark lies in the database and still stands", async (t) => {
  const { stack, stepUp } = await openStepping(t, { hot: undefined });
  const { access, input } = await stack.signIn("alice");
  await assertRefused(await stepUp(access, { factor: "platform", code: input.code }), 400, "login_code_used");
  assert.equal(stack.wechat.counters().calls["/sns/jscode2session"], 1, "the platform was not asked again");
});

test("of ten requests with one code exactly one steps up", async (t) => {
  const { stack, code, stepUp } = await openStepping(t);
  const { access } = await stack.signIn("alice");
  const body = { factor: "platform", code: code() };
  const answers = await Promise.all(Array.from({ length: 10 }, () => stepUp(access, body)));
  assert.equal(answers.filter(({ status }) => status === 200).length, 1);
  for (const answer of answers) {
    if (answer.status !== 200)
      assert.match(String((await jsonOf(answer))["reason"]), /^(sign_in_in_progress|login_code_used)$/);
  }
  assert.equal(rowsOf(stack, "hufu_audit", { action: "session.step_up" })?.length, 1);
});

test("a step-up that meets refreshes of its session keeps both", async (t) => {
  const { stack, stepUp } = await openStepping(t);
  const { access, refresh, claims } = await stack.signIn("alice");
  await stack.pass(MINUTE);
  const child = await stack.refresh(refresh);
  const [answer, grandchild] = await Promise.all([stepUp(access), stack.refresh(child.refresh)]);
  assert.equal(claimsIn(await accessIn(answer))["auth_time"], claims.auth_time + 60);
  const last = await stack.refresh(grandchild.refresh);
  assert.equal(last.claims.auth_time, claims.auth_time + 60);
});

test("a step-up with a malformed body of any kind is a clear refusal", async (t) => {
  const { stack, code, stepUp } = await openStepping(t);
  const { access } = await stack.signIn("alice");
  for (const [body, reason] of [
    [{}, "parameter_missing"],
    [{ factor: "platform" }, "parameter_missing"],
    [{ factor: "platform", code: 7 }, "parameter_invalid"],
    [{ factor: "platform", code: "x".repeat(513) }, "parameter_invalid"],
    [{ factor: "none", code: code() }, "parameter_invalid"],
    [{ factor: ["platform"], code: code() }, "parameter_invalid"],
    [[], "parameter_invalid"],
  ] as const) {
    await assertRefused(await stepUp(access, body), 400, reason);
  }
  await assertRefused(await stepUp(access, {}, { "content-type": "text/plain" }), 400, "content_type_unsupported");
  await assertRefused(await stepUp("", {}, { authorization: "" }), 401, "token_malformed");
});

test("what the caller claims about itself is ignored", async (t) => {
  const { stack, code, stepUp } = await openStepping(t);
  const { access, sid } = await stack.signIn("alice");
  const liar = {
    acr: "soter",
    amr: ["fpt"],
    auth_time: 4e9,
    openid: "o",
    sub: "u_",
    sid: "s_",
    max_age: Number.MAX_VALUE,
  };
  const claims = claimsIn(await accessIn(await stepUp(access, { factor: "platform", code: code(), ...liar })));
  assert.deepEqual([claims["acr"], claims["amr"], claims["sid"]], ["platform", ["swk"], sid]);
});

test("a session that has ended steps up no more, and its end kills the tokens of a step-up", async (t) => {
  const { stack, stepUp, get } = await openStepping(t);
  const { access, userId } = await stack.signIn("alice");
  const stepped = await accessIn(await stepUp(access));
  assert.equal((await get("/fresh", stepped)).status, 200);
  await stack.hufu.sessions.kickAll(userId);
  for (const token of [access, stepped]) {
    await assertRefused(await stepUp(token), 401, "token_revoked");
    await assertRefused(await get("/fresh", token), 401, "token_revoked");
  }
});

test("step-ups of one session are counted, and an outage of the platform is 503", async (t) => {
  const limited = await openStepping(t, { limits: { stepUpsPerMinute: 2 } });
  const { access, refresh } = await limited.stack.signIn("alice");
  for (let count = 0; count < 2; count += 1) assert.equal((await limited.stepUp(access)).status, 200);
  const third = await limited.stepUp(access);
  assert.ok(Number(third.headers.get("retry-after")) >= 1);
  await assertRefused(third, 429, "rate_limited");
  await limited.stack.pass(MINUTE);
  limited.stack.wechat.fault({ path: "/sns/jscode2session", kind: "busy", times: 9 });
  await assertRefused(await limited.stepUp(access), 503, "platform_unavailable");
  assert.equal((await limited.stack.refresh(refresh)).userId, claimsIn(access)["sub"]);
});

test("the session_key of the fresh code replaces the one that it made invalid", async (t) => {
  const { stack, stepUp } = await openStepping(t);
  const { access, sid } = await stack.signIn("alice");
  await accessIn(await stepUp(access));
  assert.equal(await stack.hufu.userData.isSessionKeyValid(sid), true);
});

test("a bound session needs its proof to step up, and stays bound", async (t) => {
  const { stack, code, stepUp } = await openStepping(t);
  const client = createProofClient();
  const fetch = describedFetch(createHttp(stack.hufu).fetch, ISSUER);
  const post = async (nonce?: string): Promise<Response> =>
    fetch(
      new Request(TOKEN, {
        method: "POST",
        body: new URLSearchParams({
          grant_type: "urn:hufu:grant-type:login-code",
          client_id: "wx-bakery",
          code: code(),
        }),
        headers: { dpop: client.proof({ uri: TOKEN, nonce }) },
      }),
    );
  const access = await accessIn(await post((await post()).headers.get("dpop-nonce") ?? ""));
  const proof = (nonce?: string): Record<string, string> => ({
    authorization: `DPoP ${access}`,
    dpop: client.proof({ uri: STEP_UP, accessToken: access, nonce }),
  });
  const body = { factor: "platform", code: code() };
  await assertRefused(await stepUp(access, body), 401, "proof_missing");
  const asked = await stepUp(access, body, proof());
  const nonce = asked.headers.get("dpop-nonce") ?? "";
  await assertRefused(asked, 401, "proof_nonce");
  const answer = await jsonOf(await stepUp(access, body, proof(nonce)));
  assert.equal(answer["token_type"], "DPoP");
  const { cnf } = claimsIn(String(answer["access_token"]));
  assert.deepEqual(cnf, claimsIn(access)["cnf"]);
  // The challenge of a guard names the scheme that the client uses.
  const app = new Hono();
  app.get("/auth/me", createGuard(stack.hufu)(undefined, { acr: "soter" }));
  const uri = `${ISSUER}/me`;
  const headers = {
    authorization: `DPoP ${access}`,
    dpop: client.proof({ method: "GET", uri, accessToken: access, nonce }),
  };
  const refused = await app.request("/auth/me", { headers });
  assert.match(refused.headers.get("www-authenticate") ?? "", /^DPoP .*acr_values="soter", algs=/);
});

test("a verifier in another process asks for the same, within its leeway", async (t) => {
  const { stack, stepUp } = await openStepping(t);
  const { fetch: served } = createHttp(stack.hufu);
  const verifier = createVerifier({
    issuer: ISSUER,
    audience: stack.hufu.audience,
    dangerouslyAcceptRevokedTokensUntilTheyExpire: true,
    fetch: async (input, init) => served(new Request(input, init)),
    clock: stack.clock,
    leeway: "5s",
  });
  t.after(() => verifier.close());
  const { access } = await stack.signIn("alice");
  const app = new Hono();
  app.get("/fresh", createGuard(verifier)(undefined, { maxAge: 300 }), (c) => c.text("done"));
  const get = async (token: string): Promise<Response> =>
    app.request("/fresh", { headers: { authorization: `Bearer ${token}` } });
  await stack.pass(305_000);
  assert.equal((await get(access)).status, 200);
  await stack.pass(1000);
  const refused = await get(access);
  assert.match(refused.headers.get("www-authenticate") ?? "", /max_age="300"$/);
  await assertRefused(refused, 401, "step_up_required");
  assert.equal((await get(await accessIn(await stepUp(access)))).status, 200);
});

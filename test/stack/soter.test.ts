import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { Hono } from "hono";
import { createGuard } from "hufu/hono";
import { createHttp } from "hufu/http";
import { describedFetch } from "../../server/src/http/openapi/described.fixture.ts";
import { claimsIn, jsonOf } from "./answers.fixture.ts";
import { type Held, ISSUER, openStack, rowsOf, type Stack } from "./stack.fixture.ts";

const VERIFY = "/cgi-bin/soter/verify_signature";
const MINUTE = 60_000;

interface Soter {
  readonly stack: Stack;
  post(path: string, access: string, body: object): Promise<Response>;
  challenge(access: string, operation?: string): Promise<string>;
  /** What the phone of this user gives for a challenge. */
  signed(challenge: string, user?: string, changes?: object): Readonly<Record<string, string>>;
  /** A route that wants presence. */
  vault(access: string): Promise<Response>;
}

async function openSoter(t: TestContext): Promise<Soter> {
  const stack = await openStack(t);
  const fetch = describedFetch(createHttp(stack.hufu).fetch, ISSUER);
  const app = new Hono();
  app.get("/vault", createGuard(stack.hufu)(undefined, { acr: "soter" }), (c) => c.text("open"));
  const post: Soter["post"] = async (path, access, body) =>
    fetch(
      new Request(ISSUER + path, {
        method: "POST",
        body: JSON.stringify(body),
        headers: { authorization: `Bearer ${access}`, "content-type": "application/json" },
      }),
    );
  return {
    stack,
    post,
    async challenge(access, operation = "pay") {
      const body = await jsonOf(await post("/me/step-up/challenge", access, { factor: "soter", operation }));
      return String(body["challenge"]);
    },
    signed(challenge, user = "alice", changes = {}) {
      const json = JSON.stringify({ raw: challenge, counter: 7, fp_n: "sensor", uid: "0", ...changes });
      return { challenge, json_string: json, json_signature: stack.wechat.signSoter({ user, json }) };
    },
    vault: async (access) => app.request("/vault", { headers: { authorization: `Bearer ${access}` } }),
  };
}

async function assertRefused(response: Response, status: number, reason: string): Promise<void> {
  assert.deepEqual([response.status, (await jsonOf(response))["reason"]], [status, reason]);
}

async function steppedUp({ post, challenge, signed }: Soter, { access }: Held): Promise<string> {
  const answer = await post("/me/step-up", access, { factor: "soter", ...signed(await challenge(access)) });
  assert.equal(answer.status, 200);
  return String((await jsonOf(answer))["access_token"]);
}

test("a finger opens a route that wants presence, for ten minutes and not a second longer", async (t) => {
  const scene = await openSoter(t);
  const { stack, vault } = scene;
  const session = await stack.signIn("alice");
  await stack.pass(MINUTE);
  await assertRefused(await vault(session.access), 401, "step_up_required");
  const strong = await steppedUp(scene, session);
  const { acr, amr, auth_time: at, exp, sid } = claimsIn(strong);
  const signedInAt = session.claims.auth_time;
  assert.deepEqual([acr, amr, at, sid], ["soter", ["fpt"], signedInAt + 60, session.sid]);
  assert.ok(Number(exp) <= signedInAt + 660);
  assert.equal((await vault(strong)).status, 200);

  await stack.pass(9 * MINUTE);
  const late = await stack.refresh(session.refresh);
  assert.deepEqual([late.claims.acr, late.claims.auth_time], ["soter", signedInAt + 60], "a refresh never moves it");
  assert.ok(late.claims.exp <= signedInAt + 660);
  assert.equal((await vault(late.access)).status, 200);
  await stack.pass(MINUTE);
  const after = await stack.refresh(late.refresh);
  assert.deepEqual(
    [after.claims.acr, after.claims.amr, after.claims.auth_time],
    ["platform", ["swk"], signedInAt],
    "each acr has a time of its own",
  );
  await assertRefused(await vault(after.access), 401, "step_up_required");
  const audited = rowsOf(stack, "hufu_audit", { action: "session.step_up" }) ?? [];
  assert.deepEqual(JSON.parse(String(audited[0]?.["detail"])), { factor: "soter", operation: "pay" });
});

test("a silent step-up neither prolongs presence nor ends it", async (t) => {
  const scene = await openSoter(t);
  const { stack, post } = scene;
  const session = await stack.signIn("alice");
  await steppedUp(scene, session);
  await stack.pass(6 * MINUTE);
  const code = stack.wechat.issueCode({ user: "alice" });
  const { access_token: silent } = await jsonOf(
    await post("/me/step-up", session.access, { factor: "platform", code }),
  );
  const { acr, auth_time } = claimsIn(String(silent));
  assert.deepEqual(
    [acr, auth_time],
    ["platform", session.claims.auth_time + 360],
    "fresh, for a route that asks for it",
  );
  const { claims } = await stack.refresh(session.refresh);
  assert.deepEqual([claims.acr, claims.auth_time], ["soter", session.claims.auth_time]);
});

test("a challenge counts once, for its session and its operation, within five minutes", async (t) => {
  const { stack, post, challenge, signed } = await openSoter(t);
  const { access } = await stack.signIn("alice");
  const other = await stack.signIn("alice", { deviceId: "another-device" });
  const stepUp = (token: string, body: object): Promise<Response> =>
    post("/me/step-up", token, { factor: "soter", ...body });
  const theirs = signed(await challenge(other.access));
  await assertRefused(await stepUp(access, theirs), 400, "challenge_invalid");
  const once = signed(await challenge(access));
  assert.equal((await stepUp(access, once)).status, 200);
  await assertRefused(await stepUp(access, once), 400, "challenge_invalid");
  const forView = signed(await challenge(access, "view"));
  await assertRefused(await stepUp(access, { ...forView, operation: "pay" }), 400, "challenge_invalid");
  await assertRefused(await stepUp(access, forView), 400, "challenge_invalid");
  await assertRefused(await stepUp(access, signed("made-up")), 400, "challenge_invalid");
  const slow = signed(await challenge(access));
  await stack.pass(5 * MINUTE);
  await assertRefused(await stepUp(access, slow), 400, "challenge_invalid");
  const parallel = signed(await challenge(access));
  const answers = await Promise.all(Array.from({ length: 10 }, () => stepUp(access, parallel)));
  assert.equal(answers.filter(({ status }) => status === 200).length, 1);
});

test("what was signed must hold the challenge, and be signed by a phone of this very user", async (t) => {
  const { stack, post, challenge, signed } = await openSoter(t);
  const { access, sid } = await stack.signIn("alice");
  const refused = async (made: (challenge: string) => object, status: number, reason: string): Promise<void> => {
    const answer = await post("/me/step-up", access, { factor: "soter", ...made(await challenge(access)) });
    await assertRefused(answer, status, reason);
  };
  await refused((own) => ({ ...signed("something else"), challenge: own }), 400, "challenge_invalid");
  await refused((own) => signed(own, "alice", { counter: -1.5 }), 400, "challenge_invalid");
  await refused((own) => ({ ...signed(own), json_string: "no JSON" }), 400, "challenge_invalid");
  await refused((own) => ({ ...signed(own), json_string: `{"raw":"${own}","raw":"x"}` }), 400, "challenge_invalid");
  await refused((own) => signed(own, "mallory"), 403, "biometrics_refused");
  await refused((own) => ({ ...signed(own), json_signature: "Zm9yZ2Vk" }), 403, "biometrics_refused");
  await refused(
    (own) => ({ ...signed(own), json_string: JSON.stringify({ raw: own, counter: 8 }) }),
    403,
    "biometrics_refused",
  );
  const refusals = rowsOf(stack, "hufu_audit", { action: "session.step_up_refused", sid }) ?? [];
  assert.deepEqual(
    refusals.map(({ why }) => why),
    Array(3).fill("biometrics_refused"),
  );
});

test("an outage of the platform is 503, and the finger need not be pressed again", async (t) => {
  const { stack, post, challenge, signed } = await openSoter(t);
  const { access } = await stack.signIn("alice");
  const body = { factor: "soter", ...signed(await challenge(access)) };
  stack.wechat.fault({ path: VERIFY, kind: "busy" });
  await assertRefused(await post("/me/step-up", access, body), 503, "platform_unavailable");
  assert.equal((await post("/me/step-up", access, body)).status, 200);
});

test("a challenge is for signed-in users, for this factor, and names its operation", async (t) => {
  const { stack, post } = await openSoter(t);
  const { access, userId } = await stack.signIn("alice");
  const ask = (body: object): Promise<Response> => post("/me/step-up/challenge", access, body);
  await assertRefused(await ask({ factor: "soter" }), 400, "parameter_missing");
  await assertRefused(await ask({ factor: "platform", operation: "pay" }), 400, "parameter_invalid");
  await assertRefused(await ask({ factor: "soter", operation: "x".repeat(129) }), 400, "parameter_invalid");
  await stack.hufu.sessions.kickAll(userId);
  await assertRefused(await ask({ factor: "soter", operation: "pay" }), 401, "token_revoked");
});

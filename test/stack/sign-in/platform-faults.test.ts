import assert from "node:assert/strict";
import test, { type TestContext } from "node:test";
import type { Fault } from "@hufu/simulator";
import type { HufuError } from "../../../server/src/core/errors/errors.ts";
import { BAKERY, CINEMA, freshAttempt, openStack } from "../stack.fixture.ts";
import { guardSays, verdictOf } from "../verdict.ts";
import { alteredLogin } from "./altered-wechat.fixture.ts";

const PATH = "/sns/jscode2session";

/** A second of the platform's deadlines takes a tenth of one here. */
function shortenDeadlines(t: TestContext): void {
  const timeout = AbortSignal.timeout.bind(AbortSignal);
  t.mock.method(AbortSignal, "timeout", (ms: number) => timeout(ms / 10));
}

/** F23: what goes wrong, what a sign-in answers, how often the code travelled, and whether a second attempt works. */
const FAULTS: readonly {
  readonly fault: Fault & { readonly times?: number };
  readonly reason: string;
  readonly calls: number;
}[] = [
  { fault: { kind: "busy" }, reason: "ok", calls: 2 },
  { fault: { kind: "busy", times: 2 }, reason: "platform_unavailable", calls: 2 },
  { fault: { kind: "busy", when: "after" }, reason: "login_code_used", calls: 2 },
  { fault: { kind: "reset" }, reason: "ok", calls: 2 },
  { fault: { kind: "reset", times: 2 }, reason: "platform_unavailable", calls: 2 },
  { fault: { kind: "reset", when: "after" }, reason: "login_code_used", calls: 2 },
  { fault: { kind: "html" }, reason: "platform_unavailable", calls: 1 },
  { fault: { kind: "http-500" }, reason: "platform_unavailable", calls: 1 },
  { fault: { kind: "truncated" }, reason: "platform_unavailable", calls: 1 },
  { fault: { kind: "slow", delayMs: 700 }, reason: "ok", calls: 2 },
  { fault: { kind: "slow", delayMs: 3000, times: 2 }, reason: "platform_unavailable", calls: 2 },
  { fault: { kind: "timeout-after-commit" }, reason: "login_code_used", calls: 2 },
  { fault: { kind: "errcode", errcode: 40029 }, reason: "login_code_invalid", calls: 1 },
  { fault: { kind: "errcode", errcode: 40163 }, reason: "login_code_used", calls: 1 },
  { fault: { kind: "errcode", errcode: 40226 }, reason: "platform_blocked", calls: 1 },
  { fault: { kind: "errcode", errcode: 45011 }, reason: "platform_rate_limited", calls: 1 },
  { fault: { kind: "errcode", errcode: 40013 }, reason: "platform_misconfigured", calls: 1 },
  { fault: { kind: "errcode", errcode: 40125 }, reason: "platform_misconfigured", calls: 1 },
  { fault: { kind: "errcode", errcode: 99999 }, reason: "platform_misconfigured", calls: 1 },
];

for (const { fault, reason, calls } of FAULTS) {
  const name = Object.values(fault).join(" ");
  test(`F23: the platform's ${name}: ${reason}, and nothing is half made`, async (t) => {
    if (fault.kind === "slow" || fault.kind === "timeout-after-commit") shortenDeadlines(t);
    const stack = await openStack(t);
    const standing = await stack.signIn("bob");
    const before = stack.dump();
    stack.wechat.fault({ path: PATH, ...fault });
    const refusal = await stack.signIn("alice").then(
      () => undefined,
      (error: HufuError) => error,
    );
    assert.equal(refusal?.reason ?? "ok", reason);
    assert.equal((stack.wechat.counters().calls[PATH] ?? 0) - 1, calls);
    if (reason === "ok") return;
    assert.deepEqual(stack.dump(), before);
    const mustWait = reason === "platform_unavailable" || reason === "platform_rate_limited";
    assert.equal((refusal?.retryAfter ?? 0) > 0, mustWait, "Retry-After where waiting helps");

    stack.wechat.clearFaults();
    assert.equal(await guardSays(stack.hufu, standing.access), "ok");
    assert.equal(await verdictOf(() => stack.refresh(standing.refresh)), "ok");
    assert.equal(await verdictOf(() => stack.signIn("alice")), "ok");
  });
}

test("a code that was surely not used up signs in with the same attempt, once the platform answers", async (t) => {
  const stack = await openStack(t);
  const input = { code: stack.wechat.issueCode({ user: "alice" }), attemptId: freshAttempt() };
  stack.wechat.fault({ path: PATH, kind: "busy", times: 2 });
  assert.equal(await verdictOf(() => stack.signIn("alice", input)), "platform_unavailable");
  assert.equal(await verdictOf(() => stack.signIn("alice", input)), "ok");
});

test("a high-risk user is told so, and no other user is", async (t) => {
  const stack = await openStack(t);
  stack.wechat.setUser({ user: "mallory", highRisk: true });
  assert.equal(await verdictOf(() => stack.signIn("mallory")), "platform_blocked");
  assert.equal(await verdictOf(() => stack.signIn("alice")), "ok");
});

test("five failures open that app's breaker for ten seconds; refreshes and guards never notice", async (t) => {
  const stack = await openStack(t);
  const standing = await stack.signIn("alice");
  stack.wechat.fault({ path: PATH, kind: "html", times: 5 });
  for (let failure = 0; failure < 5; failure += 1) {
    assert.equal(await verdictOf(() => stack.signIn("alice")), "platform_unavailable");
  }
  const calls = stack.wechat.counters().calls[PATH];
  for (const wait of [0, 9999]) {
    await stack.pass(wait);
    await assert.rejects(
      () => stack.signIn("alice"),
      (error: HufuError) => error.reason === "platform_unavailable" && error.retryAfter === (wait === 0 ? 10 : 1),
    );
  }
  assert.equal(stack.wechat.counters().calls[PATH], calls, "the platform was spared");
  assert.equal(await verdictOf(() => stack.signIn("alice", { clientId: CINEMA })), "ok", "the other app was not");
  assert.equal(await verdictOf(() => stack.refresh(standing.refresh)), "ok");
  assert.equal(await guardSays(stack.hufu, standing.access), "ok");

  await stack.pass(1);
  stack.wechat.fault({ path: PATH, kind: "html" });
  assert.equal(await verdictOf(() => stack.signIn("alice")), "platform_unavailable");
  assert.equal(await verdictOf(() => stack.signIn("alice")), "platform_unavailable");
  assert.equal(stack.wechat.counters().calls[PATH], (calls ?? 0) + 2, "one may try, and fails, and all wait again");
  await stack.pass(10_000);
  assert.equal(await verdictOf(() => stack.signIn("alice")), "ok");
});

test("refusals do not open the breaker: they show that the platform works", async (t) => {
  const stack = await openStack(t);
  for (let time = 0; time < 8; time += 1) {
    assert.equal(await verdictOf(() => stack.signIn("alice", { code: `bad-code-${time}` })), "login_code_invalid");
  }
  assert.equal(await verdictOf(() => stack.signIn("alice")), "ok");
});

test("an answer that lacks an openid, or has a failure beside it, gives no identity", async (t) => {
  let lie: Readonly<Record<string, unknown>> = {};
  const stack = await openStack(t, { fetch: alteredLogin((answer) => ({ ...answer, ...lie })) });
  const before = stack.dump();
  for (const [answer, reason] of [
    [{ openid: undefined }, "platform_unavailable"],
    [{ openid: "" }, "platform_unavailable"],
    [{ openid: 5 }, "platform_unavailable"],
    [{ openid: ["o1"] }, "platform_unavailable"],
    [{ openid: "o 1" }, "platform_unavailable"],
    [{ errcode: 40029 }, "login_code_invalid"],
    [{ errcode: "40029" }, "login_code_invalid"],
    [{ errcode: true }, "platform_unavailable"],
  ] as const) {
    lie = answer;
    assert.equal(await verdictOf(() => stack.signIn("alice")), reason, JSON.stringify(answer));
    await stack.pass(10_000);
  }
  assert.deepEqual(stack.dump(), before);
});

test("a platform that cannot be reached ends nothing: kicks and bans work, and only the log reports it", async (t) => {
  const stack = await openStack(t);
  const alice = await stack.signIn("alice");
  for (const path of ["/cgi-bin/stable_token", "/wxa/resetusersessionkey"]) {
    stack.wechat.fault({ path, kind: "reset", times: 100 });
  }
  await stack.hufu.users.ban(alice.userId, { reason: "fraud" });
  assert.equal(await guardSays(stack.hufu, alice.access), "token_revoked banned");
  await stack.hufu.close();
  assert.ok(stack.logged.some((line) => line.startsWith("the platform's session_key could not be reset")));
  assert.ok(!stack.logged.some((line) => line.includes(BAKERY) && line.includes("app-secret")));
});

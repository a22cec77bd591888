import assert from "node:assert/strict";
import test from "node:test";
import type { Hooks } from "../../server/src/session/hook-events.ts";
import { BAKERY, openStack, rowsOf } from "./stack.fixture.ts";

type Told = Readonly<Record<string, unknown>> & { readonly hook: string };

/** Hooks that keep what they were told; `stumble` may throw first. */
function keeping(told: Told[], stumble: (event: Told) => void | Promise<void> = () => undefined): Hooks {
  const keep = (hook: string) => async (event: object) => {
    const all = { hook, ...event };
    await stumble(all);
    told.push(all);
  };
  return { onSignIn: keep("sign-in"), onSessionEnd: keep("session-end"), onUserClosed: keep("user-closed") };
}

test("the hooks get every sign-in, ended session and closed account, with what they need to act", async (t) => {
  const told: Told[] = [];
  const stack = await openStack(t, { hooks: keeping(told), resolveUser: () => ({ userId: 42 }) });
  const alice = await stack.signIn("alice", { deviceId: "d-1" });
  const again = await stack.signIn("alice", { deviceId: "d-1" });
  await stack.hufu.users.close(alice.userId);
  await stack.pass(1000);
  const { userId } = alice;
  const common = { hook: "sign-in", userId, externalId: "42", app: BAKERY, openid: alice.claims.openid };
  assert.deepEqual(
    told.toSorted((one, other) => one.hook.localeCompare(other.hook)),
    [
      { hook: "session-end", userId, sid: alice.sid, app: BAKERY, why: "replaced" },
      { hook: "session-end", userId, sid: again.sid, app: BAKERY, why: "closed" },
      { ...common, sid: alice.sid, new: true, at: alice.claims.iat * 1000 },
      { ...common, sid: again.sid, new: false, at: again.claims.iat * 1000 },
      { hook: "user-closed", userId, externalId: "42" },
    ],
  );
  assert.equal(rowsOf(stack, "hufu_deliveries").length, 0);
});

test("a hook that fails is called again, later and later, until it does not", async (t) => {
  const told: Told[] = [];
  const calls: number[] = [];
  const stack = await openStack(t, {
    hooks: keeping(told, ({ hook }) => {
      if (hook !== "session-end") return;
      calls.push(stack.clock.monotonic());
      if (calls.length < 5) throw new Error("the host is away");
    }),
  });
  const { sid } = await stack.signIn("alice");
  await stack.hufu.sessions.kick(sid);
  for (let second = 0; second < 40; second += 1) await stack.pass(1000);
  assert.equal(calls.length, 5, "until it was heard, and not once more");
  const gaps = calls.slice(1).map((call, index) => call - (calls[index] ?? 0));
  assert.deepEqual(
    gaps,
    gaps.toSorted((one, other) => one - other),
  );
  assert.ok((gaps[0] ?? 0) >= 1000 && (gaps.at(-1) ?? 0) >= 8000, gaps.join());
  assert.equal(told.filter(({ hook }) => hook === "session-end").length, 1);
});

test("what a node could not deliver, the next start delivers", async (t) => {
  const told: Told[] = [];
  let away = true;
  const stack = await openStack(t, {
    hooks: keeping(told, () => {
      if (away) throw new Error("the host is away");
    }),
  });
  const { sid } = await stack.signIn("alice");
  await stack.hufu.sessions.kick(sid);
  await stack.pass(1000);
  assert.equal(told.length, 0);
  away = false;
  await stack.reopen();
  await stack.pass(60_000);
  await stack.pass(1000);
  assert.deepEqual(told.map(({ hook }) => hook).toSorted(), ["session-end", "sign-in"]);
});

test("a hook that never comes back keeps nobody else's news for ever", async (t) => {
  const told: Told[] = [];
  let release: () => void = () => undefined;
  t.after(() => release());
  const stack = await openStack(t, {
    hooks: keeping(told, ({ hook }) =>
      hook === "sign-in" ? new Promise<void>((resolve) => (release = resolve)) : undefined,
    ),
  });
  const { sid } = await stack.signIn("alice");
  await stack.hufu.sessions.kick(sid);
  for (let minute = 0; minute < 10; minute += 1) await stack.pass(60_000);
  assert.deepEqual(
    told.map(({ hook }) => hook),
    ["session-end"],
  );
});

test("without hooks nothing is written down for them", async (t) => {
  const stack = await openStack(t);
  const { sid } = await stack.signIn("alice");
  await stack.hufu.sessions.kick(sid);
  assert.equal(rowsOf(stack, "hufu_deliveries").length, 0);
});

import assert from "node:assert/strict";
import test from "node:test";
import {
  BAKERY,
  CINEMA,
  countRows,
  freshAttempt,
  openStack,
  rowsOf,
  type SignedIn,
  type Stack,
  settle,
} from "../stack.fixture.ts";
import { guardSays, verdictOf } from "../verdict.ts";

const MINUTE = 60_000;
const DAY = 86_400_000;

/** What became of sessions: `active`, or why they ended. */
function fates(stack: Stack, ...sessions: readonly SignedIn[]): unknown[] {
  return sessions.map(({ sid }) => {
    const [row] = rowsOf(stack, "hufu_sessions", { id: sid });
    return row?.["end_why"] ?? row?.["status"];
  });
}

test("the same code with the same attempt gets the same session for a minute, its last millisecond included", async (t) => {
  const stack = await openStack(t);
  const first = await stack.signIn("alice", { deviceId: "phone-1", caller: { by: "user", requestId: "r-1" } });
  assert.equal(first.answer.user?.isNew, true);
  const before = stack.dump();
  for (const wait of [0, 1, MINUTE - 1]) {
    await stack.pass(wait);
    const again = await stack.signIn("alice", first.input);
    assert.equal(again.sid, first.sid);
    assert.equal(again.refresh, first.refresh);
    assert.deepEqual(again.answer.user, first.answer.user, "`new` included");
    assert.notEqual(again.claims.jti, first.claims.jti, "the access token is a fresh one");
    assert.equal(again.claims.iat, Math.floor(stack.clock.now() / 1000));
    assert.equal(await guardSays(stack.hufu, again.access), "ok");
  }
  assert.deepEqual(stack.dump(), before, "a repeat changes nothing");
  assert.equal(stack.wechat.counters().calls["/sns/jscode2session"], 1);
});

test("after that minute the code is used up, and the session lives", async (t) => {
  const stack = await openStack(t);
  const first = await stack.signIn("alice");
  await stack.pass(MINUTE + 1);
  const before = stack.dump();
  assert.equal(await verdictOf(() => stack.signIn("alice", first.input)), "login_code_used");
  assert.deepEqual(stack.dump(), before);
  assert.equal(await guardSays(stack.hufu, first.access), "ok");
  assert.equal(await verdictOf(() => stack.refresh(first.refresh)), "ok");
});

test("a repeat still gives the same refresh token when that has been used meanwhile, and wakes nothing up", async (t) => {
  const stack = await openStack(t);
  const first = await stack.signIn("alice");
  const child = await stack.refresh(first.refresh, { attemptId: freshAttempt() });
  await stack.refresh(child.refresh, { attemptId: freshAttempt() });
  const again = await stack.signIn("alice", first.input);
  assert.equal(again.refresh, first.refresh);
  await stack.hufu.sessions.kick(first.sid);
  assert.equal(await verdictOf(() => stack.signIn("alice", first.input)), "session_kicked");
});

for (const [name, firstAttempt, secondAttempt] of [
  ["another attempt", freshAttempt(), freshAttempt()],
  ["no attempt after one", freshAttempt(), undefined],
  ["an attempt after none", undefined, freshAttempt()],
  ["no attempt twice", undefined, undefined],
] as const) {
  for (const wait of [0, MINUTE + 1, 5 * MINUTE]) {
    test(`a used code with ${name}, ${wait} ms later, ends the session that was made from it`, async (t) => {
      const stack = await openStack(t);
      const code = stack.wechat.issueCode({ user: "alice" });
      const attempt = (attemptId: string | undefined) => ({ clientId: BAKERY, code, attemptId });
      const { accessToken, refreshToken = "" } = await stack.hufu.protocol.signIn(attempt(firstAttempt));
      await stack.pass(wait);
      assert.equal(await verdictOf(() => stack.hufu.protocol.signIn(attempt(secondAttempt))), "login_code_used");
      assert.equal(await guardSays(stack.hufu, accessToken), "token_revoked reused");
      assert.equal(await verdictOf(() => stack.refresh(refreshToken)), "refresh_token_reused");
      const before = stack.dump();
      assert.equal(await verdictOf(() => stack.hufu.protocol.signIn(attempt(secondAttempt))), "login_code_used");
      assert.deepEqual(stack.dump(), before, "it ends once");
      assert.equal(rowsOf(stack, "hufu_audit", { action: "session.end", why: "reused" }).length, 1);
      assert.equal(rowsOf(stack, "hufu_sessions").length, 1);
    });
  }

  test(`a used code with ${name}, more than five minutes later, ends nothing`, async (t) => {
    const stack = await openStack(t);
    const code = stack.wechat.issueCode({ user: "alice" });
    const attempt = (attemptId: string | undefined) => ({ clientId: BAKERY, code, attemptId });
    const { accessToken, refreshToken = "" } = await stack.hufu.protocol.signIn(attempt(firstAttempt));
    await stack.pass(5 * MINUTE + 1);
    const before = stack.dump();
    assert.equal(await verdictOf(() => stack.hufu.protocol.signIn(attempt(secondAttempt))), "login_code_used");
    assert.deepEqual(stack.dump(), before);
    assert.equal(await guardSays(stack.hufu, accessToken), "ok");
    assert.equal(await verdictOf(() => stack.refresh(refreshToken)), "ok");
  });
}

test("a code of one app says nothing in another", async (t) => {
  const stack = await openStack(t);
  const first = await stack.signIn("alice");
  const elsewhere = { ...first.input, clientId: CINEMA, attemptId: freshAttempt() };
  assert.equal(await verdictOf(() => stack.signIn("alice", elsewhere)), "login_code_invalid");
  assert.deepEqual(fates(stack, first), ["active"]);
});

test("twenty at once with one code and one attempt, on two nodes, are one session", async (t) => {
  const stack = await openStack(t);
  const nodes = [stack.hufu, await stack.node()] as const;
  const input = {
    clientId: BAKERY,
    code: stack.wechat.issueCode({ user: "alice" }),
    attemptId: freshAttempt(),
  };
  const verdicts = await Promise.all(
    Array.from({ length: 20 }, (_, index) => verdictOf(() => nodes[index % 2 === 0 ? 0 : 1].protocol.signIn(input))),
  );
  for (const verdict of verdicts) assert.match(verdict, /^(ok|sign_in_in_progress)$/);
  const answers = await Promise.all(nodes.map((node) => stack.signIn("alice", input, node)));
  assert.equal(new Set(answers.map(({ refresh }) => refresh)).size, 1);
  assert.equal(rowsOf(stack, "hufu_sessions").length, 1);
  assert.equal(rowsOf(stack, "hufu_audit", { action: "session.start" }).length, 1);
  assert.equal(stack.wechat.counters().calls["/sns/jscode2session"], 1, "the code travelled once");
});

test("twenty at once with one code and twenty attempts are at most one session", async (t) => {
  const stack = await openStack(t);
  const code = stack.wechat.issueCode({ user: "alice" });
  const verdicts = await Promise.all(
    Array.from({ length: 20 }, () => verdictOf(() => stack.signIn("alice", { code, attemptId: freshAttempt() }))),
  );
  assert.equal(verdicts.filter((verdict) => verdict === "ok").length, 1);
  for (const verdict of verdicts) assert.match(verdict, /^(ok|sign_in_in_progress|login_code_used)$/);
  assert.equal(rowsOf(stack, "hufu_sessions").length, 1);
});

test("a new sign-in on a device ends that device's session in that app, and no other", async (t) => {
  const stack = await openStack(t);
  const old = await stack.signIn("alice", { deviceId: "d-1" });
  const other = await stack.signIn("alice", { deviceId: "d-2" });
  const sibling = await stack.signIn("alice", { deviceId: "d-1", clientId: CINEMA });
  const nameless = await stack.signIn("alice");
  const stranger = await stack.signIn("bob", { deviceId: "d-1" });
  assert.equal(sibling.userId, old.userId, "one person, or this test says nothing");
  const fresh = await stack.signIn("alice", { deviceId: "d-1" });

  assert.deepEqual(fates(stack, old, other, sibling, nameless, stranger, fresh), [
    "replaced",
    "active",
    "active",
    "active",
    "active",
    "active",
  ]);
  assert.equal(await guardSays(stack.hufu, old.access), "token_revoked replaced");
  assert.equal(await verdictOf(() => stack.refresh(old.refresh)), "session_replaced");
  assert.equal(rowsOf(stack, "hufu_audit", { action: "session.end" }).length, 1);
});

test("twenty sign-ins at once on one device leave one session", async (t) => {
  const stack = await openStack(t);
  const all = await Promise.all(Array.from({ length: 20 }, () => stack.signIn("alice", { deviceId: "d-1" })));
  assert.equal(rowsOf(stack, "hufu_sessions", { status: "active" }).length, 1);
  const verdicts = await Promise.all(all.map(({ access }) => guardSays(stack.hufu, access)));
  assert.deepEqual(verdicts.toSorted(), ["ok", ...Array.from({ length: 19 }, () => "token_revoked replaced")]);
});

test("over the limit of a type of device the oldest makes way", async (t) => {
  const stack = await openStack(t, { sessions: { perDeviceType: { phone: 2 } } });
  const signIn = async (deviceId: string, deviceType: "phone" | "pad") => {
    await stack.pass(1000);
    return stack.signIn("alice", { deviceId, deviceType });
  };
  const one = await signIn("p-1", "phone");
  const two = await signIn("p-2", "phone");
  const pads = [await signIn("t-1", "pad"), await signIn("t-2", "pad"), await signIn("t-3", "pad")];
  await stack.refresh((await stack.refresh(one.refresh)).refresh);
  const three = await signIn("p-3", "phone");
  assert.deepEqual(fates(stack, one, two, ...pads, three), [
    "replaced",
    ...["active", "active", "active", "active", "active"],
  ]);
  const again = await signIn("p-3", "phone");
  assert.deepEqual(
    fates(stack, two, three, again),
    ["active", "replaced", "active"],
    "only the device's own makes way",
  );
});

test("two devices take turns under a limit of one", async (t) => {
  const stack = await openStack(t, { sessions: { perDeviceType: { phone: 1 } } });
  const sessions: SignedIn[] = [];
  for (const deviceId of ["a", "b", "a", "b"]) {
    sessions.push(await stack.signIn("alice", { deviceId, deviceType: "phone" }));
    await stack.pass(1000);
  }
  assert.deepEqual(fates(stack, ...sessions), ["replaced", "replaced", "replaced", "active"]);
});

test("evict-idle ends the one that was unused for longest", async (t) => {
  const stack = await openStack(t, { sessions: { perDeviceType: { phone: 2 }, overflow: "evict-idle" } });
  const one = await stack.signIn("alice", { deviceId: "p-1", deviceType: "phone" });
  await stack.pass(1000);
  const two = await stack.signIn("alice", { deviceId: "p-2", deviceType: "phone" });
  await stack.pass(1000);
  await stack.refresh((await stack.refresh(one.refresh)).refresh);
  await stack.pass(1000);
  const three = await stack.signIn("alice", { deviceId: "p-3", deviceType: "phone" });
  assert.deepEqual(fates(stack, one, two, three), ["active", "replaced", "active"]);
});

test("refuse signs no further device in and changes nothing, until there is room", async (t) => {
  const stack = await openStack(t, {
    sessions: { perDeviceType: { phone: 1 }, overflow: "refuse" },
    tokens: { refreshIdle: "1d" },
  });
  const one = await stack.signIn("alice", { deviceId: "p-1", deviceType: "phone" });
  await stack.pass(1);
  const before = stack.dump();
  const another = () => stack.signIn("alice", { deviceId: "p-2", deviceType: "phone" });
  assert.equal(await verdictOf(another), "too_many_sessions");
  assert.deepEqual(stack.dump(), before);

  const own = await stack.signIn("alice", { deviceId: "p-1", deviceType: "phone" });
  assert.deepEqual(fates(stack, one, own), ["replaced", "active"], "a device may always follow itself");
  await stack.pass(DAY);
  assert.equal(await verdictOf(another), "ok", "a session that has expired takes no room");
});

test("`*` is one total for all types that are not named", async (t) => {
  const stack = await openStack(t, { sessions: { perDeviceType: { phone: 1, "*": 2 } } });
  const signIn = async (deviceType: "phone" | "pad" | "pc" | "other") => {
    await stack.pass(1000);
    return stack.signIn("alice", { deviceId: `of-${deviceType}`, deviceType });
  };
  const phone = await signIn("phone");
  const pad = await signIn("pad");
  const pc = await signIn("pc");
  assert.deepEqual(fates(stack, phone, pad, pc), ["active", "active", "active"]);
  const other = await signIn("other");
  assert.deepEqual(fates(stack, phone, pad, pc, other), ["active", "replaced", "active", "active"]);
});

test("a limit counts under parallel sign-ins too", async (t) => {
  const stack = await openStack(t, { sessions: { perDeviceType: { "*": 3 } } });
  const node = await stack.node();
  await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      stack.signIn("alice", { deviceId: `d-${index}` }, index % 2 === 0 ? stack.hufu : node),
    ),
  );
  assert.equal(rowsOf(stack, "hufu_sessions", { status: "active" }).length, 3);
});

for (const until of [undefined, DAY]) {
  test(`a user who is banned ${until === undefined ? "for good" : "for a day"} is refused, and nothing changes`, async (t) => {
    const stack = await openStack(t);
    const { userId } = await stack.signIn("alice");
    const end = until === undefined ? undefined : new Date(stack.clock.now() + until);
    await stack.hufu.users.ban(userId, { reason: "fraud", until: end });
    await settle();
    const before = stack.dump();
    for (const clientId of [BAKERY, CINEMA]) {
      await assert.rejects(
        () => stack.signIn("alice", { clientId }),
        (error: Error & { reason?: string; bannedUntil?: number }) =>
          error.reason === "account_banned" && error.bannedUntil === (end && Math.floor(end.getTime() / 1000)),
      );
    }
    assert.deepEqual(stack.dump(), before);

    if (until === undefined) {
      await stack.pass(400 * DAY);
      assert.equal(await verdictOf(() => stack.signIn("alice")), "account_banned");
      await stack.hufu.users.unban(userId);
    } else {
      await stack.pass(until - 1);
      assert.equal(await verdictOf(() => stack.signIn("alice")), "account_banned");
      await stack.pass(1);
    }
    const back = await stack.signIn("alice");
    assert.equal(back.userId, userId);
    assert.equal(await guardSays(stack.hufu, back.access), "ok");
    assert.equal(await verdictOf(() => stack.refresh(back.refresh)), "ok");
  });
}

test("a sign-in leaves one audit record and no more rows than it needs", async (t) => {
  const stack = await openStack(t);
  const empty = countRows(stack);
  const { sid, userId } = await stack.signIn("alice", {
    caller: { by: "user", requestId: "r-7" },
    deviceType: "phone",
  });
  const rows = countRows(stack);
  const grown = Object.entries(rows).flatMap(([table, count]) =>
    count === empty[table] ? [] : [[table, count - (empty[table] ?? 0)]],
  );
  assert.deepEqual(Object.fromEntries(grown), {
    hufu_users: 1,
    hufu_identities: 1,
    hufu_unions: 1,
    hufu_sessions: 1,
    hufu_audit: 1,
  });
  const [record] = rowsOf(stack, "hufu_audit", { action: "session.start" });
  assert.deepEqual(
    { ...record, id: 0, at: 0 },
    {
      id: 0,
      at: 0,
      action: "session.start",
      user_id: userId,
      sid,
      app: BAKERY,
      actor: "user",
      why: null,
      rule: null,
      request_id: "r-7",
      detail: '{"new_user":true,"device_type":"phone"}',
      personal: null,
    },
  );
});

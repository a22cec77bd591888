import assert from "node:assert/strict";
import test from "node:test";
import {
  BAKERY,
  CINEMA,
  countRows,
  freshAttempt,
  type House,
  openHouse,
  rowsOf,
  type SignedIn,
  settle,
} from "./stack.fixture.ts";
import { guardSays, verdictOf } from "./verdict.ts";

const MINUTE = 60_000;
const DAY = 86_400_000;

/** What became of sessions: `active`, or why they ended. */
function fates(house: House, ...sessions: readonly SignedIn[]): unknown[] {
  return sessions.map(({ sid }) => {
    const [row] = rowsOf(house, "hufu_sessions", { id: sid });
    return row?.["end_why"] ?? row?.["status"];
  });
}

test("the same code with the same attempt gets the same session for a minute, its last millisecond included", async (t) => {
  const house = await openHouse(t);
  const first = await house.signIn("alice", { deviceId: "phone-1", requestId: "r-1" });
  assert.equal(first.answer.user?.isNew, true);
  const before = house.dump();
  for (const wait of [0, 1, MINUTE - 1]) {
    await house.pass(wait);
    const again = await house.signIn("alice", first.input);
    assert.equal(again.sid, first.sid);
    assert.equal(again.refresh, first.refresh);
    assert.deepEqual(again.answer.user, first.answer.user, "`new` included");
    assert.notEqual(again.claims.jti, first.claims.jti, "the access token is a fresh one");
    assert.equal(again.claims.iat, Math.floor(house.clock.now() / 1000));
    assert.equal(await guardSays(house.hufu, again.access), "ok");
  }
  assert.deepEqual(house.dump(), before, "a repeat changes nothing");
  assert.equal(house.wechat.counters().calls["/sns/jscode2session"], 1);
});

test("after that minute the code is used up, and the session lives", async (t) => {
  const house = await openHouse(t);
  const first = await house.signIn("alice");
  await house.pass(MINUTE + 1);
  const before = house.dump();
  assert.equal(await verdictOf(() => house.signIn("alice", first.input)), "login_code_used");
  assert.deepEqual(house.dump(), before);
  assert.equal(await guardSays(house.hufu, first.access), "ok");
  assert.equal(await verdictOf(() => house.refresh(first.refresh)), "ok");
});

test("a repeat still gives the same refresh token when that has been used meanwhile, and wakes nothing up", async (t) => {
  const house = await openHouse(t);
  const first = await house.signIn("alice");
  const child = await house.refresh(first.refresh, { attemptId: freshAttempt() });
  await house.refresh(child.refresh, { attemptId: freshAttempt() });
  const again = await house.signIn("alice", first.input);
  assert.equal(again.refresh, first.refresh);
  await house.hufu.sessions.kick(first.sid);
  assert.equal(await verdictOf(() => house.signIn("alice", first.input)), "session_kicked");
});

for (const [name, firstAttempt, secondAttempt] of [
  ["another attempt", freshAttempt(), freshAttempt()],
  ["no attempt after one", freshAttempt(), undefined],
  ["an attempt after none", undefined, freshAttempt()],
  ["no attempt twice", undefined, undefined],
] as const) {
  for (const wait of [0, MINUTE + 1]) {
    test(`a used code with ${name}, ${wait} ms later, ends the session that was made from it`, async (t) => {
      const house = await openHouse(t);
      const code = house.wechat.issueCode({ user: "alice" });
      const attempt = (attemptId: string | undefined) => ({
        clientId: BAKERY,
        code,
        ...(attemptId === undefined ? {} : { attemptId }),
      });
      const { accessToken, refreshToken = "" } = await house.hufu.protocol.signIn(attempt(firstAttempt));
      await house.pass(wait);
      assert.equal(await verdictOf(() => house.hufu.protocol.signIn(attempt(secondAttempt))), "login_code_used");
      assert.equal(await guardSays(house.hufu, accessToken), "token_revoked reused");
      assert.equal(await verdictOf(() => house.refresh(refreshToken)), "refresh_token_reused");
      const before = house.dump();
      assert.equal(await verdictOf(() => house.hufu.protocol.signIn(attempt(secondAttempt))), "login_code_used");
      assert.deepEqual(house.dump(), before, "it ends once");
      assert.equal(rowsOf(house, "hufu_audit", { action: "session.end", why: "reused" }).length, 1);
      assert.equal(rowsOf(house, "hufu_sessions").length, 1);
    });
  }
}

test("a code of one app says nothing in another", async (t) => {
  const house = await openHouse(t);
  const first = await house.signIn("alice");
  const elsewhere = { ...first.input, clientId: CINEMA, attemptId: freshAttempt() };
  assert.equal(await verdictOf(() => house.signIn("alice", elsewhere)), "login_code_invalid");
  assert.deepEqual(fates(house, first), ["active"]);
});

test("twenty at once with one code and one attempt, on two nodes, are one session", async (t) => {
  const house = await openHouse(t);
  const nodes = [house.hufu, await house.node()] as const;
  const input = {
    clientId: BAKERY,
    code: house.wechat.issueCode({ user: "alice" }),
    attemptId: freshAttempt(),
  };
  const verdicts = await Promise.all(
    Array.from({ length: 20 }, (_, index) => verdictOf(() => nodes[index % 2 === 0 ? 0 : 1].protocol.signIn(input))),
  );
  for (const verdict of verdicts) assert.match(verdict, /^(ok|sign_in_in_progress)$/);
  const answers = await Promise.all(nodes.map((node) => house.signIn("alice", input, node)));
  assert.equal(new Set(answers.map(({ refresh }) => refresh)).size, 1);
  assert.equal(rowsOf(house, "hufu_sessions").length, 1);
  assert.equal(rowsOf(house, "hufu_audit", { action: "session.start" }).length, 1);
  assert.equal(house.wechat.counters().calls["/sns/jscode2session"], 1, "the code travelled once");
});

test("twenty at once with one code and twenty attempts are at most one session", async (t) => {
  const house = await openHouse(t);
  const code = house.wechat.issueCode({ user: "alice" });
  const verdicts = await Promise.all(
    Array.from({ length: 20 }, () => verdictOf(() => house.signIn("alice", { code, attemptId: freshAttempt() }))),
  );
  assert.equal(verdicts.filter((verdict) => verdict === "ok").length, 1);
  for (const verdict of verdicts) assert.match(verdict, /^(ok|sign_in_in_progress|login_code_used)$/);
  assert.equal(rowsOf(house, "hufu_sessions").length, 1);
});

test("a new sign-in on a device ends that device's session in that app, and no other", async (t) => {
  const house = await openHouse(t);
  const old = await house.signIn("alice", { deviceId: "d-1" });
  const other = await house.signIn("alice", { deviceId: "d-2" });
  const sibling = await house.signIn("alice", { deviceId: "d-1", clientId: CINEMA });
  const nameless = await house.signIn("alice");
  const stranger = await house.signIn("bob", { deviceId: "d-1" });
  assert.equal(sibling.userId, old.userId, "one person, or this test says nothing");
  const fresh = await house.signIn("alice", { deviceId: "d-1" });

  assert.deepEqual(fates(house, old, other, sibling, nameless, stranger, fresh), [
    "replaced",
    "active",
    "active",
    "active",
    "active",
    "active",
  ]);
  assert.equal(await guardSays(house.hufu, old.access), "token_revoked replaced");
  assert.equal(await verdictOf(() => house.refresh(old.refresh)), "session_replaced");
  assert.equal(rowsOf(house, "hufu_audit", { action: "session.end" }).length, 1);
});

test("twenty sign-ins at once on one device leave one session", async (t) => {
  const house = await openHouse(t);
  const all = await Promise.all(Array.from({ length: 20 }, () => house.signIn("alice", { deviceId: "d-1" })));
  assert.equal(rowsOf(house, "hufu_sessions", { status: "active" }).length, 1);
  const verdicts = await Promise.all(all.map(({ access }) => guardSays(house.hufu, access)));
  assert.deepEqual(verdicts.toSorted(), ["ok", ...Array.from({ length: 19 }, () => "token_revoked replaced")]);
});

test("over the limit of a type of device the oldest makes way", async (t) => {
  const house = await openHouse(t, { sessions: { perDeviceType: { phone: 2 } } });
  const signIn = async (deviceId: string, deviceType: "phone" | "pad") => {
    await house.pass(1000);
    return house.signIn("alice", { deviceId, deviceType });
  };
  const one = await signIn("p-1", "phone");
  const two = await signIn("p-2", "phone");
  const pads = [await signIn("t-1", "pad"), await signIn("t-2", "pad"), await signIn("t-3", "pad")];
  await house.refresh((await house.refresh(one.refresh)).refresh);
  const three = await signIn("p-3", "phone");
  assert.deepEqual(fates(house, one, two, ...pads, three), [
    "replaced",
    ...["active", "active", "active", "active", "active"],
  ]);
  const again = await signIn("p-3", "phone");
  assert.deepEqual(
    fates(house, two, three, again),
    ["active", "replaced", "active"],
    "only the device's own makes way",
  );
});

test("two devices take turns under a limit of one", async (t) => {
  const house = await openHouse(t, { sessions: { perDeviceType: { phone: 1 } } });
  const sessions: SignedIn[] = [];
  for (const deviceId of ["a", "b", "a", "b"]) {
    sessions.push(await house.signIn("alice", { deviceId, deviceType: "phone" }));
    await house.pass(1000);
  }
  assert.deepEqual(fates(house, ...sessions), ["replaced", "replaced", "replaced", "active"]);
});

test("evict-idle ends the one that was unused for longest", async (t) => {
  const house = await openHouse(t, { sessions: { perDeviceType: { phone: 2 }, overflow: "evict-idle" } });
  const one = await house.signIn("alice", { deviceId: "p-1", deviceType: "phone" });
  await house.pass(1000);
  const two = await house.signIn("alice", { deviceId: "p-2", deviceType: "phone" });
  await house.pass(1000);
  await house.refresh((await house.refresh(one.refresh)).refresh);
  await house.pass(1000);
  const three = await house.signIn("alice", { deviceId: "p-3", deviceType: "phone" });
  assert.deepEqual(fates(house, one, two, three), ["active", "replaced", "active"]);
});

test("refuse lets nobody in and changes nothing, until there is room", async (t) => {
  const house = await openHouse(t, {
    sessions: { perDeviceType: { phone: 1 }, overflow: "refuse" },
    tokens: { refreshIdle: "1d" },
  });
  const one = await house.signIn("alice", { deviceId: "p-1", deviceType: "phone" });
  await house.pass(1);
  const before = house.dump();
  const another = () => house.signIn("alice", { deviceId: "p-2", deviceType: "phone" });
  assert.equal(await verdictOf(another), "too_many_sessions");
  assert.deepEqual(house.dump(), before);

  const own = await house.signIn("alice", { deviceId: "p-1", deviceType: "phone" });
  assert.deepEqual(fates(house, one, own), ["replaced", "active"], "a device may always follow itself");
  await house.pass(DAY);
  assert.equal(await verdictOf(another), "ok", "a session that has expired takes no room");
});

test("`*` is one total for all types that are not named", async (t) => {
  const house = await openHouse(t, { sessions: { perDeviceType: { phone: 1, "*": 2 } } });
  const signIn = async (deviceType: "phone" | "pad" | "pc" | "other") => {
    await house.pass(1000);
    return house.signIn("alice", { deviceId: `of-${deviceType}`, deviceType });
  };
  const phone = await signIn("phone");
  const pad = await signIn("pad");
  const pc = await signIn("pc");
  assert.deepEqual(fates(house, phone, pad, pc), ["active", "active", "active"]);
  const other = await signIn("other");
  assert.deepEqual(fates(house, phone, pad, pc, other), ["active", "replaced", "active", "active"]);
});

test("a limit counts under parallel sign-ins too", async (t) => {
  const house = await openHouse(t, { sessions: { perDeviceType: { "*": 3 } } });
  const node = await house.node();
  await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      house.signIn("alice", { deviceId: `d-${index}` }, index % 2 === 0 ? house.hufu : node),
    ),
  );
  assert.equal(rowsOf(house, "hufu_sessions", { status: "active" }).length, 3);
});

for (const until of [undefined, DAY]) {
  test(`whoever is banned ${until === undefined ? "for good" : "for a day"} is refused, and nothing changes`, async (t) => {
    const house = await openHouse(t);
    const { userId } = await house.signIn("alice");
    const end = until === undefined ? undefined : new Date(house.clock.now() + until);
    await house.hufu.users.ban(userId, { reason: "fraud", ...(end === undefined ? {} : { until: end }) });
    await settle();
    const before = house.dump();
    for (const clientId of [BAKERY, CINEMA]) {
      await assert.rejects(
        () => house.signIn("alice", { clientId }),
        (error: Error & { reason?: string; bannedUntil?: number }) =>
          error.reason === "account_banned" && error.bannedUntil === (end && Math.floor(end.getTime() / 1000)),
      );
    }
    assert.deepEqual(house.dump(), before);

    if (until === undefined) {
      await house.pass(400 * DAY);
      assert.equal(await verdictOf(() => house.signIn("alice")), "account_banned");
      await house.hufu.users.unban(userId);
    } else {
      await house.pass(until - 1);
      assert.equal(await verdictOf(() => house.signIn("alice")), "account_banned");
      await house.pass(1);
    }
    const back = await house.signIn("alice");
    assert.equal(back.userId, userId);
    assert.equal(await guardSays(house.hufu, back.access), "ok");
    assert.equal(await verdictOf(() => house.refresh(back.refresh)), "ok");
  });
}

test("a sign-in leaves one audit record and no more rows than it needs", async (t) => {
  const house = await openHouse(t);
  const empty = countRows(house);
  const { sid, userId } = await house.signIn("alice", { requestId: "r-7", deviceType: "phone" });
  const rows = countRows(house);
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
  const [record] = rowsOf(house, "hufu_audit", { action: "session.start" });
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
      request_id: "r-7",
      detail: '{"new_user":true,"device_type":"phone"}',
    },
  );
});

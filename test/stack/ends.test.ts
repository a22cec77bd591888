import assert from "node:assert/strict";
import test from "node:test";
import {
  ASKER,
  asApp,
  BAKERY,
  CINEMA,
  countRows,
  freshAttempt,
  type House,
  type HouseOptions,
  openHouse,
  rowsOf,
  type SignedIn,
} from "./stack.fixture.ts";
import { guardSays, verdictOf } from "./verdict.ts";

const DAY = 86_400_000;

/** One way in which a session ends, and what docs/protocol.md §3.5 says of it. */
interface Ending {
  readonly name: string;
  readonly end: (house: House, alice: SignedIn) => Promise<unknown>;
  readonly stored: string;
  readonly refresh: string;
  /** `undefined` where the access token is over before. */
  readonly guard: string | undefined;
  /** Who did it, in the row and in the audit log. */
  readonly by: string;
  readonly options?: HouseOptions;
}

const selfOf = ({ userId, sid, claims: { ver, pol } }: SignedIn) => ({ userId, sid, ver, pol });

const ENDINGS: readonly Ending[] = [
  ...(
    [
      ["revoking the refresh token", (house, alice) => house.hufu.protocol.revoke(alice.refresh, asApp(BAKERY))],
      [
        "revoking an old refresh token",
        async (house, alice) => {
          const child = await house.refresh(alice.refresh);
          await house.refresh(child.refresh);
          await house.hufu.protocol.revoke(alice.refresh, asApp(BAKERY));
        },
      ],
      ["ending one's own session", (house, alice) => house.hufu.protocol.endMySession(selfOf(alice), alice.sid)],
      [
        "ending all others",
        async (house, alice) => {
          const other = await house.signIn("alice");
          assert.equal(await house.hufu.protocol.endMyOtherSessions(selfOf(other)), 1);
          assert.equal(await guardSays(house.hufu, other.access), "ok");
          assert.equal(await house.hufu.protocol.endMyOtherSessions(selfOf(other)), 0);
          await house.hufu.protocol.endMySession(selfOf(other), alice.sid);
        },
      ],
    ] as const satisfies readonly (readonly [string, Ending["end"]])[]
  ).map(([name, end]) => ({
    ...{ name, end, stored: "logged_out", refresh: "session_logged_out", guard: "logged_out", by: "user" },
  })),
  ...(
    [
      ["a newer sign-in on the device", (house) => house.signIn("alice", { deviceId: "d-1" }), {}],
      [
        "the limit per type of device",
        (house) => house.signIn("alice", { deviceId: "d-2" }),
        { sessions: { perDeviceType: { "*": 1 } } },
      ],
    ] as const satisfies readonly (readonly [string, Ending["end"], HouseOptions])[]
  ).map(([name, end, options]) => ({
    ...{ name, end, options, stored: "replaced", refresh: "session_replaced", guard: "replaced", by: "user" },
  })),
  ...(
    [
      ["a kick", (house, alice) => house.hufu.sessions.kick(alice.sid, { by: "u_admin" })],
      ["a kick of all", (house, alice) => house.hufu.sessions.kickAll(alice.userId, { by: "u_admin" })],
    ] as const satisfies readonly (readonly [string, Ending["end"]])[]
  ).map(([name, end]) => ({
    ...{ name, end, stored: "kicked", refresh: "session_kicked", guard: "kicked", by: "u_admin" },
  })),
  {
    name: "a ban",
    end: (house, alice) => house.hufu.users.ban(alice.userId, { reason: "fraud" }, { by: "u_admin" }),
    ...{ stored: "banned", refresh: "account_banned", guard: "banned", by: "u_admin" },
  },
  {
    name: "closing the account",
    end: (house, alice) => house.hufu.users.close(alice.userId, { by: "u_admin" }),
    ...{ stored: "closed", refresh: "account_closed", guard: "closed", by: "u_admin" },
  },
  {
    name: "two holders of one chain",
    async end(house, alice) {
      const mine = await house.refresh(alice.refresh, { attemptId: freshAttempt() });
      const theirs = await house.refresh(alice.refresh, { attemptId: freshAttempt() });
      await house.refresh(mine.refresh, { attemptId: freshAttempt() });
      const verdict = verdictOf(() => house.refresh(theirs.refresh, { attemptId: freshAttempt() }));
      assert.equal(await verdict, "refresh_token_reused");
    },
    ...{ stored: "reused", refresh: "refresh_token_reused", guard: "reused", by: "system" },
  },
  {
    name: "a code presented again elsewhere",
    end: (house, alice) => verdictOf(() => house.signIn("alice", { code: alice.input.code })),
    ...{ stored: "reused", refresh: "refresh_token_reused", guard: "reused", by: "system" },
  },
  {
    name: "its idle end",
    end: (house) => house.pass(30 * DAY),
    ...{ stored: "expired", refresh: "session_expired", guard: undefined, by: "system" },
  },
  {
    name: "its absolute end",
    async end(house, alice) {
      let token = alice.refresh;
      for (let week = 0; week < 4; week += 1) {
        await house.pass(7 * DAY);
        token = (await house.refresh(token)).refresh;
      }
      await house.pass(7 * DAY);
    },
    options: { tokens: { refreshAbsolute: "35d" } },
    ...{ stored: "expired", refresh: "session_expired", guard: undefined, by: "system" },
  },
  {
    name: "a reset of its app",
    end: (house) => house.hufu.revokeApp(BAKERY, { reason: "leak" }),
    ...{ stored: "reset", refresh: "session_expired", guard: "reset", by: "system" },
  },
  {
    name: "a reset of all",
    end: (house) => house.hufu.revokeAll({ reason: "leak" }),
    ...{ stored: "reset", refresh: "session_expired", guard: "reset", by: "system" },
  },
];

for (const { name, end, stored, refresh, guard, by, options = {} } of ENDINGS) {
  test(`${name} ends a session, why ${stored}, for everybody, once, and for good`, async (t) => {
    const house = await openHouse(t, options);
    const alice = await house.signIn("alice", { deviceId: "d-1" });
    const bob = await house.signIn("bob", { deviceId: "d-1", clientId: CINEMA });
    const lives = stored !== "expired" && name !== "a reset of all";
    await end(house, alice);

    if (guard !== undefined) {
      assert.equal(await guardSays(house.hufu, alice.access), `token_revoked ${guard}`);
      assert.deepEqual(await house.hufu.protocol.introspect(alice.access, ASKER), { active: false });
      assert.equal(await verdictOf(() => house.hufu.protocol.me(selfOf(alice))), `token_revoked ${guard}`);
    } else {
      assert.equal(await guardSays(house.hufu, alice.access), "token_expired");
    }
    assert.deepEqual(await house.hufu.protocol.introspect(alice.refresh, ASKER), { active: false });
    const answers = await Promise.all(Array.from({ length: 5 }, () => verdictOf(() => house.refresh(alice.refresh))));
    assert.deepEqual(new Set(answers), new Set([refresh]));

    const [row] = rowsOf(house, "hufu_sessions", { id: alice.sid });
    assert.deepEqual([row?.["status"], row?.["end_why"]], ["ended", stored]);
    const records = rowsOf(house, "hufu_audit", { action: "session.end", sid: alice.sid });
    assert.deepEqual(
      records.map(({ why, actor, user_id }) => [why, actor, user_id]),
      [[stored, by, alice.userId]],
    );
    assert.equal(row?.["ended_by"], by, "the row names whom the audit log names");

    await house.pass(1000);
    const before = house.dump();
    assert.equal(await house.hufu.sessions.kick(alice.sid), false);
    assert.equal(await house.hufu.protocol.revoke(alice.refresh, asApp(BAKERY)), undefined);
    await verdictOf(() => house.refresh(alice.refresh));
    await verdictOf(() => house.signIn("alice", { code: alice.input.code, attemptId: freshAttempt() }));
    assert.deepEqual(house.dump(), before, "ended again, nothing changes");

    const node = await house.node();
    await house.reopen();
    for (const hufu of [house.hufu, node]) {
      assert.equal(await verdictOf(() => house.refresh(alice.refresh, {}, hufu)), refresh);
      assert.notEqual(await guardSays(hufu, alice.access), "ok");
      if (lives) assert.equal(await guardSays(hufu, bob.access), "ok", "nobody else is concerned");
    }
  });
}

test("a session that a ban ended answers session_expired once the ban is lifted, and stays ended", async (t) => {
  const house = await openHouse(t);
  const alice = await house.signIn("alice");
  await house.hufu.users.ban(alice.userId, { reason: "fraud" });
  assert.equal(await verdictOf(() => house.refresh(alice.refresh)), "account_banned");
  await house.hufu.users.unban(alice.userId);
  assert.equal(await verdictOf(() => house.refresh(alice.refresh)), "session_expired");
  assert.notEqual(await guardSays(house.hufu, alice.access), "ok");
  const [row] = rowsOf(house, "hufu_sessions", { id: alice.sid });
  assert.equal(row?.["end_why"], "banned");
  assert.equal(rowsOf(house, "hufu_audit", { action: "session.end" }).length, 1);
  assert.equal(await guardSays(house.hufu, (await house.signIn("alice")).access), "ok");
});

test("a ban that has run out by itself is over for refresh too, and the old tokens stay dead", async (t) => {
  const house = await openHouse(t);
  const alice = await house.signIn("alice");
  await house.hufu.users.ban(alice.userId, { reason: "spam", until: new Date(house.clock.now() + 60_000) });
  await house.pass(59_999);
  assert.equal(await verdictOf(() => house.refresh(alice.refresh)), "account_banned");
  await house.pass(1);
  assert.equal(await verdictOf(() => house.refresh(alice.refresh)), "session_expired");
  assert.equal(await guardSays(house.hufu, alice.access), "token_revoked banned");
});

test("who ended sessions and why they say stands in the one audit record of it", async (t) => {
  const house = await openHouse(t);
  const alice = await house.signIn("alice");
  for (const reason of ["", " "]) {
    await assert.rejects(house.hufu.revokeAll({ reason }), /^TypeError: reason: /);
    await assert.rejects(house.hufu.revokeApp(BAKERY, { reason }), /^TypeError: reason: /);
  }
  await assert.rejects(house.hufu.revokeApp("", { reason: "leak" }), TypeError);
  assert.equal(await guardSays(house.hufu, alice.access), "ok");
  await house.hufu.sessions.kick(alice.sid, { by: "u_admin", reason: "phone stolen" });
  await house.hufu.revokeApp(BAKERY, { by: "ops:1", reason: "leak", requestId: "r-1" });
  await house.hufu.revokeAll({ reason: "worse leak" });
  const said = rowsOf(house, "hufu_audit")
    ?.filter(({ action }) => action === "session.end" || action === "sessions.reset")
    .map(({ actor, detail, request_id }) => [actor, JSON.parse(String(detail)), request_id]);
  assert.deepEqual(said, [
    ["u_admin", { reason: "phone stolen" }, null],
    ["ops:1", { target: BAKERY, reason: "leak" }, "r-1"],
    ["system", { target: "everybody", reason: "worse leak" }, null],
  ]);
});

test("a reset of one app leaves the others alone, and new sign-ins live", async (t) => {
  const house = await openHouse(t);
  const bakery = await house.signIn("alice", { deviceId: "d-1" });
  const cinema = await house.signIn("alice", { clientId: CINEMA, deviceId: "d-1" });
  await house.hufu.revokeApp(BAKERY, { by: "u_admin", reason: "leak" });
  assert.equal(await guardSays(house.hufu, cinema.access), "ok");
  assert.equal(await verdictOf(() => house.refresh(cinema.refresh, { clientId: CINEMA })), "ok");
  const back = await house.signIn("alice", { deviceId: "d-1" });
  assert.equal(await guardSays(house.hufu, back.access), "ok");
  assert.equal(await verdictOf(() => house.refresh(back.refresh)), "ok");
  assert.equal(await verdictOf(() => house.refresh(bakery.refresh)), "session_expired");

  await house.hufu.revokeAll({ reason: "leak" });
  for (const { access } of [cinema, back]) assert.equal(await guardSays(house.hufu, access), "token_revoked reset");
  assert.equal(rowsOf(house, "hufu_audit", { action: "sessions.reset" }).length, 2);
  const self = selfOf(await house.signIn("alice"));
  assert.equal((await house.hufu.protocol.mySessions(self)).length, 1, "sessions that a reset ended are not shown");
});

test("revoking an access token ends that token alone, once", async (t) => {
  const house = await openHouse(t);
  const node = await house.node();
  const alice = await house.signIn("alice");
  const other = await house.refresh(alice.refresh);
  const { hufu_revocations: _before, hufu_audit: _audit, hufu_counters: _counters, ...before } = house.dump();
  await house.hufu.protocol.revoke(alice.access, { ...asApp(BAKERY), requestId: "r-1" });
  const { hufu_revocations: revocations, hufu_audit: _later, hufu_counters: _numbers, ...after } = house.dump();
  assert.deepEqual(after, before, "no session, no user, no policy has changed");
  assert.deepEqual(JSON.parse(String(revocations?.at(-1)?.["body"])), { jti: alice.claims.jti, why: "logged_out" });
  assert.equal(await guardSays(house.hufu, alice.access), "token_revoked logged_out");
  assert.deepEqual(await house.hufu.protocol.introspect(alice.access, ASKER), { active: false });
  assert.equal(await guardSays(house.hufu, other.access), "ok");
  assert.equal(await verdictOf(() => house.refresh(alice.refresh)), "ok");
  await house.pass(1000);
  assert.equal(await guardSays(node, alice.access), "token_revoked logged_out");

  const rows = countRows(house);
  for (const hufu of [house.hufu, node, house.hufu]) await hufu.protocol.revoke(alice.access, asApp(BAKERY));
  assert.deepEqual(
    countRows(house),
    rows,
    "a second revocation adds no row, or whoever has a token could add millions",
  );
});

test("what one node has revoked, another node's introspection knows at once", async (t) => {
  const house = await openHouse(t);
  const node = await house.node();
  const alice = await house.signIn("alice");
  assert.equal((await node.protocol.introspect(alice.access, ASKER)).active, true);
  await house.hufu.protocol.revoke(alice.access, asApp(BAKERY));
  assert.deepEqual(await node.protocol.introspect(alice.access, ASKER), { active: false });
});

test("a token of a key that was revoked is worth nothing to another node's introspection either", async (t) => {
  const house = await openHouse(t);
  const node = await house.node();
  const alice = await house.signIn("alice");
  assert.equal((await node.protocol.introspect(alice.access, ASKER)).active, true);
  const [key] = await house.hufu.keys.list();
  assert.equal(await house.hufu.keys.revoke(key?.kid ?? ""), true);
  assert.notEqual(await guardSays(house.hufu, alice.access), "ok");
  await house.pass(1000);
  assert.notEqual(await guardSays(node, alice.access), "ok");
  assert.deepEqual(await node.protocol.introspect(alice.access, ASKER), { active: false });
});

test("a node that has heard of a revoked key signs with the new one", async (t) => {
  const house = await openHouse(t);
  const node = await house.node();
  const alice = await house.signIn("alice");
  const [key] = await house.hufu.keys.list();
  await house.hufu.keys.revoke(key?.kid ?? "");
  await house.pass(1000);
  const fresh = await house.refresh(alice.refresh, {}, node);
  for (const hufu of [house.hufu, node]) assert.equal(await guardSays(hufu, fresh.access), "ok");
});

test("another client's token is not revoked, and nothing that is no token changes anything", async (t) => {
  const house = await openHouse(t);
  const alice = await house.signIn("alice");
  const before = house.dump();
  for (const token of [alice.access, alice.refresh]) {
    assert.equal(await verdictOf(() => house.hufu.protocol.revoke(token, asApp(CINEMA))), "grant_not_allowed");
  }
  for (const token of ["", "hr1.", "garbage", `${alice.refresh}A`, alice.refresh.slice(0, -1), `${alice.access}A`]) {
    assert.equal(await verdictOf(() => house.hufu.protocol.revoke(token, asApp(BAKERY))), "ok");
  }
  assert.deepEqual(house.dump(), before);
  assert.equal(await guardSays(house.hufu, alice.access), "ok");
});

test("in single mode there is no refresh token, and revoking the access token ends its session", async (t) => {
  const house = await openHouse(t, { tokens: { mode: "single", single: "1h" } });
  const alice = await house.signIn("alice", { deviceId: "d-1" });
  assert.equal(alice.answer.refreshToken, undefined);
  assert.equal(alice.answer.refreshTokenExpiresIn, undefined);
  const again = await house.signIn("alice", alice.input);
  assert.equal(again.sid, alice.sid);
  await house.hufu.protocol.revoke(alice.access, asApp(BAKERY));
  for (const { access } of [alice, again]) {
    assert.equal(await guardSays(house.hufu, access), "token_revoked logged_out");
    assert.deepEqual(await house.hufu.protocol.introspect(access, ASKER), { active: false });
  }
  const before = house.dump();
  await house.hufu.protocol.revoke(alice.access, asApp(BAKERY));
  assert.deepEqual(house.dump(), before);

  const back = await house.signIn("alice", { deviceId: "d-1" });
  assert.equal(rowsOf(house, "hufu_sessions", { id: alice.sid })[0]?.["end_why"], "logged_out");
  await house.pass(3_599_000);
  assert.equal(await guardSays(house.hufu, back.access), "token_expired", "jitter shortens, the session's end decides");
  await house.pass(1000);
  const late = await house.signIn("alice", { deviceId: "d-1" });
  assert.equal(await guardSays(house.hufu, late.access), "ok");
  assert.equal(rowsOf(house, "hufu_audit", { why: "replaced" }).length, 0, "what has expired is not replaced");
});

test("an account that was closed is nobody's: its identities are free, and nothing personal is left", async (t) => {
  const house = await openHouse(t, {
    resolveUser: ({ openid }) => ({ userId: `row-of-${openid}`, claims: { vip: true } }),
  });
  const alice = await house.signIn("alice", { deviceId: "device-of-alice", deviceName: "Alice's phone" });
  const { openid = "" } = alice.claims;
  await house.hufu.users.close(alice.userId);
  const rest = JSON.stringify(house.dump());
  for (const word of [
    openid,
    "device-of-alice",
    "Alice's phone",
    "vip",
    house.wechat.unionid({ user: "alice" }) ?? "",
  ]) {
    assert.ok(!rest.includes(word), word);
  }
  const back = await house.signIn("alice");
  assert.notEqual(back.userId, alice.userId);
  assert.equal(back.answer.user?.isNew, true);
  assert.equal(await verdictOf(() => house.refresh(alice.refresh)), "account_closed");
  assert.equal(
    await house.hufu.users.ban(alice.userId, { reason: "late" }),
    undefined,
    "a closed account stays as it is",
  );
});

test("closing the account of somebody who is banned does not lift the ban", async (t) => {
  const house = await openHouse(t);
  const alice = await house.signIn("alice");
  await house.hufu.users.ban(alice.userId, { reason: "fraud", until: new Date(house.clock.now() + DAY) });
  // Refused or done, the ban goes on.
  assert.match(await verdictOf(() => house.hufu.users.close(alice.userId)), /^(ok|conflict)$/);
  assert.equal(await verdictOf(() => house.signIn("alice")), "account_banned");
  await house.pass(DAY);
  assert.equal(await verdictOf(() => house.signIn("alice")), "ok");
});

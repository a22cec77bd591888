import assert from "node:assert/strict";
import test from "node:test";
import {
  ASKER,
  asApp,
  BAKERY,
  CINEMA,
  countRows,
  freshAttempt,
  openStack,
  rowsOf,
  type SignedIn,
  type Stack,
  type StackOptions,
  secretNamed,
} from "./stack.fixture.ts";
import { guardSays, present, verdictOf } from "./verdict.ts";

const DAY = 86_400_000;

/** Refresh tokens of one session: each but the sibling made the next one current. */
type Chain = Readonly<Record<"first" | "second" | "third" | "fourth" | "sibling", string>>;

/** One way in which a session ends, and what docs/protocol.md §3.5 says of it. */
interface Ending {
  readonly name: string;
  readonly end: (stack: Stack, alice: SignedIn) => Promise<unknown>;
  readonly stored: string;
  readonly refresh: string;
  /** `undefined` where the access token is over before. */
  readonly guard: string | undefined;
  /** Who did it, in the row and in the audit log. */
  readonly by: string;
  readonly options?: StackOptions;
}

const selfOf = ({ userId, sid, claims: { ver, pol } }: SignedIn) => ({ userId, sid, ver, pol });

const ENDINGS: readonly Ending[] = [
  ...(
    [
      ["revoking the refresh token", (stack, alice) => stack.hufu.protocol.revoke(alice.refresh, asApp(BAKERY))],
      [
        "revoking an old refresh token",
        async (stack, alice) => {
          const child = await stack.refresh(alice.refresh);
          await stack.refresh(child.refresh);
          await stack.hufu.protocol.revoke(alice.refresh, asApp(BAKERY));
        },
      ],
      ["ending one's own session", (stack, alice) => stack.hufu.protocol.endMySession(selfOf(alice), alice.sid)],
      [
        "ending all others",
        async (stack, alice) => {
          const other = await stack.signIn("alice");
          assert.equal(await stack.hufu.protocol.endMyOtherSessions(selfOf(other)), 1);
          assert.equal(await guardSays(stack.hufu, other.access), "ok");
          assert.equal(await stack.hufu.protocol.endMyOtherSessions(selfOf(other)), 0);
          await stack.hufu.protocol.endMySession(selfOf(other), alice.sid);
        },
      ],
    ] as const satisfies readonly (readonly [string, Ending["end"]])[]
  ).map(([name, end]) => ({
    name,
    end,
    stored: "logged_out",
    refresh: "session_logged_out",
    guard: "logged_out",
    by: "user",
  })),
  ...(
    [
      ["a newer sign-in on the device", (stack) => stack.signIn("alice", { deviceId: "d-1" }), {}],
      [
        "the limit per type of device",
        (stack) => stack.signIn("alice", { deviceId: "d-2" }),
        { sessions: { perDeviceType: { "*": 1 } } },
      ],
    ] as const satisfies readonly (readonly [string, Ending["end"], StackOptions])[]
  ).map(([name, end, options]) => ({
    name,
    end,
    options,
    stored: "replaced",
    refresh: "session_replaced",
    guard: "replaced",
    by: "user",
  })),
  ...(
    [
      ["a kick", (stack, alice) => stack.hufu.sessions.kick(alice.sid, { by: "u_admin" })],
      ["a kick of all", (stack, alice) => stack.hufu.sessions.kickAll(alice.userId, { by: "u_admin" })],
    ] as const satisfies readonly (readonly [string, Ending["end"]])[]
  ).map(([name, end]) => ({
    name,
    end,
    stored: "kicked",
    refresh: "session_kicked",
    guard: "kicked",
    by: "u_admin",
  })),
  {
    name: "a ban",
    end: (stack, alice) => stack.hufu.users.ban(alice.userId, { reason: "fraud" }, { by: "u_admin" }),
    stored: "banned",
    refresh: "account_banned",
    guard: "banned",
    by: "u_admin",
  },
  {
    name: "closing the account",
    end: (stack, alice) => stack.hufu.users.close(alice.userId, { by: "u_admin" }),
    stored: "closed",
    refresh: "account_closed",
    guard: "closed",
    by: "u_admin",
  },
  {
    name: "two holders of one chain",
    async end(stack, alice) {
      const mine = await stack.refresh(alice.refresh, { attemptId: freshAttempt() });
      const theirs = await stack.refresh(alice.refresh, { attemptId: freshAttempt() });
      await stack.refresh(mine.refresh, { attemptId: freshAttempt() });
      const verdict = verdictOf(() => stack.refresh(theirs.refresh, { attemptId: freshAttempt() }));
      assert.equal(await verdict, "refresh_token_reused");
    },
    stored: "reused",
    refresh: "refresh_token_reused",
    guard: "reused",
    by: "system",
  },
  {
    name: "a code presented again elsewhere",
    end: (stack, alice) => verdictOf(() => stack.signIn("alice", { code: alice.input.code })),
    stored: "reused",
    refresh: "refresh_token_reused",
    guard: "reused",
    by: "system",
  },
  {
    name: "its idle end",
    end: (stack) => stack.pass(30 * DAY),
    stored: "expired",
    refresh: "session_expired",
    guard: undefined,
    by: "system",
  },
  {
    name: "its absolute end",
    async end(stack, alice) {
      let token = alice.refresh;
      for (let week = 0; week < 4; week += 1) {
        await stack.pass(7 * DAY);
        token = (await stack.refresh(token)).refresh;
      }
      await stack.pass(7 * DAY);
    },
    options: { tokens: { refreshAbsolute: "35d" } },
    stored: "expired",
    refresh: "session_expired",
    guard: undefined,
    by: "system",
  },
  {
    name: "a reset of its app",
    end: (stack) => stack.hufu.revokeApp(BAKERY, { reason: "leak" }),
    stored: "reset",
    refresh: "session_expired",
    guard: "reset",
    by: "system",
  },
  {
    name: "a reset of all",
    end: (stack) => stack.hufu.revokeAll({ reason: "leak" }),
    stored: "reset",
    refresh: "session_expired",
    guard: "reset",
    by: "system",
  },
];

for (const { name, end, stored, refresh, guard, by, options = {} } of ENDINGS) {
  test(`${name} ends a session, why ${stored}, for everybody, once, and for good`, async (t) => {
    const stack = await openStack(t, options);
    const alice = await stack.signIn("alice", { deviceId: "d-1" });
    const bob = await stack.signIn("bob", { deviceId: "d-1", clientId: CINEMA });
    const lives = stored !== "expired" && name !== "a reset of all";
    await end(stack, alice);

    if (guard !== undefined) {
      assert.equal(await guardSays(stack.hufu, alice.access), `token_revoked ${guard}`);
      assert.deepEqual(await stack.hufu.protocol.introspect(alice.access, ASKER), { active: false });
      assert.equal(await verdictOf(() => stack.hufu.protocol.me(selfOf(alice))), `token_revoked ${guard}`);
    } else {
      assert.equal(await guardSays(stack.hufu, alice.access), "token_expired");
    }
    assert.deepEqual(await stack.hufu.protocol.introspect(alice.refresh, ASKER), { active: false });
    const answers = await Promise.all(Array.from({ length: 5 }, () => verdictOf(() => stack.refresh(alice.refresh))));
    assert.deepEqual(new Set(answers), new Set([refresh]));

    const [row] = rowsOf(stack, "hufu_sessions", { id: alice.sid });
    assert.deepEqual([row?.["status"], row?.["end_why"]], ["ended", stored]);
    const records = rowsOf(stack, "hufu_audit", { action: "session.end", sid: alice.sid });
    assert.deepEqual(
      records.map(({ why, actor, user_id }) => [why, actor, user_id]),
      [[stored, by, alice.userId]],
    );
    assert.equal(row?.["ended_by"], by, "the row names whom the audit log names");

    await stack.pass(1000);
    const before = stack.dump();
    assert.equal(await stack.hufu.sessions.kick(alice.sid), false);
    assert.equal(await stack.hufu.protocol.revoke(alice.refresh, asApp(BAKERY)), undefined);
    await verdictOf(() => stack.refresh(alice.refresh));
    await verdictOf(() => stack.signIn("alice", { code: alice.input.code, attemptId: freshAttempt() }));
    assert.deepEqual(stack.dump(), before, "ended again, nothing changes");

    const node = await stack.node();
    await stack.reopen();
    for (const hufu of [stack.hufu, node]) {
      assert.equal(await verdictOf(() => stack.refresh(alice.refresh, {}, hufu)), refresh);
      assert.notEqual(await guardSays(hufu, alice.access), "ok");
      if (lives) assert.equal(await guardSays(hufu, bob.access), "ok", "nobody else is concerned");
    }
  });
}

test("a session that a ban ended answers session_expired once the ban is lifted, and stays ended", async (t) => {
  const stack = await openStack(t);
  const alice = await stack.signIn("alice");
  await stack.hufu.users.ban(alice.userId, { reason: "fraud" });
  assert.equal(await verdictOf(() => stack.refresh(alice.refresh)), "account_banned");
  await stack.hufu.users.unban(alice.userId);
  assert.equal(await verdictOf(() => stack.refresh(alice.refresh)), "session_expired");
  assert.notEqual(await guardSays(stack.hufu, alice.access), "ok");
  const [row] = rowsOf(stack, "hufu_sessions", { id: alice.sid });
  assert.equal(row?.["end_why"], "banned");
  assert.equal(rowsOf(stack, "hufu_audit", { action: "session.end" }).length, 1);
  assert.equal(await guardSays(stack.hufu, (await stack.signIn("alice")).access), "ok");
});

test("a ban that has run out by itself is over for refresh too, and the old tokens stay dead", async (t) => {
  const stack = await openStack(t);
  const alice = await stack.signIn("alice");
  await stack.hufu.users.ban(alice.userId, { reason: "spam", until: new Date(stack.clock.now() + 60_000) });
  await stack.pass(59_999);
  assert.equal(await verdictOf(() => stack.refresh(alice.refresh)), "account_banned");
  await stack.pass(1);
  assert.equal(await verdictOf(() => stack.refresh(alice.refresh)), "session_expired");
  assert.equal(await guardSays(stack.hufu, alice.access), "token_revoked banned");
});

test("who ended sessions and why they say stands in the one audit record of it", async (t) => {
  const stack = await openStack(t);
  const alice = await stack.signIn("alice");
  for (const reason of ["", " "]) {
    await assert.rejects(stack.hufu.revokeAll({ reason }), /^TypeError: because\.reason: /);
    await assert.rejects(stack.hufu.revokeApp(BAKERY, { reason }), /^TypeError: because\.reason: /);
  }
  await assert.rejects(stack.hufu.revokeApp("", { reason: "leak" }), TypeError);
  assert.equal(await guardSays(stack.hufu, alice.access), "ok");
  await stack.hufu.sessions.kick(alice.sid, { by: "u_admin", reason: "phone stolen" });
  await stack.hufu.revokeApp(BAKERY, { by: "ops:1", reason: "leak", requestId: "r-1" });
  await stack.hufu.revokeAll({ reason: "worse leak" });
  const said = rowsOf(stack, "hufu_audit")
    ?.filter(({ action }) => action === "session.end" || action === "sessions.reset")
    .map(({ actor, detail, request_id }) => [actor, JSON.parse(String(detail)), request_id]);
  assert.deepEqual(said, [
    ["u_admin", { reason: "phone stolen" }, null],
    ["ops:1", { target: BAKERY, reason: "leak" }, "r-1"],
    ["system", { target: "everybody", reason: "worse leak" }, null],
  ]);
});

test("a reset of one app leaves the others alone, and new sign-ins live", async (t) => {
  const stack = await openStack(t);
  const bakery = await stack.signIn("alice", { deviceId: "d-1" });
  const cinema = await stack.signIn("alice", { clientId: CINEMA, deviceId: "d-1" });
  await stack.hufu.revokeApp(BAKERY, { by: "u_admin", reason: "leak" });
  assert.equal(await guardSays(stack.hufu, cinema.access), "ok");
  assert.equal(await verdictOf(() => stack.refresh(cinema.refresh, { clientId: CINEMA })), "ok");
  const back = await stack.signIn("alice", { deviceId: "d-1" });
  assert.equal(await guardSays(stack.hufu, back.access), "ok");
  assert.equal(await verdictOf(() => stack.refresh(back.refresh)), "ok");
  assert.equal(await verdictOf(() => stack.refresh(bakery.refresh)), "session_expired");

  await stack.hufu.revokeAll({ reason: "leak" });
  for (const { access } of [cinema, back]) assert.equal(await guardSays(stack.hufu, access), "token_revoked reset");
  assert.equal(rowsOf(stack, "hufu_audit", { action: "sessions.reset" }).length, 2);
  const self = selfOf(await stack.signIn("alice"));
  assert.equal((await stack.hufu.protocol.mySessions(self)).length, 1, "sessions that a reset ended are not shown");
});

test("revoking an access token ends that token alone, once", async (t) => {
  const stack = await openStack(t);
  const node = await stack.node();
  const alice = await stack.signIn("alice");
  const other = await stack.refresh(alice.refresh);
  const { hufu_revocations: _before, hufu_audit: _audit, hufu_counters: _counters, ...before } = stack.dump();
  await stack.hufu.protocol.revoke(alice.access, { ...asApp(BAKERY), caller: { by: "user", requestId: "r-1" } });
  const { hufu_revocations: revocations, hufu_audit: _later, hufu_counters: _numbers, ...after } = stack.dump();
  assert.deepEqual(after, before, "no session, no user, no policy has changed");
  assert.deepEqual(JSON.parse(String(revocations?.at(-1)?.["body"])), { jti: alice.claims.jti, why: "logged_out" });
  assert.equal(await guardSays(stack.hufu, alice.access), "token_revoked logged_out");
  assert.deepEqual(await stack.hufu.protocol.introspect(alice.access, ASKER), { active: false });
  assert.equal(await guardSays(stack.hufu, other.access), "ok");
  assert.equal(await verdictOf(() => stack.refresh(alice.refresh)), "ok");
  await stack.pass(1000);
  assert.equal(await guardSays(node, alice.access), "token_revoked logged_out");

  const rows = countRows(stack);
  for (const hufu of [stack.hufu, node, stack.hufu]) await hufu.protocol.revoke(alice.access, asApp(BAKERY));
  assert.deepEqual(
    countRows(stack),
    rows,
    "a second revocation adds no row, or anyone who has a token could add millions",
  );
});

test("the twenty-first access token of a session that is revoked within an access life ends the session", async (t) => {
  const stack = await openStack(t);
  const alice = await stack.signIn("alice");
  const tokens = [alice.access];
  for (let count = 1; count < 23; count += 1) tokens.push((await stack.refresh(alice.refresh)).access);
  const [first = "", ...rest] = tokens;
  for (const token of rest.slice(0, 19)) await stack.hufu.protocol.revoke(token, asApp(BAKERY));
  // A repeat counts once.
  for (let count = 0; count < 5; count += 1) await stack.hufu.protocol.revoke(first, asApp(BAKERY));
  assert.equal(await verdictOf(() => stack.refresh(alice.refresh)), "ok", "twenty end themselves alone");
  const rows = countRows(stack);
  for (const token of rest.slice(19)) await stack.hufu.protocol.revoke(token, asApp(BAKERY));
  assert.equal(await verdictOf(() => stack.refresh(alice.refresh)), "session_logged_out");
  for (const token of tokens) assert.equal(await guardSays(stack.hufu, token), "token_revoked logged_out");
  const after = countRows(stack);
  assert.equal(after["hufu_revocations"], (rows["hufu_revocations"] ?? 0) + 1, "one entry: the end of the session");
  assert.equal(after["hufu_audit"], (rows["hufu_audit"] ?? 0) + 1);
});

test("twenty revoked access tokens in each access life leave the session alone", async (t) => {
  const stack = await openStack(t);
  const alice = await stack.signIn("alice");
  for (let life = 0; life < 2; life += 1) {
    for (let count = 0; count < 20; count += 1) {
      await stack.hufu.protocol.revoke((await stack.refresh(alice.refresh)).access, asApp(BAKERY));
    }
    await stack.pass(600_001);
  }
  assert.equal(await verdictOf(() => stack.refresh(alice.refresh)), "ok");
});

for (const [name, stored, choose, wait] of [
  ["the current refresh token", "logged_out", ({ third }) => third, 0],
  ["its child", "logged_out", ({ fourth }) => fourth, 0],
  ["its parent within a minute", "logged_out", ({ second }) => second, 60_000],
  ["its grandparent within a minute", "logged_out", ({ first }) => first, 60_000],
  ["its parent after a minute", "reused", ({ second }) => second, 60_001],
  ["its grandparent after a minute", "reused", ({ first }) => first, 60_001],
  ["a sibling that lost", "reused", ({ sibling }) => sibling, 0],
] as const satisfies readonly (readonly [string, string, (chain: Chain) => string, number])[]) {
  test(`revoking ${name} ends its session, why ${stored}`, async (t) => {
    const stack = await openStack(t);
    const alice = await stack.signIn("alice");
    const next = async (token: string): Promise<string> =>
      (await stack.refresh(token, { attemptId: freshAttempt() })).refresh;
    const first = alice.refresh;
    const second = await next(first);
    const third = await next(second);
    const sibling = await next(second);
    const fourth = await next(third);
    await stack.pass(wait);
    await stack.hufu.protocol.revoke(choose({ first, second, third, fourth, sibling }), asApp(BAKERY));
    const [row] = rowsOf(stack, "hufu_sessions", { id: alice.sid }) ?? [];
    assert.deepEqual([row?.["end_why"], row?.["ended_by"]], [stored, stored === "reused" ? "system" : "user"]);
    assert.equal(rowsOf(stack, "hufu_audit", { action: "session.end", why: stored })?.length, 1);
  });
}

test("what one node has revoked, another node's introspection knows at once", async (t) => {
  const stack = await openStack(t);
  const node = await stack.node();
  const alice = await stack.signIn("alice");
  assert.equal((await node.protocol.introspect(alice.access, ASKER)).active, true);
  await stack.hufu.protocol.revoke(alice.access, asApp(BAKERY));
  assert.deepEqual(await node.protocol.introspect(alice.access, ASKER), { active: false });
});

test("a token of a key that was revoked is worth nothing to another node's introspection either", async (t) => {
  const stack = await openStack(t);
  const node = await stack.node();
  const alice = await stack.signIn("alice");
  assert.equal((await node.protocol.introspect(alice.access, ASKER)).active, true);
  const [key] = await stack.hufu.keys.list();
  assert.equal(await stack.hufu.keys.revoke(key?.kid ?? ""), true);
  assert.notEqual(await guardSays(stack.hufu, alice.access), "ok");
  await stack.pass(1000);
  assert.notEqual(await guardSays(node, alice.access), "ok");
  assert.deepEqual(await node.protocol.introspect(alice.access, ASKER), { active: false });
});

test("a node that has heard of a revoked key signs with the new one", async (t) => {
  const stack = await openStack(t);
  const node = await stack.node();
  const alice = await stack.signIn("alice");
  const [key] = await stack.hufu.keys.list();
  await stack.hufu.keys.revoke(key?.kid ?? "");
  await stack.pass(1000);
  const fresh = await stack.refresh(alice.refresh, {}, node);
  for (const hufu of [stack.hufu, node]) assert.equal(await guardSays(hufu, fresh.access), "ok");
});

test("another client's token is not revoked, and nothing that is no token changes anything", async (t) => {
  const stack = await openStack(t);
  const alice = await stack.signIn("alice");
  const before = stack.dump();
  for (const token of [alice.access, alice.refresh]) {
    assert.equal(await verdictOf(() => stack.hufu.protocol.revoke(token, asApp(CINEMA))), "grant_not_allowed");
  }
  for (const token of ["", "hr1.", "garbage", `${alice.refresh}A`, alice.refresh.slice(0, -1), `${alice.access}A`]) {
    assert.equal(await verdictOf(() => stack.hufu.protocol.revoke(token, asApp(BAKERY))), "ok");
  }
  assert.deepEqual(stack.dump(), before);
  assert.equal(await guardSays(stack.hufu, alice.access), "ok");
});

test("in single mode there is no refresh token, and revoking the access token ends its session", async (t) => {
  const stack = await openStack(t, { tokens: { mode: "single", single: "1h" } });
  const alice = await stack.signIn("alice", { deviceId: "d-1" });
  assert.equal(alice.answer.refreshToken, undefined);
  assert.equal(alice.answer.refreshTokenExpiresIn, undefined);
  const again = await stack.signIn("alice", alice.input);
  assert.equal(again.sid, alice.sid);
  await stack.hufu.protocol.revoke(alice.access, asApp(BAKERY));
  for (const { access } of [alice, again]) {
    assert.equal(await guardSays(stack.hufu, access), "token_revoked logged_out");
    assert.deepEqual(await stack.hufu.protocol.introspect(access, ASKER), { active: false });
  }
  const before = stack.dump();
  await stack.hufu.protocol.revoke(alice.access, asApp(BAKERY));
  assert.deepEqual(stack.dump(), before);

  const back = await stack.signIn("alice", { deviceId: "d-1" });
  assert.equal(rowsOf(stack, "hufu_sessions", { id: alice.sid })[0]?.["end_why"], "logged_out");
  await stack.pass(3_599_000);
  assert.equal(await guardSays(stack.hufu, back.access), "token_expired", "jitter shortens, the session's end decides");
  await stack.pass(1000);
  const late = await stack.signIn("alice", { deviceId: "d-1" });
  assert.equal(await guardSays(stack.hufu, late.access), "ok");
  assert.equal(rowsOf(stack, "hufu_audit", { why: "replaced" }).length, 0, "what has expired is not replaced");
});

test("an account that was closed has no owner: its identities are free, and nothing personal is left", async (t) => {
  const stack = await openStack(t, {
    resolveUser: ({ openid }) => ({ userId: `row-of-${openid}`, claims: { vip: true } }),
  });
  const alice = await stack.signIn("alice", { deviceId: "device-of-alice", deviceName: "Alice's phone" });
  const { openid = "" } = alice.claims;
  await stack.hufu.users.close(alice.userId);
  const rest = JSON.stringify(stack.dump());
  for (const word of [
    openid,
    "device-of-alice",
    "Alice's phone",
    "vip",
    stack.wechat.unionid({ user: "alice" }) ?? "",
  ]) {
    assert.ok(!rest.includes(word), word);
  }
  const back = await stack.signIn("alice");
  assert.notEqual(back.userId, alice.userId);
  assert.equal(back.answer.user?.isNew, true);
  assert.equal(await verdictOf(() => stack.refresh(alice.refresh)), "account_closed");
  assert.equal(
    await verdictOf(() => stack.hufu.users.ban(alice.userId, { reason: "late" })),
    "not_found",
    "a closed account stays as it is",
  );
});

test("a ban and a close at the same moment: once the ban was answered, nobody signs in without it", async (t) => {
  const stack = await openStack(t);
  for (let round = 0; round < 20; round += 1) {
    const user = `user-${round}`;
    const held = await stack.signIn(user);
    const node = stack.hufu.users;
    const [ban, close] = await Promise.all(
      round % 2 === 0
        ? [verdictOf(() => node.ban(held.userId, { reason: "fraud" })), verdictOf(() => node.close(held.userId))]
        : [
            verdictOf(() => node.close(held.userId)),
            verdictOf(() => node.ban(held.userId, { reason: "fraud" })),
          ].toReversed(),
    );
    assert.match(`${ban} ${close}`, /^(?:ok|not_found) ok$/);
    assert.equal(await verdictOf(() => stack.signIn(user)), ban === "ok" ? "account_banned" : "ok");
  }
});

test("a ban for good outlives the account, and is recognised by a hash alone until it is lifted", async (t) => {
  const stack = await openStack(t);
  const alice = await stack.signIn("alice");
  const { openid } = present(rowsOf(stack, "hufu_identities")?.[0]);
  await stack.hufu.users.ban(alice.userId, { reason: "fraud" });
  await stack.hufu.users.close(alice.userId);
  assert.ok(!JSON.stringify(stack.dump()).includes(String(openid)));
  assert.equal(await verdictOf(() => stack.signIn("alice")), "account_banned");
  // The same person in a sibling app, by its unionid.
  assert.equal(await verdictOf(() => stack.signIn("alice", { clientId: CINEMA })), "account_banned");
  assert.equal(await verdictOf(() => stack.signIn("bob")), "ok");
  await stack.reopen({ secret: [secretNamed("newer"), secretNamed("the stack")] });
  assert.equal(await verdictOf(() => stack.signIn("alice")), "account_banned");

  assert.equal((await stack.hufu.users.unban(alice.userId)).ban, null);
  assert.equal(rowsOf(stack, "hufu_banned_identities")?.length, 0);
  assert.equal(rowsOf(stack, "hufu_audit", { action: "user.unban" })?.length, 1);
  assert.equal(await verdictOf(() => stack.hufu.users.unban(alice.userId)), "not_found");
  const again = await stack.signIn("alice");
  assert.notEqual(again.userId, alice.userId);
});

test("closing the account of somebody who is banned does not lift the ban", async (t) => {
  const stack = await openStack(t);
  const alice = await stack.signIn("alice");
  await stack.hufu.users.ban(alice.userId, { reason: "fraud", until: new Date(stack.clock.now() + DAY) });
  assert.equal(await verdictOf(() => stack.hufu.users.close(alice.userId)), "ok");
  assert.equal(await verdictOf(() => stack.signIn("alice")), "account_banned");
  await stack.pass(DAY);
  assert.equal(await verdictOf(() => stack.signIn("alice")), "ok");
});

import assert from "node:assert/strict";
import test, { type TestContext } from "node:test";
import { Redis } from "ioredis";
import { until } from "../../server/src/core/until.fixture.ts";
import { tell } from "../../server/src/store/hot/redis/redis-asking.fixture.ts";
import { createRedisHints } from "../../server/src/store/hot/redis/redis-hints.ts";
import { createRedisHotStore } from "../../server/src/store/hot/redis/redis-hot.ts";
import { createRedisLink } from "../../server/src/store/hot/redis/redis-link.ts";
import { type RedisServer, startRedisServer } from "../../server/src/store/hot/redis/redis-server.fixture.ts";
import { alteredLogin, type LoginAnswer } from "../stack/sign-in/altered-wechat.fixture.ts";
import { freshAttempt, heldOf, openStack, rowsOf, type Stack, type StackOptions } from "../stack/stack.fixture.ts";
import { guardSays, present, verdictOf } from "../stack/verdict.ts";

/** A stack whose nodes share a real Redis. */
async function openStackWithRedis(
  t: TestContext,
  options: StackOptions = {},
): Promise<{
  readonly stack: Stack;
  readonly redis: RedisServer;
  node(more?: StackOptions): ReturnType<Stack["node"]>;
}> {
  const redis = await startRedisServer();
  const clients: Redis[] = [];
  const throughRedis = (): Pick<StackOptions, "hot" | "hints"> => {
    const client = new Redis({ port: redis.port, host: "127.0.0.1" });
    client.on("error", () => undefined);
    clients.push(client);
    const link = createRedisLink({ client, timeoutMs: 1000, pauseMs: 20 });
    return { hot: createRedisHotStore(link), hints: createRedisHints(link) };
  };
  const stack = await openStack(t, { ...options, ...throughRedis() });
  t.after(async () => {
    for (const client of clients) client.disconnect();
    await redis.close();
  });
  return { stack, redis, node: (more) => stack.node({ ...throughRedis(), ...more }) };
}

/** What may happen to a Redis, so that everything in it is gone. */
const LOSSES: readonly (readonly [string, (redis: RedisServer) => Promise<unknown>])[] = [
  ["FLUSHALL", (redis) => tell(redis, "flushall")],
  [
    "a restart without persistence",
    async (redis) => {
      await redis.kill();
      await redis.start();
    },
  ],
];

for (const [loss, lose] of LOSSES) {
  test(`${loss} reopens no code that was used`, async (t) => {
    const { stack, redis, node } = await openStackWithRedis(t);
    const other = await node();
    const alice = await stack.signIn("alice");
    await lose(redis);
    await until(async () => (await verdictOf(() => stack.signIn("anybody", {}, other))) === "ok");

    const again = await stack.signIn("alice", alice.input, other);
    assert.equal(again.sid, alice.sid, "the same question, the same answer");
    assert.equal(again.refresh, alice.refresh);
    const stolen = { ...alice.input, attemptId: freshAttempt() };
    assert.equal(await verdictOf(() => stack.signIn("alice", stolen, other)), "login_code_used");
    await lose(redis);
    await until(async () => (await verdictOf(() => stack.signIn("anybody", {}, other))) === "ok");
    assert.equal(await verdictOf(() => stack.signIn("alice", stolen)), "login_code_used");
    assert.equal(await verdictOf(() => stack.refresh(alice.refresh)), "refresh_token_reused");
    assert.equal(rowsOf(stack, "hufu_sessions", { user_id: alice.userId }).length, 1);
  });

  test(`${loss} while a code is in progress: the platform answers it twice, and one session comes of it`, async (t) => {
    const waiting: (() => void)[] = [];
    // A platform that has forgotten which codes it has answered: what is left is the database.
    const forgetful = { openid: "o_alice", session_key: "MDEyMzQ1Njc4OWFiY2RlZg==" };
    const { stack, redis, node } = await openStackWithRedis(t, {
      fetch: alteredLogin(() => forgetful),
      resolveUser: async () => {
        await new Promise<void>((resolve) => waiting.push(resolve));
        return {};
      },
    });
    const other = await node();
    const code = stack.wechat.issueCode({ appId: "wx-bakery", user: "alice" });
    const first = verdictOf(() => stack.signIn("alice", { code }));
    await until(() => waiting.length === 1);
    assert.equal(await verdictOf(() => stack.signIn("alice", { code }, other)), "sign_in_in_progress");
    await lose(redis);
    let second: Promise<string> | undefined;
    await until(async () => {
      second = verdictOf(() => stack.signIn("alice", { code }, other));
      // Refused at once while Redis starts; let in it waits for the host.
      return (await Promise.race([second, until(() => waiting.length === 2).then(() => "let in")])) === "let in";
    });
    for (const goOn of waiting) goOn();
    const verdicts = [await first, await present(second)];
    assert.deepEqual(verdicts.toSorted(), ["ok", "sign_in_in_progress"]);
    assert.equal(rowsOf(stack, "hufu_sessions").length, 1);
  });

  test(`${loss} revives nothing that was revoked, on no node, started again or not (F16)`, async (t) => {
    const { stack, redis, node } = await openStackWithRedis(t, { rolesFrom: "hufu" });
    const other = await node();
    const people = ["kicked", "banned", "stale", "token", "signed-out"];
    const held = await Promise.all(people.map((person) => stack.signIn(person)));
    const [kicked, banned, stale, token, signedOut] = held.map(present);
    await stack.hufu.sessions.kick(present(kicked).sid);
    await stack.hufu.users.ban(present(banned).userId, { reason: "fraud" });
    await stack.hufu.users.setRoles(present(stale).userId, ["admin"]);
    await stack.hufu.protocol.revoke(present(token).access, { id: "wx-bakery", confidential: false });
    await stack.hufu.protocol.revoke(present(signedOut).refresh, { id: "wx-bakery", confidential: false });
    const refused = [
      "token_revoked kicked",
      "token_revoked banned",
      "token_stale roles_changed",
      "token_revoked logged_out",
      "token_revoked logged_out",
    ];
    await lose(redis);
    await stack.pass(1000);
    const started = await node();
    for (const hufu of [stack.hufu, other, started]) {
      const said = await Promise.all(held.map(({ access }) => guardSays(hufu, access)));
      assert.deepEqual(
        said.map((word, index) => word.startsWith(present(refused[index]).split(" ")[0] ?? "")),
        refused.map(() => true),
        said.join(),
      );
    }
    assert.equal(await verdictOf(() => stack.refresh(present(kicked).refresh, {}, started)), "session_kicked");
    assert.equal(await verdictOf(() => stack.refresh(present(signedOut).refresh, {}, started)), "session_logged_out");
  });
}

test("what one node ends, the others refuse by the hint alone: no time passes, so nobody polls", async (t) => {
  const { stack, node } = await openStackWithRedis(t, { rolesFrom: "hufu" });
  const [second, third] = [await node(), await node()];
  const alice = await stack.signIn("alice");
  const everywhere = (word: string) =>
    until(async () => {
      const said = await Promise.all([second, third].map((hufu) => guardSays(hufu, alice.access)));
      return said.every((one) => one.startsWith(word));
    });
  await everywhere("ok");
  await stack.hufu.users.setRoles(alice.userId, ["member", "admin"]);
  await everywhere("token_stale");
  await stack.hufu.sessions.kick(alice.sid);
  await everywhere("token_revoked");
});

test("a role that one node changes counts on the others by the hint alone, a start with other roles too", async (t) => {
  const { stack, node } = await openStackWithRedis(t, { rolesFrom: "hufu" });
  const second = await node();
  const alice = await stack.signIn("alice");
  const may = async (permission: string): Promise<boolean> =>
    (await second.verifier.check(`Bearer ${alice.access}`)).can(permission);
  assert.equal(await may("order:create"), true);
  await stack.hufu.roles.set("member", ["order:read:own"]);
  await until(async () => !(await may("order:create")));
  await node({ rolesFrom: "config", roles: { member: ["cake:eat"], admin: [] } });
  await until(() => may("cake:eat"));
});

test("what an outage leaves in Redis goes on with the same attempt, is sealed, and has an end", async (t) => {
  const seen: LoginAnswer[] = [];
  let isAway = true;
  const { stack, redis, node } = await openStackWithRedis(t, {
    fetch: alteredLogin((answer) => answer, seen),
    resolveUser: () => {
      if (isAway) throw new Error("the host is away");
      return {};
    },
  });
  const other = await node();
  const input = { code: stack.wechat.issueCode({ appId: "wx-bakery", user: "alice" }), attemptId: freshAttempt() };
  assert.equal(await verdictOf(() => stack.signIn("alice", input)), "host_unavailable");
  const all = await tell(redis, "keys", "*");
  assert.ok(Array.isArray(all));
  // Nodes tell each other that they run, beside what is kept of sign-ins.
  const keys = all.filter((key) => !String(key).includes("node"));
  assert.equal(keys.length, 1, "the exchange, and no mark");
  const kept = `${keys[0]} ${await tell(redis, "get", String(keys[0]))}`;
  const { openid, session_key: sessionKey } = present(seen[0]);
  for (const secret of [openid, sessionKey, input.code, input.attemptId]) assert.ok(!kept.includes(String(secret)));
  const left = Number(await tell(redis, "pttl", String(keys[0])));
  assert.ok(left > 0 && left <= 60_000);

  isAway = false;
  const stranger = { ...input, attemptId: freshAttempt() };
  assert.equal(await verdictOf(() => stack.signIn("alice", stranger, other)), "login_code_used");
  assert.equal(await verdictOf(() => stack.signIn("alice", input, other)), "ok");
  assert.equal(seen.length, 2, "the stranger asked the platform, the same attempt did not");
});

test("a node that lost Redis refuses sign-ins and goes on with all else, and learns of ends by polling (F18)", async (t) => {
  const { stack, redis, node } = await openStackWithRedis(t);
  const second = await node();
  const alice = await stack.signIn("alice");
  await redis.kill();
  assert.equal(await verdictOf(() => stack.signIn("bob")), "store_unavailable");
  const repeated = await stack.signIn("alice", alice.input);
  assert.equal(repeated.refresh, alice.refresh, "a code that made a session is answered again");
  const next = heldOf(
    await stack.hufu.protocol.refresh({
      clientId: "wx-bakery",
      refreshToken: alice.refresh,
      attemptId: freshAttempt(),
    }),
  );
  assert.equal(await guardSays(second, next.access), "ok");
  const { ready, checks } = await stack.hufu.ready();
  assert.equal(ready, true);
  assert.match(present(checks["hot"]), /^does not answer/);
  await stack.hufu.sessions.kick(alice.sid);
  assert.equal(await guardSays(second, next.access), "ok", "no hint, and no time to poll");
  await stack.pass(1000);
  await until(async () => (await guardSays(second, next.access)) === "token_revoked kicked");

  await redis.start();
  await until(async () => (await verdictOf(() => stack.signIn("bob"))) === "ok");
  await until(async () => (await stack.hufu.ready()).checks["hot"] === "ok (as configured)");
});

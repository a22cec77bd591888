import assert from "node:assert/strict";
import test from "node:test";
import { startRedisServer } from "../../server/src/store/hot/redis/redis-server.fixture.ts";
import { askNode, verdictOfHeard } from "./ask-node.ts";
import { refreshRequest, signInRequest } from "./client-requests.ts";
import { shortOrLong } from "./how-long.ts";
import { startFleet } from "./nodes.ts";
import { childAt, inLanes, signInAt, untilHeard } from "./people.ts";

const AT_ONCE = 200;
const ROUNDS = shortOrLong(1, 10);
/** Redis stays away until all were heard, so an answer within it came without Redis, on however busy a machine. */
const BOUND_MS = 60_000;

async function timed<Result>(work: () => Promise<Result>): Promise<readonly [Result, number]> {
  const before = performance.now();
  const result = await work();
  return [result, performance.now() - before];
}

test("F17: while Redis is frozen sign-ins get 503 soon, refreshes and ends go on, and nothing piles up", async (t) => {
  const redis = await startRedisServer();
  t.after(() => redis.close());
  const fleet = await startFleet(t, { nodes: 2, redis: `redis://127.0.0.1:${redis.port}` });
  const [one = 0, two = 0] = fleet.up();
  const slowest = { refresh: 0, "sign-in": 0 };

  for (let round = 0; round < ROUNDS; round += 1) {
    const alice = await signInAt(fleet, one, `alice ${round}`);
    const bob = await signInAt(fleet, two, `bob ${round}`);
    redis.freeze();
    try {
      const questions = Array.from({ length: AT_ONCE }, (_, at) => signInRequest(fleet.code(`crowd ${round} ${at}`)));
      await Promise.all([
        inLanes(questions, AT_ONCE, async (asked) => {
          const [heard, ms] = await timed(() => fleet.ask(two, asked, BOUND_MS));
          assert.ok(heard.kind === "answer" && heard.status === 503, verdictOfHeard(heard));
          assert.match(heard.retryAfter ?? "", /^\d+$/);
          slowest["sign-in"] = Math.max(slowest["sign-in"], ms);
        }),
        inLanes([one, two, one, two], 4, async (port) => {
          for (let time = 0; time < 25; time += 1) {
            const [heard, ms] = await timed(() => fleet.ask(port, refreshRequest(alice.refresh), BOUND_MS));
            assert.equal(verdictOfHeard(heard), "ok");
            slowest.refresh = Math.max(slowest.refresh, ms);
          }
        }),
      ]);
      // No hint reaches the other node; what it reads from the database does.
      assert.equal(await fleet.order("kick", bob.sid), "ok");
      assert.equal(verdictOfHeard(await fleet.ask(one, refreshRequest(bob.refresh))), "session_kicked");
      assert.equal(verdictOfHeard(await askNode(two, "/auth/me", undefined, { bearer: bob.access })), "token_revoked");
      for (const port of [one, two]) assert.equal(verdictOfHeard(await askNode(port, "/auth/readyz", undefined)), "ok");
    } finally {
      redis.thaw();
    }
    const asked = signInRequest(fleet.code(`carol ${round}`));
    for (const port of [one, two]) assert.equal(verdictOfHeard(await untilHeard(() => fleet.ask(port, asked))), "ok");
    await childAt(fleet, two, alice.refresh);
  }
  t.diagnostic(`slowest: ${JSON.stringify(slowest)}`);
});

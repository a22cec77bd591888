import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Redis } from "ioredis";
import { silentLogger } from "../../core/log/log.ts";
import { createNotices } from "../../core/log/notices.ts";
import { systemClock } from "../../core/time/clock.ts";
import { until } from "../../core/until.fixture.ts";
import { closed } from "../../options/closed-object.ts";
import { mistakesInWords, readBySchema } from "../../options/mistakes.ts";
import type { Hints } from "../../store/hints.ts";
import { createMemoryHotStore } from "../../store/hot/memory.ts";
import { tell } from "../../store/hot/redis/redis-asking.fixture.ts";
import { startRedisCluster } from "../../store/hot/redis/redis-cluster.fixture.ts";
import { startRedisSentinel } from "../../store/hot/redis/redis-sentinel.fixture.ts";
import { type RedisServer, startRedisServer } from "../../store/hot/redis/redis-server.fixture.ts";
import type { SweptHotStore } from "../../store/hot.ts";
import type { HufuOptions } from "../options/options.ts";
import { openShared } from "./open-redis.ts";
import { redisOptions } from "./redis-schema.ts";

const HOST = "127.0.0.1";
const environment = { clock: systemClock, log: silentLogger, notices: createNotices({ log: silentLogger }) };
const inDatabase: SweptHotStore = { ...createMemoryHotStore({ clock: systemClock }), sweep: async () => 0 };
const open = (options: Pick<HufuOptions, "redis" | "hot" | "hints">) =>
  openShared(options, { hot: inDatabase }, environment);
const HOUR_MS = 3_600_000;

describe("Redis as data", () => {
  const nodes = [{ host: "127.0.0.1", port: 6379 }];
  const good: readonly unknown[] = [
    "redis://127.0.0.1:6379",
    "rediss://user:word@redis.example:6380/3",
    { sentinels: nodes, name: "hufu", password: "p", db: 2 },
    { cluster: nodes, tls: true },
  ];
  for (const redis of good) {
    test(`may be ${JSON.stringify(redis)}`, () => assert.deepEqual(readBySchema(redisOptions, redis).mistakes, []));
  }
  const nonsense: readonly (readonly [unknown, RegExp])[] = [
    ["127.0.0.1:6379", /^redis: not understood; write redis:/],
    ["http://:s3cret@redis.example", /^redis: not understood; write redis:/],
    [6379, /^redis: must be a URL/],
    [null, /^redis: must be a URL/],
    [{ sentinels: [], name: "hufu" }, /^redis\.sentinels: at least one/],
    [{ sentinels: nodes }, /^redis\.name is missing/],
    [{ sentinel: nodes, name: "hufu" }, /redis\.sentinel: there is no option "sentinel"; did you mean "sentinels"/],
    [{ cluster: nodes, clustr: 1 }, /^redis\.clustr: there is no option "clustr"; did you mean "cluster"/],
    [{ cluster: [{ host: "a", port: 0 }] }, /^redis\.cluster\[0\]\.port/],
  ];
  for (const [redis, message] of nonsense) {
    test(`may not be ${JSON.stringify(redis)}`, () => {
      const { mistakes } = readBySchema(closed({ redis: redisOptions }), { redis });
      assert.match(mistakesInWords(mistakes), message);
      assert.ok(!mistakesInWords(mistakes).includes("s3cret"));
    });
  }

  test("a group under Sentinels is found by its name, also after a failover", async (t) => {
    const group = await startRedisSentinel();
    t.after(group.close);
    const shared = await open({ redis: { sentinels: group.sentinels, name: group.name } });
    t.after(shared.stop);
    assert.equal((await shared.check()).text, "ok (redis)");
    await group.failOver();
    await until(async () => (await shared.check()).text === "ok (redis)");
  });

  test("a cluster is reached by some of its nodes", async (t) => {
    const cluster = await startRedisCluster();
    t.after(cluster.close);
    const shared = await open({ redis: { cluster: cluster.startupNodes.slice(0, 1) } });
    t.after(shared.stop);
    await until(async () => (await shared.check()).text === "ok (redis)");
    assert.equal(await shared.hot.claim("mark", "me", HOUR_MS), true);
  });
});

describe("where short-lived facts are", () => {
  let server: RedisServer;
  before(async () => {
    server = await startRedisServer();
  });
  after(() => server.close());

  test("in the database, where nothing else is named, and nodes poll", async () => {
    const shared = await open({});
    assert.equal(shared.hot, inDatabase);
    assert.equal((await shared.check()).text, "ok (in the database, without redis)");
    shared.tell();
    await shared.stop();
  });

  test("in a Redis that is named, which hints go through as well; its connections end with it", async () => {
    const [one, other] = [
      await open({ redis: `redis://${HOST}:${server.port}` }),
      await open({ redis: `redis://${HOST}:${server.port}` }),
    ];
    assert.equal((await one.check()).text, "ok (redis)");
    await one.hot.claim("mark", "me", HOUR_MS);
    assert.equal(await other.hot.claim("mark", "other", HOUR_MS), false);
    let heard = 0;
    other.listen(() => {
      heard += 1;
    });
    await until(async () => Number((await numberOfListeners(server)).at(-1)) === 1);
    one.tell();
    await until(() => heard > 0);
    await one.stop();
    await other.stop();
    await until(async () => !String(await tell(server, "client", "list")).includes("name=hufu"));
  });

  test("in the Redis of a given client, and the caller that brought the client closes it", async (t) => {
    const client = new Redis({ port: server.port, host: HOST });
    t.after(() => client.disconnect());
    const shared = await open({ redis: client });
    assert.equal((await shared.check()).text, "ok (redis)");
    await shared.stop();
    assert.equal(client.status, "ready");
  });

  test("in what the options bring, while hints may go through Redis, and the other way round", async () => {
    const redis = `redis://${HOST}:${server.port}`;
    const hot = createMemoryHotStore({ clock: systemClock });
    const own = await open({ redis, hot });
    assert.equal(own.hot, hot);
    assert.equal((await own.check()).text, "ok (as configured)");
    await own.stop();

    let sent = 0;
    const hints: Hints = {
      send: async () => {
        sent += 1;
      },
      listen: async () => async () => undefined,
    };
    const hinted = await open({ redis, hints });
    assert.notEqual(hinted.hot, inDatabase);
    hinted.tell();
    await hinted.stop();
    assert.equal(sent, 1);
  });

  test("hints go through the database where it can and nothing else is named", async () => {
    const sent: string[] = [];
    const hintsOf = (name: string): Hints => ({
      send: async () => void sent.push(name),
      listen: async () => async () => undefined,
    });
    const store = { hot: inDatabase, hints: hintsOf("database") };
    for (const options of [{}, { hints: hintsOf("configured") }, { redis: `redis://${HOST}:${server.port}` }]) {
      const shared = await openShared(options, store, environment);
      shared.tell();
      await shared.stop();
    }
    assert.deepEqual(sent, ["database", "configured"]);
  });

  test("a Redis that is away stops no start; it is told what is wrong, and in time", async () => {
    const lines: string[] = [];
    const note = (_: object, message: string): void => void lines.push(message);
    const gone = await startRedisServer();
    await gone.close();
    const shared = await openShared(
      { redis: `redis://${HOST}:${gone.port}` },
      { hot: inDatabase },
      { ...environment, log: { ...silentLogger, warn: note } },
    );
    assert.equal((await shared.check()).text, "does not answer (redis): sign-ins wait, refreshes and guards go on");
    assert.deepEqual(lines.toSorted(), ["Redis does not answer yet; starting without it", "no connection to Redis"]);
    await shared.stop();
  });
});

async function numberOfListeners(server: Pick<RedisServer, "port">): Promise<readonly unknown[]> {
  const answer = await tell(server, "pubsub", "numsub", "hufu:hints");
  assert.ok(Array.isArray(answer));
  return answer;
}

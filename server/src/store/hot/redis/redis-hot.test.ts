import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Cluster, Redis } from "ioredis";
import { HufuError } from "../../../core/errors/errors.ts";
import { until } from "../../../core/until.fixture.ts";
import type { HotStoreHarness } from "../../contract/contract-case.ts";
import { hotStoreCases } from "../../contract/hot.contract.ts";
import { atOnce } from "../../contract/sample-sign-in.ts";
import type { HotStore } from "../../hot.ts";
import { tell, untilReplicated } from "./redis-asking.fixture.ts";
import type { RedisClient } from "./redis-client.ts";
import { type RedisClusterServers, startRedisCluster } from "./redis-cluster.fixture.ts";
import { createRedisHotStore } from "./redis-hot.ts";
import { createRedisLink } from "./redis-link.ts";
import { type RedisSentinelServers, startRedisSentinel } from "./redis-sentinel.fixture.ts";
import { type RedisServer, startRedisServer } from "./redis-server.fixture.ts";

const HOUR_MS = 3_600_000;
/** Longer than any pause of a busy machine. */
const PATIENT = { timeoutMs: 20_000 };

const isOutage = (error: unknown): error is HufuError =>
  error instanceof HufuError && error.reason === "store_unavailable";

/** Lets time pass for the keys of one case: what Redis calls time cannot be moved. */
const AGE = `
for _, key in ipairs(redis.call("keys", ARGV[1] .. "*")) do
  local left = redis.call("pttl", key)
  if left > tonumber(ARGV[2]) then redis.call("pexpire", key, left - ARGV[2]) else redis.call("del", key) end
end`;

interface Servers {
  /** Those that hold keys. */
  readonly masters: readonly Pick<RedisServer, "port">[];
  connect(): RedisClient;
}

let cases = 0;

function harness(servers: Servers): HotStoreHarness & { close(): void } {
  cases += 1;
  const prefix = `case-${cases}:`;
  const clients: RedisClient[] = [];
  return {
    open: async () => {
      const client = servers.connect();
      clients.push(client);
      return createRedisHotStore(createRedisLink({ client, prefix, ...PATIENT }));
    },
    advance: async (ms) => {
      for (const master of servers.masters) await tell(master, "eval", AGE, 0, prefix, ms);
    },
    close: () => {
      for (const client of clients) client.disconnect();
    },
  };
}

function contractOver(servers: () => Servers): void {
  for (const one of hotStoreCases) {
    test(one.name, async (t) => {
      const lent = harness(servers());
      t.after(lent.close);
      await one.run(lent);
    });
  }
}

/** Every kind of fact once. */
async function writeEverything(hot: HotStore, name: string): Promise<void> {
  await hot.claim(name, "me", HOUR_MS);
  await hot.count(name, HOUR_MS);
  await hot.remember(name, "value", HOUR_MS);
}

/** Milliseconds until each key of a server ends, below zero for one that never does. */
async function endsOf(server: Pick<RedisServer, "port">): Promise<readonly number[]> {
  const keys = await tell(server, "keys", "*");
  assert.ok(Array.isArray(keys));
  return Promise.all(keys.map(async (key) => Number(await tell(server, "pttl", String(key)))));
}

describe("hot store in a single Redis", () => {
  let server: RedisServer;
  const clients: Redis[] = [];
  const connect = (): Redis => {
    const client = new Redis({ port: server.port, host: "127.0.0.1" });
    // The driver would print what these tests do to it.
    client.on("error", () => undefined);
    clients.push(client);
    return client;
  };
  const open = (options: { readonly timeoutMs?: number; readonly pauseMs?: number } = PATIENT): HotStore =>
    createRedisHotStore(createRedisLink({ client: connect(), ...options }));

  before(async () => {
    server = await startRedisServer();
  });
  after(async () => {
    for (const client of clients) client.disconnect();
    await server.close();
  });

  contractOver(() => ({ masters: [server], connect }));

  test("of a thousand claims of one mark over three clients exactly one wins", async () => {
    const nodes = [open(), open(), open()];
    const { done, failed } = await atOnce(1000, (index) => {
      const hot = nodes[index % nodes.length] ?? assert.fail("a node is missing");
      return hot.claim("wanted", `holder ${index}`, HOUR_MS);
    });
    assert.deepEqual(failed, []);
    assert.equal(done.filter(Boolean).length, 1);
  });

  test("every key has an end and the prefix, also a count that has lost its own", async () => {
    await tell(server, "flushall");
    const hot = open();
    await writeEverything(hot, "fact");
    await tell(server, "set", "hufu:count:endless", "41");
    assert.equal(await hot.count("endless", HOUR_MS), 42);
    const keys = await tell(server, "keys", "*");
    assert.deepEqual(Array.isArray(keys) && keys.toSorted(), [
      "hufu:count:endless",
      "hufu:count:fact",
      "hufu:mark:fact",
      "hufu:value:fact",
    ]);
    for (const left of await endsOf(server)) assert.ok(left > 0 && left <= HOUR_MS);
  });

  test("a full Redis refuses new facts as an outage, and forgets none", async () => {
    const hot = open();
    await hot.claim("kept", "me", HOUR_MS);
    await tell(server, "config", "set", "maxmemory", "1");
    await assert.rejects(hot.claim("new", "me", HOUR_MS), isOutage);
    await assert.rejects(hot.count("new", HOUR_MS), isOutage);
    await tell(server, "config", "set", "maxmemory", "0");
    assert.equal(await hot.claim("kept", "other", HOUR_MS), false);
    assert.equal(await hot.claim("new", "other", HOUR_MS), true);
  });

  test("frozen: two hundred calls end in time, nothing grows, and marks of failed claims are free again", async () => {
    const client = connect();
    const hot = createRedisHotStore(createRedisLink({ client, timeoutMs: 100, pauseMs: 50 }));
    await hot.ping();
    server.freeze();
    const began = performance.now();
    const { failed } = await atOnce(200, (index) => hot.claim(`frozen ${index}`, "me", HOUR_MS));
    assert.equal(failed.length, 200);
    assert.ok(failed.every(isOutage));
    const afterFirst = client.commandQueue.length;
    for (let time = 0; time < 2000; time += 1) await assert.rejects(hot.recall("value"), isOutage);
    const tookMs = Math.round(performance.now() - began);
    console.log(`frozen for ${tookMs} ms, ${client.commandQueue.length} in flight`);
    assert.ok(tookMs < 10_000);
    assert.ok(client.commandQueue.length <= afterFirst + 50, "a breaker lets one try at a time");
    server.thaw();
    await until(() => client.commandQueue.length === 0);
    await until(() => hot.ping().then(...yesOrNo));
    for (let index = 0; index < 200; index += 1) {
      assert.equal(await hot.claim(`frozen ${index}`, "other", HOUR_MS), true);
    }
  });

  test("killed: bounded failures, and it goes on by itself when Redis is back; what was in it is lost", async () => {
    const hot = open({ timeoutMs: 100, pauseMs: 50 });
    await writeEverything(hot, "lost");
    await server.kill();
    await assert.rejects(hot.claim("mark", "me", HOUR_MS), isOutage);
    const { failed } = await atOnce(200, (index) => hot.claim(`mark ${index}`, "me", HOUR_MS));
    assert.equal(failed.length, 200);
    await server.start();
    await until(() => hot.ping().then(...yesOrNo));
    assert.equal(await hot.claim("lost", "other", HOUR_MS), true);
    assert.equal(await hot.count("lost", HOUR_MS), 1);
    assert.equal(await hot.recall("lost"), undefined);
  });
});

const yesOrNo = [() => true, () => false] as const;

test("with an append-only file marks are there after `kill -9`", async (t) => {
  const server = await startRedisServer({
    settings: [
      ["appendonly", "yes"],
      ["appendfsync", "always"],
    ],
  });
  const client = new Redis({ port: server.port, host: "127.0.0.1" });
  client.on("error", () => undefined);
  t.after(async () => {
    client.disconnect();
    await server.close();
  });
  const hot = createRedisHotStore(createRedisLink({ client, ...PATIENT }));
  await writeEverything(hot, "kept");
  await server.kill();
  await server.start();
  assert.equal(await hot.claim("kept", "other", HOUR_MS), false);
  assert.equal(await hot.count("kept", HOUR_MS), 2);
  assert.equal(await hot.recall("kept"), "value");
  for (const left of await endsOf(server)) assert.ok(left > 0 && left <= HOUR_MS);
});

describe("hot store in a Redis Cluster", () => {
  let servers: RedisClusterServers;
  let client: Cluster;

  before(async () => {
    servers = await startRedisCluster();
    client = new Cluster([...servers.startupNodes], { redisOptions: { keyPrefix: "tenant:" } });
  });
  after(async () => {
    client.disconnect();
    await servers.close();
  });

  contractOver(() => ({ masters: servers.masters, connect: () => new Cluster([...servers.startupNodes]) }));

  test("of a thousand claims of one mark over three clients exactly one wins", async (t) => {
    const lent = harness({ masters: servers.masters, connect: () => new Cluster([...servers.startupNodes]) });
    t.after(lent.close);
    const nodes = [await lent.open(), await lent.open(), await lent.open()];
    const { done, failed } = await atOnce(1000, (index) => {
      const hot = nodes[index % nodes.length] ?? assert.fail("a node is missing");
      return hot.claim("wanted", `holder ${index}`, HOUR_MS);
    });
    assert.deepEqual(failed, []);
    assert.equal(done.filter(Boolean).length, 1);
  });

  test("facts spread over the masters, under the client's own prefix too", async () => {
    const hot = createRedisHotStore(createRedisLink({ client, ...PATIENT }));
    for (let index = 0; index < 60; index += 1) await writeEverything(hot, `spread ${index}`);
    for (const master of servers.masters) {
      const keys = await tell(master, "keys", "tenant:hufu:*:spread *");
      assert.ok(Array.isArray(keys) && keys.length > 20);
    }
  });

  test("a master that dies costs bounded failures, of its own keys alone, until its replica takes over", async () => {
    const hot = createRedisHotStore(createRedisLink({ client, timeoutMs: 2000, failures: 1000 }));
    const tryAll = (round: string) => atOnce(90, (index) => hot.claim(`${round} ${index}`, "me", HOUR_MS));
    assert.equal((await tryAll("before")).failed.length, 0);
    const dies = servers.masters[0] ?? assert.fail("there is no master");
    await untilReplicated(dies, servers.replica);
    await dies.kill();
    const { done, failed } = await tryAll("meanwhile");
    assert.ok(failed.every(isOutage));
    assert.ok(done.length > 30, "two thirds of the keys have a master");
    console.log(`a master of three is dead: ${done.length} of 90 done`);
    await servers.takeOver();
    await until(async () => (await tryAll(`later ${performance.now()}`)).failed.length === 0);
    const { done: again } = await atOnce(90, (index) => hot.claim(`before ${index}`, "other", HOUR_MS));
    assert.equal(again.filter(Boolean).length, 0, "the replica had what was claimed before");
  });
});

describe("hot store behind a Sentinel", () => {
  let servers: RedisSentinelServers;
  const connect = (): Redis => {
    const client = new Redis({ sentinels: [...servers.sentinels], name: servers.name });
    client.on("error", () => undefined);
    return client;
  };

  before(async () => {
    servers = await startRedisSentinel();
  });
  after(() => servers.close());

  contractOver(() => ({ masters: [servers.master], connect }));

  test("a master that dies costs bounded failures until the replica is named", async (t) => {
    const client = connect();
    t.after(() => client.disconnect());
    const hot = createRedisHotStore(createRedisLink({ client, timeoutMs: 200, pauseMs: 50 }));
    await hot.claim("before", "me", HOUR_MS);
    await untilReplicated(servers.master, servers.replica);
    const over = servers.failOver();
    await until(() => hot.ping().then(...noOrYes));
    await over;
    await until(() => hot.ping().then(...yesOrNo));
    await until(() => hot.claim("later", "me", HOUR_MS).then(...yesOrNo));
    assert.equal(await hot.claim("before", "other", HOUR_MS), false);
  });
});

const noOrYes = [() => false, () => true] as const;

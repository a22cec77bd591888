import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Cluster, Redis } from "ioredis";
import { until } from "../../../core/until.fixture.ts";
import type { HintsHarness } from "../../contract/contract-case.ts";
import { hintsCases } from "../../contract/hints.contract.ts";
import { tell } from "./redis-asking.fixture.ts";
import type { RedisClient } from "./redis-client.ts";
import { type RedisClusterServers, startRedisCluster } from "./redis-cluster.fixture.ts";
import { createRedisHints, type RedisHintsOptions } from "./redis-hints.ts";
import { createRedisLink } from "./redis-link.ts";
import { type RedisSentinelServers, startRedisSentinel } from "./redis-sentinel.fixture.ts";
import { type RedisServer, startRedisServer } from "./redis-server.fixture.ts";

const HOST = "127.0.0.1";
/** Longer than any pause of a busy machine. */
const PATIENT = { timeoutMs: 20_000 };

let cases = 0;

/** Each case has a channel of its own. */
function harness(connect: () => RedisClient, interrupt: () => Promise<void>): HintsHarness & { close(): void } {
  cases += 1;
  const prefix = `case-${cases}:`;
  const clients: RedisClient[] = [];
  return {
    open: async () => {
      const client = connect();
      clients.push(client);
      return createRedisHints(createRedisLink({ client, prefix, ...PATIENT }));
    },
    interrupt,
    close: () => {
      for (const client of clients) client.disconnect();
    },
  };
}

function contractOver(connect: () => RedisClient, interrupt: () => Promise<void>): void {
  for (const one of hintsCases) {
    test(one.name, async (t) => {
      const lent = harness(connect, interrupt);
      t.after(lent.close);
      await one.run(lent);
    });
  }
}

function quiet(client: Redis): Redis {
  // The driver would print what these tests do to it.
  client.on("error", () => undefined);
  return client;
}

async function cutConnections(server: Pick<RedisServer, "port">): Promise<void> {
  await tell(server, "client", "kill", "type", "pubsub");
  await tell(server, "client", "kill", "type", "normal", "skipme", "yes");
}

describe("hints through a single Redis", () => {
  let server: RedisServer;
  const clients: Redis[] = [];
  const connect = (options: { readonly protocol?: 2 } = {}): Redis => {
    const client = quiet(new Redis({ port: server.port, host: HOST, ...options }));
    clients.push(client);
    return client;
  };
  const open = (options: RedisHintsOptions & { readonly protocol?: 2 } = {}) => {
    const { protocol, ...rest } = options;
    const client = connect(protocol === undefined ? {} : { protocol });
    return createRedisHints(createRedisLink({ client, ...PATIENT }), rest);
  };

  before(async () => {
    server = await startRedisServer();
  });
  after(async () => {
    for (const client of clients) client.disconnect();
    await server.close();
  });

  describe("cut by a restart", () => {
    contractOver(connect, async () => {
      await server.kill();
      await server.start();
    });
  });
  describe("cut by the server, over the older protocol", () => {
    contractOver(
      () => connect({ protocol: 2 }),
      () => cutConnections(server),
    );
  });

  test("two deployments with prefixes of their own do not hear each other", async () => {
    const of = (prefix: string) => createRedisHints(createRedisLink({ client: connect(), prefix, ...PATIENT }));
    const heard: string[] = [];
    const stops = [
      await of("one:").listen(() => void heard.push("one")),
      await of("two:").listen(() => void heard.push("two")),
    ];
    await of("two:").send();
    await until(() => heard.length > 0);
    await of("one:").send();
    await until(() => heard.length > 1);
    assert.deepEqual(heard, ["two", "one"]);
    for (const stop of stops) await stop();
  });

  for (const protocol of [2, undefined] as const) {
    test(`a connection that gets no answers is noticed, over protocol ${protocol ?? 3}`, async () => {
      let heard = 0;
      const hints = open({ pingMs: 20, answerMs: 100, ...(protocol === undefined ? {} : { protocol }) });
      const stop = await hints.listen(() => {
        heard += 1;
      });
      const listeners = async (): Promise<string> => String(await tell(server, "client", "list", "type", "pubsub"));
      const before = /\bid=(\d+)/.exec(await listeners())?.[1] ?? assert.fail("nobody listens");
      server.freeze();
      const frozen = performance.now();
      await until(() => performance.now() - frozen > 300);
      server.thaw();
      await until(() => heard > 0);
      await until(async () => !(await listeners()).includes(`id=${before} `));
      await stop();
    });
  }

  test("a node that begins to listen while Redis is away hears later, and once for what was missed", async () => {
    await server.kill();
    let heard = 0;
    const hints = open();
    const stop = await hints.listen(() => {
      heard += 1;
    });
    await server.start();
    await until(() => heard > 0);
    assert.equal(heard, 1);
    await hints.send();
    await until(() => heard > 1);
    await stop();
  });

  test("a hint that cannot be sent rejects in time, and a listener stops while Redis does not answer", async () => {
    const link = createRedisLink({ client: connect(), timeoutMs: 50 });
    const hints = createRedisHints(link);
    const stop = await hints.listen(() => undefined);
    await server.kill();
    await assert.rejects(hints.send(), { reason: "store_unavailable" });
    await stop();
    await server.start();
  });

  test("times that make no sense are a mistake", () => {
    const link = createRedisLink({ client: connect() });
    for (const bad of [{ pingMs: 0 }, { answerMs: 0.5 }]) assert.throws(() => createRedisHints(link, bad), TypeError);
  });
});

describe("hints through a Redis Cluster", () => {
  let servers: RedisClusterServers;
  const connect = (): Cluster => new Cluster([...servers.startupNodes]);

  before(async () => {
    servers = await startRedisCluster();
  });
  after(() => servers.close());

  contractOver(connect, async () => {
    for (const server of servers.masters) await cutConnections(server);
    await cutConnections(servers.replica);
  });

  test("when the node that it listens to dies, it goes on with another", async (t) => {
    const client = connect();
    t.after(() => client.disconnect());
    const hints = createRedisHints(createRedisLink({ client, ...PATIENT }));
    let heard = 0;
    const stop = await hints.listen(() => {
      heard += 1;
    });
    const counts = await Promise.all(servers.masters.map((one) => tell(one, "pubsub", "numsub", "hufu:hints")));
    const listenedTo = servers.masters.find((_, index) => String(counts[index]) === "hufu:hints,1");
    await (listenedTo ?? servers.replica).kill();
    await until(() => heard > 0);
    const resumed = heard;
    // Another way to send: this client has its own trouble with the dead node.
    const alive = servers.masters.find((one) => one !== listenedTo) ?? assert.fail("all are dead");
    await tell(alive, "publish", "hufu:hints", "");
    await until(() => heard > resumed);
    await stop();
  });
});

describe("hints behind a Sentinel", () => {
  let servers: RedisSentinelServers;
  before(async () => {
    servers = await startRedisSentinel();
  });
  after(() => servers.close());

  test("go on with the new master after a failover", async (t) => {
    const client = quiet(new Redis({ sentinels: [...servers.sentinels], name: servers.name }));
    t.after(() => client.disconnect());
    const hints = createRedisHints(createRedisLink({ client, ...PATIENT }));
    let heard = 0;
    const stop = await hints.listen(() => {
      heard += 1;
    });
    await servers.failOver();
    await until(() => heard > 0);
    const resumed = heard;
    await hints.send();
    await until(() => heard > resumed);
    await stop();
  });
});

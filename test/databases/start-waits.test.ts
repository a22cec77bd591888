import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer, type Server } from "node:net";
import test, { type TestContext } from "node:test";
import { createHufu } from "../../server/src/hufu/index.ts";
import { poolOf as mariadbPool } from "../../server/src/store/sql/mysql/mariadb-case.fixture.ts";
import { startMariadbServer } from "../../server/src/store/sql/mysql/mariadb-server.fixture.ts";
import { startPostgresServer } from "../../server/src/store/sql/postgres/postgres-server.fixture.ts";
import { startPgbouncer } from "../infrastructure/pgbouncer.fixture.ts";
import { appSecretOf, BAKERY, ISSUER, secretNamed } from "../stack/stack.fixture.ts";

/** What went through since it was last asked, on connections that were opened since then. */
interface Heard {
  readonly connections: number;
  /** How often a client said something after it had been answered; the first of a connection is its handshake. */
  readonly turns: number;
}

/** Lets everything through, and counts turns. A connection of before is not counted: it may still say goodbye. */
async function startListener(t: TestContext, port: number): Promise<{ readonly port: number; heard(): Heard }> {
  let times = 0;
  let connections = 0;
  let turns = 0;
  const proxy: Server = createServer((client) => {
    connections += 1;
    const opened = times;
    let isAnswered = true;
    const server = connect(port, "127.0.0.1");
    client.on("data", (bytes) => {
      if (isAnswered && opened === times) turns += 1;
      isAnswered = false;
      server.write(bytes);
    });
    server.on("data", (bytes) => {
      isAnswered = true;
      client.write(bytes);
    });
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      one.on("error", () => other.destroy());
      one.on("close", () => other.destroy());
    }
  });
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
  t.after(() => proxy.close());
  const address = proxy.address();
  assert.ok(typeof address === "object" && address !== null);
  return {
    port: address.port,
    heard() {
      const now = { connections, turns };
      times += 1;
      connections = 0;
      turns = 0;
      return now;
    },
  };
}

interface Place {
  /** Where the database itself listens. */
  readonly port: number;
  url(port: number): string;
}

const onPostgres = async (t: TestContext): Promise<Place> => {
  const server = await startPostgresServer();
  t.after(() => server.close());
  return { port: server.port, url: (port) => `postgres://postgres@127.0.0.1:${port}/postgres` };
};

const throughPgbouncer = async (t: TestContext): Promise<Place> => {
  const { port: serverPort, url } = await onPostgres(t);
  const pooler = await startPgbouncer({ serverPort });
  t.after(() => pooler.close());
  return { port: pooler.port, url };
};

const onMariadb = async (t: TestContext): Promise<Place> => {
  const server = await startMariadbServer();
  t.after(() => server.close());
  const admin = mariadbPool(server.port, { connectionLimit: 1 });
  await admin.query("create database shop");
  await admin.end();
  return { port: server.port, url: (port) => `mysql://root@127.0.0.1:${port}/shop` };
};

for (const [name, open] of [
  ["on PostgreSQL", onPostgres],
  ["through PgBouncer", throughPgbouncer],
  ["on MariaDB", onMariadb],
] as const) {
  test(`${name} a node that finds everything in order starts with two waits on one connection`, async (t) => {
    const place = await open(t);
    const listener = await startListener(t, place.port);
    const start = async (roles: Readonly<Record<string, readonly string[]>>) => {
      listener.heard();
      const hufu = await createHufu({
        issuer: ISSUER,
        secret: secretNamed("the stack"),
        database: place.url(listener.port),
        apps: [{ appId: BAKERY, appSecret: appSecretOf(BAKERY) }],
        roles,
        defaultRoles: ["member"],
      });
      const heard = listener.heard();
      const { ready } = await hufu.ready();
      const { keys } = hufu.protocol.jwks();
      await hufu.close();
      return { ...heard, ready, kids: keys.map(({ kid }) => kid) };
    };
    const first = await start({ member: ["order:read"] });
    assert.ok(first.turns > 3, "a first start makes tables, roles and a key");
    const { connections, turns, ready, kids } = await start({ member: ["order:read"] });
    assert.deepEqual({ connections, waits: turns - connections }, { connections: 1, waits: 2 });
    assert.deepEqual({ ready, kids }, { ready: true, kids: first.kids });
    const changed = await start({ member: ["order:read", "order:write"] });
    assert.ok(changed.turns - changed.connections > 2, "other roles are written");
    const again = await start({ member: ["order:read", "order:write"] });
    assert.equal(again.turns - again.connections, 2, "and then they are there");
  });
}

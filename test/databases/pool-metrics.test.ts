import assert from "node:assert/strict";
import { after, type TestContext, test } from "node:test";
import { createSimulatedWeChat } from "@hufu/simulator";
import { createHufu } from "hufu";
import { createConnection } from "mysql2/promise";
import { Client } from "pg";
import { Registry } from "prom-client";
import { until } from "../../server/src/core/until.fixture.ts";
import { startMariadbServer } from "../../server/src/store/sql/mysql/mariadb-server.fixture.ts";
import { startPostgresServer } from "../../server/src/store/sql/postgres/postgres-server.fixture.ts";

const POOL = 2;
const ASKED = 5;

const [postgres, mariadb] = await Promise.all([startPostgresServer(), startMariadbServer()]);
after(() => Promise.all([postgres.close(), mariadb.close()]));

/** Takes the table of users away from everybody else, and gives it back. */
type HoldUsers = () => Promise<() => Promise<unknown>>;

/** @param atRest connections that are in use between calls: on PostgreSQL one listens */
async function showsConnections(t: TestContext, database: string, atRest: number, hold: HoldUsers): Promise<void> {
  const appSecret = "5e0a1c9b7d3f42e68b91c07d2ae4f356";
  const wechat = createSimulatedWeChat({ apps: [{ appId: "wx-demo", appSecret }] });
  const platform = await wechat.listen();
  t.after(platform.close);
  const metrics = new Registry();
  const hufu = await createHufu({
    issuer: "http://127.0.0.1:8080/auth",
    secret: "Vb4T1mZk9qLr7Xw2Jc8Ne5Hy3Ug6Pd0S",
    database: `${database}?pool=${POOL}`,
    apps: [{ appId: "wx-demo", appSecret, endpoint: platform.url }],
    metrics,
  });
  t.after(() => hufu.close());
  const shown = async (metric: string, label: string, word: string): Promise<number> => {
    const { values } = (await metrics.getSingleMetric(metric)?.get()) ?? assert.fail(`no ${metric}`);
    return values.find(({ labels }) => labels[label] === word)?.value ?? assert.fail(word);
  };
  const connections = (state: string): Promise<number> => shown("hufu_pool_connections", "state", state);
  assert.equal(await connections("most"), POOL);

  const { refreshToken = "" } = await hufu.protocol.signIn({
    clientId: "wx-demo",
    code: wechat.issueCode({ user: "alice" }),
  });
  const child = await hufu.protocol.refresh({ clientId: "wx-demo", refreshToken });
  await hufu.protocol.refresh({ clientId: "wx-demo", refreshToken: child.refreshToken ?? "" });
  // The first refresh of a token changes nothing; its child's does.
  for (const metric of ["hufu_refresh_batches_total", "hufu_refresh_batched_total"]) {
    assert.deepEqual([await shown(metric, "kind", "reading"), await shown(metric, "kind", "change")], [2, 1]);
  }
  assert.equal(await shown("hufu_refresh_waiting", "kind", "reading"), 0);

  const release = await hold();
  // Those that wait for too long are refused; what counts here is that they wait.
  const asked = Promise.allSettled(Array.from({ length: ASKED }, (_, n) => hufu.users.find({ externalId: `${n}` })));
  // Work in the background may wait as well.
  await until(async () => (await connections("in_use")) === POOL && (await connections("waited_for")) > 0);
  await release();
  await asked;
  await until(async () => (await connections("in_use")) === atRest && (await connections("waited_for")) === 0);
}

test("hufu_pool_connections moves with the connections to a PostgreSQL", async (t) => {
  const url = `postgres://postgres@127.0.0.1:${postgres.port}/postgres`;
  const client = new Client(url);
  await client.connect();
  t.after(() => client.end());
  await showsConnections(t, url, 1, async () => {
    await client.query("begin; lock table hufu_users in access exclusive mode");
    return () => client.query("commit");
  });
});

test("hufu_pool_connections moves with the connections to a MariaDB", async (t) => {
  const address = `//root@127.0.0.1:${mariadb.port}`;
  const connection = await createConnection(`mysql:${address}`);
  t.after(() => connection.end());
  await connection.query("create database shop");
  await connection.query("use shop");
  await showsConnections(t, `mariadb:${address}/shop`, 0, async () => {
    await connection.query("lock tables hufu_users write");
    return () => connection.query("unlock tables");
  });
});

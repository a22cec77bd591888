import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { until } from "../../core/until.fixture.ts";
import { type RedisServer, startRedisServer } from "../../store/hot/redis/redis-server.fixture.ts";
import { deployment, refreshWith, runHufu, signInWith, startHufu } from "../hufu.fixture.ts";

const PASSWORD = "a-Redis-password-4711";

async function startRedis(t: TestContext): Promise<RedisServer> {
  const server = await startRedisServer({ settings: [["requirepass", PASSWORD]] });
  t.after(() => server.close());
  return server;
}

async function readiness(address: string): Promise<{ readonly status: number; readonly hot: string | undefined }> {
  const response = await fetch(`${address}/auth/readyz`);
  const { checks } = (await response.json()) as { readonly checks: Readonly<Record<string, string>> };
  return { status: response.status, hot: checks["hot"] };
}

function times(text: string, phrase: string): number {
  return text.split(phrase).length - 1;
}

test("with redis in the configuration marks are there; lost, sign-ins wait and refreshes go on; back, all does (F15)", async (t) => {
  const redis = await startRedis(t);
  const where = await deployment(t, { redis: `redis://:${PASSWORD}@127.0.0.1:${redis.port}` });
  const server = await startHufu(["serve", "--config", "hufu.json"], where);
  const signIn = (user: string) => signInWith(server.address, where.platform.issueCode({ user }));
  assert.deepEqual(await readiness(server.address), { status: 200, hot: "ok (redis)" });
  const alice = await signIn("alice");
  assert.equal(alice.status, 200);

  await redis.kill();
  for (let time = 0; time < 12; time += 1) {
    const { status, body } = await signIn("bob");
    assert.deepEqual([status, body["reason"]], [503, "store_unavailable"]);
  }
  const { status, hot } = await readiness(server.address);
  assert.equal(status, 200, "a node without Redis still refreshes, and guards");
  assert.match(hot ?? "", /^does not answer \(redis\)/);
  assert.equal((await refreshWith(server.address, String(alice.body["refresh_token"]))).status, 200);

  await redis.start();
  await until(async () => (await signIn("bob")).status === 200);
  assert.deepEqual(await readiness(server.address), { status: 200, hot: "ok (redis)" });

  server.child.kill("SIGTERM");
  const { code, out, err } = await server.ended;
  assert.equal(code, 0);
  assert.equal(times(out, "Redis does not answer: sign-ins wait for it"), 1, out);
  assert.equal(times(out, "no connection to Redis"), 1, out);
  assert.equal(times(out, "Redis answers again"), 1, out);
  assert.ok(!`${out}${err}`.includes(PASSWORD));
});

test("a Redis that does not let it in stops no start, is told once, and no password is written", async (t) => {
  const redis = await startRedis(t);
  const where = await deployment(t, { redis: `redis://:another-password@127.0.0.1:${redis.port}` });
  const server = await startHufu(["serve", "--config", "hufu.json"], where);
  const { status, body } = await signInWith(server.address, where.platform.issueCode({ user: "alice" }));
  assert.deepEqual([status, body["reason"]], [503, "store_unavailable"]);
  assert.equal((await fetch(`${server.address}/auth/readyz`)).status, 503);
  assert.match((await readiness(server.address)).hot ?? "", /^Redis refuses the password/);
  server.child.kill("SIGTERM");
  const { code, out, err } = await server.ended;
  assert.equal(code, 0);
  assert.match(out, /"level":"error",.*"kind":"redis_misconfigured","msg":"Redis refuses the password/);
  assert.match(out, /"level":"warn",.*WRONGPASS.*"msg":"no connection to Redis"/);
  assert.equal(times(out, "no connection to Redis"), 1, out);
  assert.ok(!`${out}${err}`.includes("another-password"));
});

test("without redis readyz says that marks are in the database", async (t) => {
  const server = await startHufu(["serve", "--config", "hufu.json"], await deployment(t));
  assert.deepEqual(await readiness(server.address), { status: 200, hot: "ok (in the database, without redis)" });
});

test("a module may bring a client of ioredis, and neither a server nor a command stays because it is open", async (t) => {
  const redis = await startRedis(t);
  const where = await deployment(t);
  const config = readFileSync(where.config, "utf8");
  writeFileSync(
    join(where.folder, "hufu.config.mjs"),
    `import { Redis } from ${JSON.stringify(import.meta.resolve("ioredis"))};
     const redis = new Redis({ port: ${redis.port}, host: "127.0.0.1", password: "${PASSWORD}", keyPrefix: "mine:" });
     export default { ...${config}, redis };`,
  );
  const server = await startHufu(["serve", "--config", "hufu.config.mjs"], where);
  assert.deepEqual(await readiness(server.address), { status: 200, hot: "ok (redis)" });
  assert.equal((await signInWith(server.address, where.platform.issueCode({ user: "alice" }))).status, 200);
  server.child.kill("SIGTERM");
  assert.equal((await server.ended).code, 0);
  const { code, out } = await runHufu(["keys", "list", "--config", "hufu.config.mjs"], where);
  assert.equal(code, 0);
  assert.match(out, /ES256/);
});

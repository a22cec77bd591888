import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { type TestContext, test } from "node:test";
import { Redis } from "ioredis";
import { freePort } from "../../server/src/core/free-port.fixture.ts";
import { silentLogger } from "../../server/src/core/log/log.ts";
import { createNotices } from "../../server/src/core/log/notices.ts";
import { systemClock } from "../../server/src/core/time/clock.ts";
import { until } from "../../server/src/core/until.fixture.ts";
import type { HufuOptions } from "../../server/src/hufu/options/options.ts";
import { faultOfRedis } from "../../server/src/hufu/redis/check-redis.ts";
import { openShared } from "../../server/src/hufu/redis/open-redis.ts";
import { createMemoryHotStore } from "../../server/src/store/hot/memory.ts";
import { tell } from "../../server/src/store/hot/redis/redis-asking.fixture.ts";
import { startRedisServer } from "../../server/src/store/hot/redis/redis-server.fixture.ts";
import { makeTlsCertificate } from "../infrastructure/tls-certificate.fixture.ts";

/** Its name looks like what it is, and it opens nothing. */
const PASSWORD = "a-password-of-this-test";
const RIGHTS =
  "~hufu:* &hufu:* +ping +get +set +del +incr +decr +pttl +pexpire +eval +publish +subscribe +info +cluster";

async function opened(t: TestContext, redis: HufuOptions["redis"]) {
  const told: string[] = [];
  const log = { ...silentLogger, error: (_: object, message: string) => void told.push(message) };
  const hot = { ...createMemoryHotStore({ clock: systemClock }), sweep: async () => 0 };
  const environment = { clock: systemClock, log, notices: createNotices({ log }) };
  const shared = await openShared(redis === undefined ? {} : { redis }, { hot }, environment);
  t.after(shared.stop);
  return { shared, told };
}

async function redisWithUser(t: TestContext, ...rights: readonly string[]) {
  const server = await startRedisServer();
  t.after(() => server.close());
  await tell(server, "acl", "setuser", "hufu", "reset", "on", `>${PASSWORD}`, ...rights);
  return { server, url: (password: string) => `redis://hufu:${password}@127.0.0.1:${server.port}` };
}

test("a wrong password is one sentence and no outage, at the start and later, and without the password", async (t) => {
  const { server, url } = await redisWithUser(t, ...RIGHTS.split(" "));
  const { shared, told } = await opened(t, url("not-that-password"));
  const { text, isMistaken } = await shared.check();
  assert.deepEqual(
    [isMistaken, text],
    [true, "Redis refuses the password: set the user and password that Redis knows in redis"],
  );
  assert.deepEqual(told, [text]);
  assert.ok(!text.includes("not-that-password"));

  const { shared: later } = await opened(t, url(PASSWORD));
  assert.deepEqual(await later.check(), { text: "ok (redis)", isMistaken: false });
  await tell(server, "acl", "setuser", "hufu", "resetpass", ">another-password");
  await tell(server, "client", "kill", "user", "hufu");
  await until(async () => (await later.check()).isMistaken);
  await tell(server, "acl", "setuser", "hufu", `>${PASSWORD}`);
  await until(async () => (await later.check()).text === "ok (redis)");
});

test("a Redis that wants a password, and is given none, says so", async (t) => {
  const server = await startRedisServer({ settings: [["requirepass", PASSWORD]] });
  t.after(() => server.close());
  const { shared } = await opened(t, `redis://127.0.0.1:${server.port}`);
  assert.match((await shared.check()).text, /^Redis refuses the password/);
});

test("the rights that the guide names are enough; each one that is missing is named", async (t) => {
  const all = RIGHTS.split(" ");
  const { url } = await redisWithUser(t, ...all);
  assert.deepEqual(await (await opened(t, url(PASSWORD))).shared.check(), { text: "ok (redis)", isMistaken: false });
  for (const [missing, what] of [
    ["&hufu:*", "channels"],
    ["~hufu:*", "keys"],
    ["+eval", "commands"],
    ["+pexpire", "commands"],
    ["+publish", "commands"],
    ["+subscribe", "commands"],
  ] as const) {
    const poor = await redisWithUser(t, "resetchannels", ...all.filter((right) => right !== missing));
    const { text, isMistaken } = await (await opened(t, poor.url(PASSWORD))).shared.check();
    assert.ok(isMistaken, missing);
    assert.match(
      text,
      new RegExp(`^Redis does not let this user use the ${what} that Hufu needs: ACL SETUSER`),
      missing,
    );
  }
});

test("a certificate that cannot be trusted, or is for another name, is a mistake", async (t) => {
  const certificate = makeTlsCertificate("DNS:redis.example", "redis");
  t.after(certificate.remove);
  const server = await startRedisServer({
    settings: [
      ["tls-port", "0"],
      ["tls-cert-file", certificate.certificate],
      ["tls-key-file", certificate.key],
      ["tls-ca-cert-file", certificate.authority],
      ["tls-auth-clients", "no"],
    ],
  });
  t.after(() => server.close());
  const tlsPort = server.port + 20_000 > 65_000 ? server.port - 20_000 : server.port + 20_000;
  await tell(server, "config", "set", "tls-port", tlsPort);
  const { shared } = await opened(t, `rediss://127.0.0.1:${tlsPort}`);
  await until(async () => (await shared.check()).isMistaken);
  assert.match((await shared.check()).text, /^Redis shows a certificate that cannot be trusted \(\w+\)/);

  const ca = readFileSync(certificate.authority);
  const client = new Redis({ host: "127.0.0.1", port: tlsPort, tls: { ca }, maxRetriesPerRequest: 0 });
  client.on("error", () => undefined);
  t.after(() => client.disconnect());
  const { shared: named } = await opened(t, client);
  await until(async () => (await named.check()).isMistaken);
  assert.match((await named.check()).text, /ERR_TLS_CERT_ALTNAME_INVALID/);
});

test("TLS asked of a plain port, and a plain word to a TLS port, are mistakes that say which scheme to write", async (t) => {
  const certificate = makeTlsCertificate("DNS:redis.example", "redis");
  t.after(certificate.remove);
  const tlsPort = await freePort();
  const server = await startRedisServer({
    settings: [
      ["tls-cert-file", certificate.certificate],
      ["tls-key-file", certificate.key],
      ["tls-ca-cert-file", certificate.authority],
      ["tls-auth-clients", "no"],
    ],
  });
  t.after(() => server.close());
  await tell(server, "config", "set", "tls-port", tlsPort);
  for (const [url, text] of [
    [`rediss://:${PASSWORD}@127.0.0.1:${server.port}`, /^Redis speaks no TLS at 127\.0\.0\.1:\d+: write redis:\/\//],
    [`redis://:${PASSWORD}@127.0.0.1:${tlsPort}`, /^Redis speaks TLS at 127\.0\.0\.1:\d+: write rediss:\/\//],
  ] as const) {
    const { shared } = await opened(t, url);
    await until(async () => (await shared.check()).isMistaken);
    const { text: said } = await shared.check();
    assert.match(said, text);
    assert.deepEqual(await faultOfRedis(url), { level: "error", text: said });
    assert.ok(!said.includes(PASSWORD));
  }
});

test("a Redis that cannot be reached is an outage and no mistake", async (t) => {
  const server = await startRedisServer();
  await server.close();
  const { shared, told } = await opened(t, `redis://127.0.0.1:${server.port}`);
  const { text, isMistaken } = await shared.check();
  assert.deepEqual([isMistaken, told], [false, []]);
  assert.match(text, /^does not answer \(redis\)/);
  const why = await faultOfRedis(`redis://127.0.0.1:${server.port}`);
  assert.match(why?.text ?? "", /^Redis is not reached \(connect ECONNREFUSED .*\): start it, or correct the address/);
});

test("a Redis that answers and refuses every write is not ok: full, or a replica", async (t) => {
  const full = await startRedisServer({ settings: [["maxmemory", "1mb"]] });
  t.after(() => full.close());
  const primary = await startRedisServer();
  t.after(() => primary.close());
  const replica = await startRedisServer();
  t.after(() => replica.close());
  await tell(replica, "replicaof", "127.0.0.1", primary.port);
  await until(async () => String(await tell(replica, "info", "replication")).includes("master_link_status:up"));
  for (const [server, text] of [
    [full, /^Redis is full and refuses writes: raise maxmemory/],
    [replica, /^this Redis is a replica and refuses writes: name the primary/],
  ] as const) {
    const url = `redis://127.0.0.1:${server.port}`;
    const { shared } = await opened(t, url);
    const { text: said, isMistaken } = await shared.check();
    assert.deepEqual([said.startsWith("takes no writes (redis)"), isMistaken], [true, false], said);
    const found = await faultOfRedis(url);
    assert.equal(found?.level, "error");
    assert.match(found?.text ?? "", text);
  }
});

test("a Redis that may drop marks is a warning, and none where it may not", async (t) => {
  for (const [settings, text] of [
    [
      [
        ["maxmemory", "100mb"],
        ["maxmemory-policy", "allkeys-lru"],
      ],
      /maxmemory-policy allkeys-lru\).*noeviction$/,
    ],
    [[["maxmemory-policy", "allkeys-lru"]], undefined],
    [[["maxmemory", "100mb"]], undefined],
  ] as const) {
    const server = await startRedisServer({ settings });
    t.after(() => server.close());
    const found = await faultOfRedis(`redis://127.0.0.1:${server.port}`);
    assert.equal(found?.level, text === undefined ? undefined : "warning");
    if (text !== undefined) assert.match(found?.text ?? "", text);
  }
});

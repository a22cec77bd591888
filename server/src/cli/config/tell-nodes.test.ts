import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { Redis } from "ioredis";
import { until } from "../../core/until.fixture.ts";
import { openStoreAsItIs } from "../../hufu/database/maintenance.ts";
import type { Hints } from "../../store/hints.ts";
import { createRedisHints } from "../../store/hot/redis/redis-hints.ts";
import { createRedisLink } from "../../store/hot/redis/redis-link.ts";
import { startRedisServer } from "../../store/hot/redis/redis-server.fixture.ts";
import { poolOf } from "../../store/sql/postgres/postgres-case.fixture.ts";
import { startPostgresServer } from "../../store/sql/postgres/postgres-server.fixture.ts";
import { type MaintainedHufu, serving, stack } from "../maintained-hufu.fixture.ts";

const REASON = ["--reason", "its secret got out", "--yes"];

const ROLES = { roles: { member: ["order:read:own"], editor: ["article:write"] } };

interface Held {
  readonly id: string;
  readonly sid: string;
  readonly kid: string;
}

/** Signs a user in on a server that has ended by the time this resolves, so that only the command line sends hints. */
async function signedIn(t: TestContext, where: MaintainedHufu): Promise<Held> {
  const hufu = await serving(t, where);
  const code = where.platform.issueCode({ user: "alice" });
  const { accessToken } = await hufu.protocol.signIn({ clientId: "wx-demo", code, deviceType: "phone" });
  await hufu.close();
  const [head = "", body = ""] = accessToken.split(".");
  const read = (part: string) => JSON.parse(Buffer.from(part, "base64url").toString());
  return { id: read(body).sub, sid: read(body).sid, kid: read(head).kid };
}

/** Types every command that ends something, and waits after each for a hint. */
async function assertEachTells(where: MaintainedHufu, { id, sid, kid }: Held, hints: Hints) {
  let heard = 0;
  const end = await hints.listen(() => {
    heard += 1;
  });
  for (const args of [
    ["users", "roles", id, "--add", "editor"],
    ["sessions", "end", sid],
    ["users", "ban", id, "--reason", "spam", "--for", "1h"],
    ["users", "unban", id],
    ["revoke", "--app", "wx-demo", ...REASON],
    ["revoke", "--all", ...REASON],
    ["keys", "revoke", kid],
    ["recover", "--yes"],
  ]) {
    heard = 0;
    const { code, err } = await where.type(...args);
    assert.equal(code, 0, err);
    await until(() => heard > 0);
  }
  await end();
}

test("commands that end something tell the running servers through Redis; without it they work all the same", async (t) => {
  const redis = await startRedisServer();
  t.after(() => redis.close());
  const where = await stack(t, { ...ROLES, redis: `redis://127.0.0.1:${redis.port}` });
  const held = await signedIn(t, where);
  const client = new Redis(redis.port, "127.0.0.1");
  t.after(() => client.disconnect());
  await assertEachTells(where, held, createRedisHints(createRedisLink({ client, timeoutMs: 20_000 })));
  client.disconnect();
  await redis.kill();
  const { code, out } = await where.type("revoke", "--all", ...REASON);
  assert.equal(code, 0);
  assert.match(out, /^Ended the sessions of everybody\./);
});

test("commands that end something tell the running servers through PostgreSQL", async (t) => {
  const server = await startPostgresServer();
  t.after(() => server.close());
  const admin = poolOf(server.port, { max: 1 });
  await admin.query("create database shop");
  await admin.end();
  const database = `postgres://postgres@127.0.0.1:${server.port}/shop`;
  const where = await stack(t, ROLES, database);
  const held = await signedIn(t, where);
  const store = await openStoreAsItIs(database, 3_600_000);
  t.after(() => store.close());
  assert.ok(store.hints);
  await assertEachTells(where, held, store.hints);
});

import assert from "node:assert/strict";
import test, { type TestContext } from "node:test";
import { createSimulatedWeChat } from "@hufu/simulator";
import { until } from "../../server/src/core/until.fixture.ts";
import { createHufu, type Environment, type Hufu } from "../../server/src/hufu/index.ts";
import { poolOf as mariadbPool } from "../../server/src/store/sql/mysql/mariadb-case.fixture.ts";
import { startMariadbServer } from "../../server/src/store/sql/mysql/mariadb-server.fixture.ts";
import { startPostgresServer } from "../../server/src/store/sql/postgres/postgres-server.fixture.ts";
import { createTestClock } from "../stack/clock.fixture.ts";
import { appSecretOf, BAKERY, freshAttempt, heldOf, ISSUER, secretNamed } from "../stack/stack.fixture.ts";
import { guardSays, verdictOf } from "../stack/verdict.ts";

type Start = (t: TestContext) => Promise<string>;

const onPostgres: Start = async (t) => {
  const server = await startPostgresServer();
  t.after(() => server.close());
  return `postgres://postgres@127.0.0.1:${server.port}/postgres`;
};

const onMariadb: Start = async (t) => {
  const server = await startMariadbServer();
  t.after(() => server.close());
  const admin = mariadbPool(server.port, { connectionLimit: 1 });
  await admin.query("create database stack");
  await admin.end();
  return `mysql://root@127.0.0.1:${server.port}/stack`;
};

/** Two nodes on one database server, and a way to sign in. */
async function openNodes(t: TestContext, start: Start, environment: Partial<Environment> = {}) {
  const database = await start(t);
  const wechat = createSimulatedWeChat({ apps: [{ appId: BAKERY, appSecret: appSecretOf(BAKERY) }] });
  const listening = await wechat.listen();
  t.after(() => listening.close());
  const open = async (): Promise<Hufu> => {
    const hufu = await createHufu({
      issuer: ISSUER,
      secret: secretNamed("the stack"),
      database,
      apps: [{ appId: BAKERY, appSecret: appSecretOf(BAKERY), endpoint: listening.url }],
      rolesFrom: "hufu",
      roles: { member: ["order:create"], admin: [] },
      defaultRoles: ["member"],
      environment,
    });
    t.after(() => hufu.close());
    return hufu;
  };
  const nodes = await Promise.all([open(), open()]);
  const signIn = async (node: Hufu, user: string) =>
    heldOf(
      await node.protocol.signIn({
        clientId: BAKERY,
        code: wechat.issueCode({ appId: BAKERY, user }),
        attemptId: freshAttempt(),
      }),
    );
  return { nodes, signIn };
}

for (const [name, start] of [
  ["PostgreSQL", onPostgres],
  ["MariaDB", onMariadb],
] as const) {
  test(`on ${name} two nodes are one: the same child for the same attempt, and reuse ends it on both`, async (t) => {
    const { nodes, signIn } = await openNodes(t, start);
    const [one, other] = nodes;
    const alice = await signIn(one, "alice");
    assert.equal((await signIn(other, "alice")).userId, alice.userId);
    const attempt = { clientId: BAKERY, attemptId: freshAttempt(), refreshToken: alice.refresh };
    const children = await Promise.all(
      Array.from({ length: 12 }, async (_, index) => heldOf(await (index % 2 ? one : other).protocol.refresh(attempt))),
    );
    assert.equal(new Set(children.map(({ refresh }) => refresh)).size, 1);
    const child = children[0]?.refresh ?? assert.fail("no child");
    const grown = heldOf(
      await one.protocol.refresh({ clientId: BAKERY, attemptId: freshAttempt(), refreshToken: child }),
    );

    const stolen = { clientId: BAKERY, attemptId: freshAttempt(), refreshToken: alice.refresh };
    assert.equal(await verdictOf(() => other.protocol.refresh(stolen)), "refresh_token_reused");
    const mine = { clientId: BAKERY, attemptId: freshAttempt(), refreshToken: grown.refresh };
    assert.notEqual(await verdictOf(() => one.protocol.refresh(mine)), "ok");
    for (const node of nodes)
      await until(async () => (await guardSays(node, grown.access)).startsWith("token_revoked"));
  });

  test(`on ${name} sign-ins of one person at once make one user, on whichever node`, async (t) => {
    const { nodes, signIn } = await openNodes(t, start);
    const held = await Promise.all(
      Array.from({ length: 16 }, (_, index) => signIn(nodes[index % 2] ?? assert.fail("a node"), "bob")),
    );
    assert.equal(new Set(held.map(({ userId }) => userId)).size, 1);
    assert.equal(new Set(held.map(({ sid }) => sid)).size, held.length);
  });
}

test("on PostgreSQL what one node ends the other refuses by the hint alone: no time passes, so nobody polls", async (t) => {
  const clock = createTestClock(Date.now());
  const { nodes, signIn } = await openNodes(t, onPostgres, { clock, pause: clock.pause });
  const [one, other] = nodes;
  const alice = await signIn(one, "alice");
  const says = (word: string) => until(async () => (await guardSays(other, alice.access)).startsWith(word));
  await says("ok");
  await one.users.setRoles(alice.userId, ["member", "admin"]);
  await says("token_stale");
  await one.sessions.kick(alice.sid);
  await says("token_revoked");
});

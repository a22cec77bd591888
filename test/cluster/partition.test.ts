import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import test from "node:test";
import { createSimulatedWeChat } from "@hufu/simulator";
import { until } from "../../server/src/core/until.fixture.ts";
import { createNodeListener } from "../../server/src/http/create-node-listener.ts";
import { createHufu } from "../../server/src/hufu/create-hufu.ts";
import type { Hufu } from "../../server/src/hufu/hufu.ts";
import { startPostgresServer } from "../../server/src/store/sql/postgres/postgres-server.fixture.ts";
import { secretNamed } from "../stack/stack.fixture.ts";
import { guardSays, present, verdictOf } from "../stack/verdict.ts";
import { startBalancer } from "./balancer.ts";

const APP = "wx-partition";

test("F19: a node that is cut off from PostgreSQL alone refuses what it cannot know, and learns it when it is back", async (t) => {
  const postgres = await startPostgresServer();
  t.after(() => postgres.close());
  let isCut = false;
  const relay = await startBalancer(() => (isCut ? [] : [postgres.port]));
  t.after(() => relay.close());
  const wechat = createSimulatedWeChat({ apps: [{ appId: APP, appSecret: "simulated" }] });
  const platform = await wechat.listen();
  t.after(() => platform.close());

  async function node(port: number): Promise<Hufu> {
    const hufu = await createHufu({
      issuer: "http://127.0.0.1:8080/auth",
      secret: secretNamed("the partition"),
      database: `postgres://postgres@127.0.0.1:${port}/postgres`,
      apps: [{ appId: APP, appSecret: "simulated", endpoint: platform.url }],
      guards: { maxSilence: "2s" },
    });
    t.after(() => hufu.close());
    return hufu;
  }
  async function served(hufu: Hufu): Promise<string> {
    const server = createServer(createNodeListener(hufu)).listen(0, "127.0.0.1");
    t.after(() => server.close());
    await once(server, "listening");
    const address = server.address();
    return `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
  }
  const lonely = await node(relay.port);
  const other = await node(postgres.port);
  const [alice, bob] = await Promise.all(
    ["alice", "bob"].map((user) => lonely.protocol.signIn({ clientId: APP, code: wechat.issueCode({ user }) })),
  );
  const [kicked, staying] = [present(alice).accessToken, present(bob).accessToken];
  assert.equal(await guardSays(lonely, kicked), "ok");

  isCut = true;
  relay.cut();
  const { sid } = JSON.parse(Buffer.from(present(kicked.split(".")[1]), "base64url").toString("utf8"));
  assert.equal(await other.sessions.kick(sid), true);
  assert.equal(await guardSays(other, kicked), "token_revoked kicked");
  // It may pass for two seconds; that it ever ends is what is asked.
  await until(async () => (await guardSays(lonely, kicked)) === "revocations_unknown");
  assert.equal(await guardSays(lonely, staying), "revocations_unknown");
  const answer = await fetch(`${await served(lonely)}/auth/me`, { headers: { authorization: `Bearer ${staying}` } });
  assert.deepEqual(
    [answer.status, answer.headers.get("hufu-reason"), answer.headers.get("retry-after")],
    [503, "revocations_unknown", "1"],
  );
  const refreshToken = present(present(bob).refreshToken);
  assert.equal(await verdictOf(() => lonely.protocol.refresh({ clientId: APP, refreshToken })), "store_unavailable");
  assert.equal((await lonely.ready()).ready, false);

  isCut = false;
  await until(async () => (await guardSays(lonely, staying)) === "ok");
  assert.equal(await guardSays(lonely, kicked), "token_revoked kicked");
  await until(async () => (await lonely.ready()).ready);
});

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { type TestContext, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { deployment, postForm, type RunningHufu, startHufu } from "../../server/src/cli/hufu.fixture.ts";
import { freePort } from "../../server/src/core/free-port.fixture.ts";
import { until } from "../../server/src/core/until.fixture.ts";
import { createVerifier, type Verifier } from "../../server/src/verify/index.ts";
import { haproxy, nginx, type ShippedProxy } from "../infrastructure/shipped-proxy.fixture.ts";
import { shortOrLong } from "./how-long.ts";

const LANES = shortOrLong(8, 32);
const RESTARTS = shortOrLong(1, 4);
const SECRET = randomBytes(24).toString("hex");
/** Between two requests of a lane. */
const PACE_MS = 5;

/** What was asked, and what was not answered as it should be. */
interface Load {
  requests: number;
  readonly faults: string[];
}

/** One phone: refreshes, asks who it is, and has its token checked by a back end elsewhere, time and again. */
async function live(
  issuer: string,
  code: string,
  verifier: Verifier,
  load: Load,
  isOver: () => boolean,
): Promise<void> {
  const form = { grant_type: "urn:hufu:grant-type:login-code", client_id: "wx-demo", code };
  let { body } = await postForm(`${issuer}/oauth/token`, form);
  while (!isOver()) {
    const access = String(body["access_token"]);
    load.requests += 3;
    try {
      const me = await fetch(`${issuer}/me`, { headers: { authorization: `Bearer ${access}` } });
      await me.arrayBuffer();
      if (me.status !== 200) load.faults.push(`GET /me: ${me.status}`);
      const refreshed = await postForm(`${issuer}/oauth/token`, {
        grant_type: "refresh_token",
        client_id: "wx-demo",
        refresh_token: String(body["refresh_token"]),
        attempt_id: randomBytes(16).toString("hex"),
      });
      if (refreshed.status === 200) body = refreshed.body;
      else load.faults.push(`refresh: ${refreshed.status} ${JSON.stringify(refreshed.body)}`);
      await verifier.checkToken(String(body["access_token"]));
    } catch (error) {
      load.faults.push(String(error));
    }
    await wait(PACE_MS);
  }
}

async function behind(t: TestContext, proxy: ShippedProxy, path: string): Promise<void> {
  const ports = [await freePort(), await freePort()] as const;
  process.env["HUFU_PATH"] = path;
  const front = await proxy.start(ports);
  t.after(front.close);
  const issuer = `http://127.0.0.1:${front.port}${path}`;
  const nodes: RunningHufu[] = [];
  const clients = [
    { id: "orders-api", secret: SECRET, permissions: ["hufu.revocations:read", "hufu.tokens:introspect"] },
  ];
  const where = await deployment(t, {
    issuer,
    clients,
    listen: { port: "env:HUFU_PORT" },
    drain: shortOrLong(2, 5) === 2 ? "2s" : "5s",
  });
  const start = (port: number): Promise<RunningHufu> =>
    startHufu(["serve", "--config", "hufu.json"], { ...where, env: { ...where.env, HUFU_PORT: String(port) } });
  for (const port of ports) nodes.push(await start(port));

  const verifier = createVerifier({
    issuer,
    audience: "https://api.example.com",
    feed: { clientId: "orders-api", clientSecret: SECRET },
  });
  t.after(() => verifier.close());
  // HAProxy answers 503 until it has seen each node healthy.
  await until(() =>
    verifier.ready().then(
      () => true,
      () => false,
    ),
  );

  const load: Load = { requests: 0, faults: [] };
  let isOver = false;
  const lanes = Array.from({ length: LANES }, (_, at) =>
    live(issuer, where.platform.issueCode({ user: `phone ${at}` }), verifier, load, () => isOver),
  );
  await until(() => load.requests > LANES);
  for (let round = 0; round < RESTARTS; round += 1) {
    for (const [at, port] of ports.entries()) {
      nodes[at]?.child.kill("SIGTERM");
      assert.equal((await nodes[at]?.ended)?.code, 0);
      nodes[at] = await start(port);
      await until(() => front.sendsTo(at === 0 ? 0 : 1));
    }
  }
  isOver = true;
  await Promise.all(lanes);
  assert.deepEqual(load.faults, []);
  t.diagnostic(`${load.requests} requests, ${RESTARTS * 2} restarts, none failed`);
  const { ready, checks } = verifier.health();
  assert.ok(ready, JSON.stringify(checks));
}

const CASES = [
  [nginx, "/auth"],
  [haproxy, "/sso/v2"],
  [nginx, ""],
  [haproxy, "/auth"],
] as const;

for (const [proxy, path] of CASES.slice(0, shortOrLong(2, CASES.length))) {
  const title = `verifier, ${proxy.name} with the shipped file, two nodes, issuer's path "${path}": a rolling restart fails no request`;
  test(title, (t) => behind(t, proxy, path));
}

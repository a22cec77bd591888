import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, request } from "node:http";
import { type TestContext, test } from "node:test";
import { createVerifier } from "../../verify/index.ts";
import { deployment, signInWith, startHufu, typed } from "../hufu.fixture.ts";

const SERVE = ["serve", "--config", "hufu.json"];
const ISSUER = "https://api.example.com/auth";
const CLIENT_SECRET = "5c1f3a9d7e2b4860c9d1e3f5a7b92846";
const clients = [{ id: "orders-api", secret: CLIENT_SECRET, permissions: ["hufu.revocations:read"] }];

/** A proxy that takes `/auth` off every path, and answers everything else as a shop's own pages. */
async function strippingProxy(t: TestContext, address: string): Promise<string> {
  const server = createServer((incoming, outgoing) => {
    const path = /^\/auth(\/.*)$/.exec(incoming.url ?? "")?.[1];
    if (path === undefined)
      return outgoing.writeHead(200, { "content-type": "text/html" }).end("<html>the shop</html>");
    const { method, headers } = incoming;
    const asked = request(`${address}${path}`, { method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    asked.on("error", () => outgoing.destroy());
    outgoing.on("close", () => asked.destroy());
    return incoming.pipe(asked);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const place = server.address();
  return `http://127.0.0.1:${typeof place === "object" && place !== null ? place.port : 0}`;
}

async function verifyThrough(t: TestContext, internalUrl: string, access: string): Promise<void> {
  const verifier = createVerifier({
    issuer: ISSUER,
    internalUrl,
    audience: "https://api.example.com",
    feed: { clientId: "orders-api", clientSecret: CLIENT_SECRET },
  });
  t.after(() => verifier.close());
  await verifier.ready();
  assert.deepEqual(verifier.health(), { ready: true, checks: { keys: "ok", revocations: "ok", clock: "ok" } });
  assert.equal((await verifier.checkToken(access)).clientId, "wx-demo");
}

test("behind a proxy that takes the path off: listen.path is empty, and a verifier reaches it by internalUrl", async (t) => {
  const where = await deployment(t, { issuer: ISSUER, clients, listen: { port: 0, path: "" } });
  const server = await startHufu(SERVE, where);
  assert.equal((await fetch(`${server.address}/readyz`)).status, 200);
  assert.equal((await fetch(`${server.address}/auth/readyz`)).status, 404);
  const proxy = await strippingProxy(t, server.address);
  const { body } = await signInWith(proxy, where.platform.issueCode({ user: "alice" }));
  await verifyThrough(t, `${proxy}/auth`, String(body["access_token"]));
  await verifyThrough(t, server.address, String(body["access_token"]));
});

test("an issuer without a path, and one with another path, are served where they say", async (t) => {
  for (const [issuer, path] of [
    ["https://auth.example.com", ""],
    ["https://api.example.com/sso/v2", "/sso/v2"],
  ] as const) {
    const server = await startHufu(SERVE, await deployment(t, { issuer }));
    assert.equal((await fetch(`${server.address}${path}/readyz`)).status, 200);
    const metadata = await fetch(`${server.address}/.well-known/oauth-authorization-server${path}`);
    assert.equal(((await metadata.json()) as { issuer: string }).issuer, issuer);
  }
});

test("a path or drain that makes no sense stops the start, and is named", async (t) => {
  for (const [changes, message] of [
    [{ listen: { port: 0, path: "auth" } }, /listen\.path: must be a path such as/],
    [{ listen: { port: 0, path: "/auth/" } }, /listen\.path: must be a path such as/],
    [{ drain: "5" }, /drain: /],
    [{ drain: "6m" }, /drain: .*(?:0s|5m)/],
    [{ drain: "1d" }, /drain: .*(?:0s|5m)/],
  ] as const) {
    const { code, err } = await typed(SERVE, await deployment(t, changes));
    assert.equal(code, 1);
    assert.match(err, message);
  }
});

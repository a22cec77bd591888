import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { Logger } from "../../core/log/log.ts";
import { until } from "../../core/until.fixture.ts";
import type { UserClaims } from "../../token/access-token/access-claims.ts";
import { createVerifier } from "../create-verifier.ts";
import { AUDIENCE, createSetClock, START, sign, userClaims } from "../issuer.fixture.ts";
import { CLIENT, openFeedServer } from "./feed-server.fixture.ts";
import type { FeedOptions } from "./open-feed.ts";

const UNTIL = START + 3600;

async function scene(t: TestContext, changes: Partial<FeedOptions> = {}) {
  const server = await openFeedServer();
  const clock = createSetClock();
  const logged: string[] = [];
  const quiet = (): void => undefined;
  const line = (_: object, message: string): void => void logged.push(message);
  const log: Logger = { debug: quiet, info: quiet, warn: line, error: line };
  const verifier = createVerifier({
    issuer: server.issuer,
    audience: AUDIENCE,
    clock,
    log,
    feed: { ...CLIENT, ...changes },
  });
  t.after(async () => {
    verifier.close();
    await server.close();
  });
  const claimsOf = (some: Partial<UserClaims> = {}) => userClaims({ iss: server.issuer, ...some });
  const check = async (claims: UserClaims) => verifier.checkToken(sign(claims, server.key));
  /** No stream from now on. */
  const silence = () => {
    const { instead } = server;
    server.instead = (path, request, response, body) => {
      if (path !== "/auth/revocations") return instead(path, request, response, body);
      response.writeHead(503).end();
      return true;
    };
  };
  return { server, clock, logged, verifier, claimsOf, check, silence };
}

const unknown = { name: "HufuError", reason: "revocations_unknown", retryAfter: 1 } as const;

test("in touch, a token is answered at once until its session ends", async (t) => {
  const { server, verifier, claimsOf } = await scene(t);
  assert.equal(verifier.feedAge(), undefined);
  await verifier.ready();
  assert.equal(verifier.feedAge(), 0);
  const claims = claimsOf();
  const token = sign(claims, server.key);
  const auth = verifier.checkToken(token);
  assert.ok(!(auth instanceof Promise));
  const ended: (string | undefined)[] = [];
  verifier.watch(auth, ({ why }) => ended.push(why));
  server.streams[0]?.entry("3.1", { sid: claims.sid, why: "banned", until: UNTIL });
  await until(() => ended.length > 0);
  assert.deepEqual(ended, ["banned"]);
  assert.throws(() => verifier.checkToken(token), { reason: "token_revoked", why: "banned" });
  assert.equal(server.count("/auth/introspect"), 0);
});

test("before ready, and after too long a silence, the issuer is asked about each token", async (t) => {
  const { server, clock, verifier, claimsOf, check, silence, logged } = await scene(t);
  server.onStream = () => undefined;
  const claims = claimsOf();
  const token = sign(claims, server.key);
  assert.equal((await verifier.checkToken(token)).sub, claims.sub);
  assert.equal(server.count("/auth/introspect"), 1);
  await until(() => server.streams.length === 1);
  server.streams[0]?.ready();
  server.streams[0]?.beat("3.0");
  await until(() => verifier.feedAge() === 0);
  silence();
  clock.advance(5000);
  assert.ok(!(verifier.checkToken(token) instanceof Promise));
  clock.advance(1);
  server.instead = (path, _, response, body) => {
    if (path !== "/auth/introspect") return false;
    const active = new URLSearchParams(body).get("token") !== token;
    response.end(JSON.stringify({ active }));
    return true;
  };
  silence();
  await assert.rejects(async () => verifier.checkToken(token), { reason: "token_revoked" });
  assert.ok(await check(claimsOf()));
  assert.equal(logged.filter((message) => /out of touch/.test(message)).length, 2);
});

test("what is known to be revoked is refused without a request, in touch or not", async (t) => {
  for (const outOfTouch of ["introspect", "refuse", "accept"] as const) {
    const { server, clock, verifier, claimsOf, check, silence } = await scene(t, { outOfTouch });
    await verifier.ready();
    const claims = claimsOf();
    const ended: unknown[] = [];
    verifier.watch(await check(claims), (refusal) => ended.push(refusal));
    server.streams[0]?.entry("3.1", { sid: claims.sid, why: "kicked", until: UNTIL });
    await until(() => ended.length > 0);
    silence();
    clock.advance(60_000);
    await assert.rejects(check(claims), { reason: "token_revoked", why: "kicked" }, outOfTouch);
    assert.equal(server.count("/auth/introspect"), 0);
  }
});

test("refuse answers 503 while out of touch, and lets in again after the next beat", async (t) => {
  const { server, clock, verifier, claimsOf, check } = await scene(t, { outOfTouch: "refuse", maxSilence: "3s" });
  server.onStream = () => undefined;
  await assert.rejects(check(claimsOf()), unknown);
  await until(() => server.streams.length === 1);
  server.streams[0]?.ready();
  server.streams[0]?.beat("3.0");
  await verifier.ready();
  assert.ok(await check(claimsOf()));
  clock.advance(3001);
  await assert.rejects(check(claimsOf()), unknown);
  server.onStream = (stream) => {
    stream.ready();
    stream.beat("3.0");
  };
  server.streams[0]?.cut();
  await until(() => verifier.feedAge() === 0);
  assert.ok(await check(claimsOf()));
  assert.equal(server.count("/auth/introspect"), 0);
});

test("accept lets pass, and says so once per outage", async (t) => {
  const { clock, verifier, claimsOf, check, silence, logged } = await scene(t, { outOfTouch: "accept" });
  await verifier.ready();
  silence();
  clock.advance(60_000);
  for (let at = 0; at < 5; at += 1) assert.ok(await check(claimsOf()));
  assert.equal(logged.filter((message) => /revoked tokens are accepted/.test(message)).length, 1);
});

test("a token that names only roles has the table fetched; a role's change arrives by the feed", async (t) => {
  const { server, verifier, claimsOf } = await scene(t);
  server.instead = (path, request, response) => {
    if (path !== "/auth/roles") return false;
    assert.match(String(request.headers.authorization), /^Bearer /);
    response.end(JSON.stringify({ pol: 1, roles: { member: ["order:read:own"] } }));
    return true;
  };
  await verifier.ready();
  const { permissions: _, ...claims } = claimsOf();
  const token = sign(claims, server.key);
  assert.deepEqual((await verifier.checkToken(token)).permissions, ["order:read:own"]);
  server.streams[0]?.entry("3.1", { role: "member", pol: 2, permissions: ["stock:read"], until: UNTIL });
  await until(() => {
    const auth = verifier.checkToken(token);
    return !(auth instanceof Promise) && auth.permissions[0] === "stock:read";
  });
  assert.equal(server.count("/auth/roles"), 1);
});

test("ready() says when the feed cannot be read, and a closed verifier leaves nothing open", async (t) => {
  const { server, verifier, silence } = await scene(t);
  silence();
  await assert.rejects(verifier.ready(), { reason: "revocations_unknown" });
  server.instead = () => false;
  await until(() => verifier.feedAge() !== undefined);
  await verifier.ready();
  verifier.close();
  await until(() => server.streams.every(({ closed }) => closed));
  await assert.rejects(verifier.ready(), { reason: "revocations_unknown" });
});

test("options of the feed that make no sense are named, and the secret is not shown", () => {
  for (const [changes, message] of [
    [{ clientId: "" }, /^feed.clientId/],
    [{ clientSecret: "" }, /^feed.clientSecret/],
    [{ clientSecret: undefined }, /^feed.clientSecret/],
    [{ maxSilence: "2s" }, /^feed.maxSilence/],
    [{ maxSilence: "61s" }, /^feed.maxSilence/],
    [{ outOfTouch: "hope" }, /^feed.outOfTouch: one of introspect, refuse, accept/],
  ] as const) {
    const feed = { ...CLIENT, ...changes } as object as FeedOptions;
    assert.throws(
      () => createVerifier({ issuer: "https://api.example.com", audience: AUDIENCE, feed }),
      (error: Error) => error instanceof TypeError && message.test(error.message) && !/secret:/.test(error.message),
    );
  }
});

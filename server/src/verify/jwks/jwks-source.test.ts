import assert from "node:assert/strict";
import { test } from "node:test";
import { silentLogger } from "../../core/log.ts";
import { createSigningKey, type SigningKey } from "../../token/signing-key.ts";
import { createSetClock, ISSUER } from "../issuer.fixture.ts";
import { createIssuerServer } from "../issuer-server.fixture.ts";
import { COOLDOWN_MS, createJwksSource, FRESH_MS } from "./jwks-source.ts";

const [one, two] = [createSigningKey("ES256"), createSigningKey("ES256")];
const JWKS = `${ISSUER}/.well-known/jwks.json`;

function createScene(...keys: readonly SigningKey[]) {
  const server = createIssuerServer(ISSUER, ...keys);
  const clock = createSetClock();
  const gone: string[] = [];
  const source = createJwksSource({
    issuer: ISSUER,
    fetch: server.fetch,
    clock,
    log: silentLogger,
    onGone: (kid) => gone.push(kid),
  });
  return { server, clock, gone, source };
}

/** Lets what goes on behind the scenes come to rest. */
const rest = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("keys come from where the issuer's own description says", async () => {
  const { server, source } = createScene(one);
  await source.ready();
  assert.equal(source.find(one.kid)?.kid, one.kid);
  assert.deepEqual(server.requests, ["https://api.example.com/.well-known/oauth-authorization-server/auth", JWKS]);
  await source.ready();
  assert.equal(server.requests.length, 2);
});

test("a flood of unknown keys asks the issuer once per cooldown, and at one time (F27)", async () => {
  const { server, clock, source } = createScene(one);
  await source.ready();
  server.requests.length = 0;
  const flood = () => Promise.all(Array.from({ length: 500 }, (_, i) => source.seek(`made-up-${i}`)));
  assert.ok((await flood()).every((key) => key === undefined));
  assert.equal(server.requests.length, 0, "the keys were fetched a moment ago");
  for (let round = 1; round <= 3; round += 1) {
    clock.advance(COOLDOWN_MS - 1);
    await flood();
    assert.equal(server.requests.length, round - 1);
    clock.advance(1);
    await flood();
    await flood();
    assert.equal(server.requests.length, round);
  }
});

test("everybody who comes before the first keys waits for the same request", async () => {
  const { server, source } = createScene(one);
  const found = await Promise.all(Array.from({ length: 50 }, () => source.seek(one.kid)));
  assert.ok(found.every((key) => key?.kid === one.kid));
  assert.equal(server.requests.length, 2);
});

test("a new key is found as soon as a token names it", async () => {
  const { server, clock, source } = createScene(one);
  await source.ready();
  server.publish(one, two);
  clock.advance(COOLDOWN_MS);
  assert.equal(source.find(two.kid), undefined);
  assert.equal((await source.seek(two.kid))?.kid, two.kid);
});

test("keys older than five minutes are fetched again behind the scenes, once", async () => {
  const { server, clock, source } = createScene(one);
  await source.ready();
  clock.advance(FRESH_MS - 1);
  assert.ok(source.find(one.kid));
  await rest();
  assert.equal(server.requests.length, 2);
  clock.advance(1);
  for (let i = 0; i < 20; i += 1) assert.ok(source.find(one.kid), "nobody waits");
  await rest();
  assert.equal(server.requests.length, 3);
});

test("a key that is published no more is dropped, and whoever keeps its tokens is told", async () => {
  const { server, clock, gone, source } = createScene(one, two);
  await source.ready();
  server.publish(two);
  clock.advance(FRESH_MS);
  source.find(one.kid);
  await rest();
  assert.equal(source.find(one.kid), undefined);
  assert.ok(source.find(two.kid));
  assert.deepEqual(gone, [one.kid]);
});

test("a name that means another key now counts as gone", async () => {
  const { server, clock, gone, source } = createScene(one);
  await source.ready();
  const before = source.find(one.kid);
  server.answer(JWKS, () => Response.json({ keys: [{ ...two.publicJwk, kid: one.kid }] }));
  clock.advance(FRESH_MS);
  source.find(one.kid);
  await rest();
  assert.deepEqual(gone, [one.kid]);
  assert.notEqual(source.find(one.kid), before);
});

test("the last good keys stay while the issuer is down, talks nonsense or publishes nothing of use", async () => {
  const { alg: _, ...bare } = two.publicJwk;
  const faults: readonly ((server: ReturnType<typeof createIssuerServer>) => void)[] = [
    (server) => {
      server.down = true;
    },
    (server) => server.answer(JWKS, () => new Response("busy", { status: 503 })),
    (server) => server.answer(JWKS, () => new Response("<html>")),
    (server) => server.answer(JWKS, () => Response.json({ keys: [] })),
    (server) => server.answer(JWKS, () => Response.json({ keys: [bare] })),
    (server) => server.answer(JWKS, () => new Response(" ".repeat(200_000))),
  ];
  for (const fault of faults) {
    const { server, clock, gone, source } = createScene(one);
    await source.ready();
    fault(server);
    for (let i = 0; i < 5; i += 1) {
      clock.advance(FRESH_MS);
      assert.ok(source.find(one.kid));
      await rest();
      await rest();
    }
    assert.ok(source.find(one.kid));
    assert.deepEqual(gone, []);
    await assert.rejects(source.seek("unknown"), { reason: "revocations_unknown", retryAfter: 10 });
  }
});

test("an issuer that is down from the start is 503, once per cooldown, and is found when it is back", async () => {
  const { server, clock, source } = createScene(one);
  server.down = true;
  for (let i = 0; i < 20; i += 1) await assert.rejects(source.seek(one.kid), { reason: "revocations_unknown" });
  assert.equal(server.requests.length, 1);
  await assert.rejects(source.ready(), { reason: "revocations_unknown" });
  server.down = false;
  clock.advance(COOLDOWN_MS);
  assert.equal((await source.seek(one.kid))?.kid, one.kid);
});

test("after a failure the description is read again: the keys may have moved", async () => {
  const { server, clock, source } = createScene(one);
  await source.ready();
  server.down = true;
  clock.advance(FRESH_MS);
  source.find(one.kid);
  await rest();
  server.down = false;
  const moved = "https://keys.example.com/jwks";
  server.answer("https://api.example.com/.well-known/oauth-authorization-server/auth", () =>
    Response.json({ issuer: ISSUER, jwks_uri: moved }),
  );
  server.answer(moved, () => Response.json({ keys: [two.publicJwk] }));
  clock.advance(COOLDOWN_MS);
  assert.equal((await source.seek(two.kid))?.kid, two.kid);
});

test("another issuer's description brings no keys", async () => {
  const { server, source } = createScene(one);
  server.answer("https://api.example.com/.well-known/oauth-authorization-server/auth", () =>
    Response.json({ issuer: "https://elsewhere.example.com", jwks_uri: JWKS }),
  );
  await assert.rejects(source.ready(), { reason: "revocations_unknown" });
  assert.equal(source.find(one.kid), undefined);
  assert.equal(server.requests.includes(JWKS), false);
});

test("a closed source asks for nothing more and keeps what it has", async () => {
  const { server, clock, source } = createScene(one);
  await source.ready();
  source.close();
  clock.advance(FRESH_MS);
  assert.ok(source.find(one.kid));
  await assert.rejects(source.seek("unknown"), { reason: "revocations_unknown" });
  await rest();
  assert.equal(server.requests.length, 2);
});

test("a key that the issuer's node cannot publish is 503, and an unknown one is not", async () => {
  const { server, source } = createScene(one);
  server.answer(JWKS, () => Response.json({ keys: [one.publicJwk], unavailable_kids: [two.kid, 7] }));
  await source.ready();
  assert.ok(source.find(one.kid));
  await assert.rejects(source.seek(two.kid), { reason: "revocations_unknown" });
  assert.equal(await source.seek("unknown"), undefined);
});

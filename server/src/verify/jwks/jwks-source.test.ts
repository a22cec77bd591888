import assert from "node:assert/strict";
import { test } from "node:test";
import type { HufuError } from "../../core/errors/errors.ts";
import { silentLogger } from "../../core/log/log.ts";
import { createNotices } from "../../core/log/notices.ts";
import { createSigningKey, type SigningKey } from "../../token/keys/signing-key.ts";
import { createSetTime } from "../feed/set-time.fixture.ts";
import { ISSUER } from "../issuer.fixture.ts";
import { issuerAddress } from "../issuer-address.ts";
import { createIssuerServer } from "../issuer-server.fixture.ts";
import { COOLDOWN_MS, createJwksSource, FRESH_MS, LOOKUP_EVERY_MS } from "./jwks-source.ts";

const [one, two] = [createSigningKey("ES256"), createSigningKey("ES256")];
const JWKS = `${ISSUER}/.well-known/jwks.json`;

function createScene(...keys: readonly SigningKey[]) {
  const server = createIssuerServer(ISSUER, ...keys);
  const clock = createSetTime();
  const gone: string[] = [];
  const source = createJwksSource({
    address: issuerAddress(ISSUER),
    fetch: server.fetch,
    clock,
    pause: clock.pause,
    log: silentLogger,
    notices: createNotices({ log: silentLogger, clock }),
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

/** Asks for keys that are not at hand, and lets the time pass that the next request has to wait. */
async function sought<T>(clock: ReturnType<typeof createSetTime>, seek: () => Promise<T>): Promise<T> {
  const answer = seek();
  answer.catch(() => undefined);
  await rest();
  clock.advance(LOOKUP_EVERY_MS);
  return answer;
}

test("a stream of unknown keys asks the issuer once a second, and all who wait share the answer (F27)", async () => {
  const { server, clock, source } = createScene(one);
  await source.ready();
  server.requests.length = 0;
  const flood = () => Promise.all(Array.from({ length: 500 }, (_, i) => source.seek(`made-up-${i}`)));
  for (let round = 1; round <= 3; round += 1) {
    const answers = await sought(clock, flood);
    assert.ok(answers.every((key) => key === undefined));
    assert.equal(server.requests.length, round);
  }
});

test("a key that is published after a request began is found by the next one, not refused for the cooldown", async () => {
  const { server, clock, source } = createScene(one);
  await source.ready();
  let answer: () => void = () => undefined;
  server.answer(
    JWKS,
    () => new Promise((resolve) => (answer = () => resolve(Response.json({ keys: [one.publicJwk] })))),
  );
  const madeUp = source.seek("made-up");
  await rest();
  clock.advance(LOOKUP_EVERY_MS);
  await rest();
  // The emergency change comes while the issuer is answering for the made-up name.
  const found = source.seek(two.kid);
  answer();
  server.publish(two);
  assert.equal(await madeUp, undefined);
  await rest();
  clock.advance(LOOKUP_EVERY_MS);
  assert.equal((await found)?.kid, two.kid);
});

test("an unknown key while the issuer does not answer is 503, not 401", async () => {
  const { server, clock, source } = createScene(one);
  await source.ready();
  server.answer(JWKS, () => new Response("busy", { status: 503 }));
  await assert.rejects(
    sought(clock, () => source.seek(two.kid)),
    (error: HufuError) => {
      assert.equal(error.reason, "revocations_unknown");
      assert.match(error.detail ?? "", new RegExp(`GET ${JWKS}: answered with status 503`));
      return true;
    },
  );
});

test("more than a thousand who wait are 503 at once", async () => {
  const { clock, source } = createScene(one);
  await source.ready();
  const waiting = Array.from({ length: 1000 }, () => source.seek("made-up"));
  await assert.rejects(source.seek("one too many"), { reason: "revocations_unknown" });
  clock.advance(LOOKUP_EVERY_MS);
  assert.ok((await Promise.all(waiting)).every((key) => key === undefined));
});

test("a revoked key is asked for past every cache until it is gone, though other nodes publish it for longer", async () => {
  const { server, clock, source } = createScene(one);
  await source.ready();
  const asked: (string | null)[] = [];
  let stale = 3;
  server.answer(JWKS, (init) => {
    asked.push(new Headers(init.headers).get("cache-control"));
    stale -= 1;
    return Response.json({ keys: [(stale > 0 ? one : two).publicJwk] });
  });
  source.chase((kid) => kid === one.kid);
  for (let second = 0; second < 6; second += 1) {
    await rest();
    clock.advance(LOOKUP_EVERY_MS);
    await rest();
  }
  assert.deepEqual(asked, ["no-cache", "no-cache", "no-cache"]);
  assert.equal(source.find(one.kid), undefined);
  assert.equal(source.find(two.kid)?.kid, two.kid, "the key that took its place is at hand");
});

test("all calls before the first keys wait for the same request", async () => {
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
  assert.equal((await sought(clock, () => source.seek(two.kid)))?.kid, two.kid);
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

test("a key that is published no more is dropped, and the cache of its tokens is told", async () => {
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
    await assert.rejects(
      sought(clock, () => source.seek("unknown")),
      { reason: "revocations_unknown", retryAfter: 1 },
    );
  }
});

test("an issuer that is down from the start is 503, asked once a second, and is found when it is back", async () => {
  const { server, clock, source } = createScene(one);
  server.down = true;
  const flood = () => Promise.allSettled(Array.from({ length: 20 }, () => source.seek(one.kid)));
  assert.ok((await flood()).every(({ status }) => status === "rejected"));
  assert.equal(server.requests.length, 2, "the description, at both its places");
  server.down = false;
  assert.equal((await sought(clock, () => source.seek(one.kid)))?.kid, one.kid);
});

test("ready rejects with the URL that was asked", async () => {
  const { server, source } = createScene(one);
  server.down = true;
  await assert.rejects(source.ready(), (error: HufuError) => {
    assert.equal(error.reason, "revocations_unknown");
    assert.match(
      error.detail ?? "",
      /GET https:\/\/api\.example\.com\/auth\/\.well-known\/oauth-authorization-server: fetch failed/,
    );
    return true;
  });
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
  assert.equal((await sought(clock, () => source.seek(two.kid)))?.kid, two.kid);
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
  const { server, clock, source } = createScene(one);
  server.answer(JWKS, () => Response.json({ keys: [one.publicJwk], unavailable_kids: [two.kid, 7] }));
  await source.ready();
  assert.ok(source.find(one.kid));
  await assert.rejects(
    sought(clock, () => source.seek(two.kid)),
    { reason: "revocations_unknown" },
  );
  assert.equal(await sought(clock, () => source.seek("unknown")), undefined);
});

import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { Logger } from "../../core/log/log.ts";
import { systemRandom } from "../../core/random.ts";
import { until } from "../../core/until.fixture.ts";
import { createIssuerEndpoints } from "../issuer/issuer-endpoints.ts";
import { createOwnToken } from "../issuer/own-token.ts";
import { START, userClaims } from "../issuer.fixture.ts";
import { issuerAddress } from "../issuer-address.ts";
import { createRevocationList } from "../revocation-list/revocation-list.ts";
import { CLIENT, type FeedServer, openFeedServer } from "./feed-server.fixture.ts";
import { followFeed } from "./follow-feed.ts";
import { createSetTime } from "./set-time.fixture.ts";
import { createTouch } from "./touch.ts";

const UNTIL = START + 3600;

async function follow(t: TestContext, prepare: (server: FeedServer) => void = () => undefined) {
  const server = await openFeedServer();
  prepare(server);
  const time = createSetTime();
  const stop = new AbortController();
  const logged: string[] = [];
  const quiet = (): void => undefined;
  const line = (level: string) => (fields: object, message: string) => {
    const { why } = fields as { readonly why?: string };
    logged.push(`${level}: ${message}${why === undefined ? "" : `: ${why}`}`);
  };
  const log: Logger = { debug: quiet, info: line("info"), warn: line("warn"), error: line("error") };
  const list = createRevocationList({ clock: time });
  const touch = createTouch(time);
  const { issuer } = server;
  const common = { issuer, address: issuerAddress(issuer), fetch: globalThis.fetch, clock: time, stop: stop.signal };
  const endpoints = createIssuerEndpoints(common);
  const ownToken = createOwnToken({ ...common, ...CLIENT, endpoints });
  const follower = followFeed({ ...common, ownToken, list, touch, random: systemRandom, pause: time.pause, log });
  t.after(async () => {
    stop.abort(new Error("the test is over"));
    await server.close();
  });
  const stream = async (at: number) => {
    await until(() => server.streams.length > at);
    const opened = server.streams[at];
    assert.ok(opened);
    return opened;
  };
  /** Lets time go by until there are so many streams. */
  const untilStreams = (count: number) =>
    until(() => {
      if (server.streams.length < count) time.advance(50);
      return server.streams.length >= count;
    });
  return { server, time, list, touch, follower, logged, stream, untilStreams };
}

const kicked = () => {
  const claims = userClaims();
  return { claims, entry: { sid: claims.sid, why: "kicked", until: UNTIL } };
};

test("what is alive counts from ready on, and only a beat confirms it", async (t) => {
  const { claims, entry } = kicked();
  const { server, list, touch, follower, stream } = await follow(t, (s) => {
    s.onStream = () => undefined;
  });
  const first = await stream(0);
  assert.equal(first.lastEventId, undefined);
  first.entry("3.1", entry);
  first.ready();
  await until(() => list.verdict(claims)?.why === "kicked");
  assert.equal(touch.age(), undefined);
  first.beat("3.1");
  await follower.ready();
  assert.equal(touch.age(), 0);
  assert.equal(server.count("/auth/token"), 1);
});

test("news of the tail counts at once, and the age grows until the next beat, by either clock", async (t) => {
  const { claims, entry } = kicked();
  const { time, list, touch, follower, stream } = await follow(t);
  await follower.ready();
  const first = await stream(0);
  time.advance(700);
  assert.equal(touch.age(), 700);
  first.entry("3.1", entry);
  await until(() => list.verdict(claims) !== undefined);
  assert.equal(touch.age(), 700);
  first.beat("3.1");
  await until(() => touch.age() === 0);
  time.stepWall(60_000);
  assert.equal(touch.age(), 60_000);
  time.stepWall(-3_600_000);
  assert.equal(touch.age(), 0);
});

for (const way of ["cut", "end"] as const) {
  test(`a stream that was ${way} is opened again at once, and goes on where it was`, async (t) => {
    const { claims, entry } = kicked();
    const { server, time, list, touch, follower, stream } = await follow(t);
    await follower.ready();
    server.onStream = () => undefined;
    const first = await stream(0);
    first.entry("3.7", { jti: "other", why: "logged_out", until: UNTIL });
    first.beat("3.9");
    await until(() => touch.confirmations === 2);
    time.advance(1500);
    first[way]();
    const second = await stream(1);
    assert.equal(second.lastEventId, "3.9");
    assert.equal(touch.age(), 1500);
    second.entry("3.10", entry);
    second.ready();
    second.beat("3.10");
    await until(() => list.verdict(claims) !== undefined);
    assert.equal(list.size, 2);
  });
}

test("a stream that was cut before ready is read from the beginning", async (t) => {
  const { list, stream, untilStreams } = await follow(t, (s) => {
    s.onStream = () => undefined;
  });
  const first = await stream(0);
  first.entry("3.1", kicked().entry);
  first.cut();
  await untilStreams(2);
  assert.equal((await stream(1)).lastEventId, undefined);
  assert.equal(list.size, 0);
});

test("a stream without a beat for 2.5 s is given up, even if it brings other data", async (t) => {
  const { time, list, follower, logged, stream } = await follow(t);
  await follower.ready();
  const first = await stream(0);
  for (let at = 1; at < 10; at += 1) {
    time.advance(250);
    first.send(": still here\n\n");
    first.entry(`3.${at}`, kicked().entry);
    await until(() => list.size === at);
  }
  time.advance(250);
  assert.equal(first.closed, false);
  time.advance(10);
  await until(() => first.closed);
  assert.match(String(logged[0]), /fell silent/);
});

test("a stream that drips is given up too: half an event is nothing", async (t) => {
  const { time, logged, stream, untilStreams } = await follow(t, (s) => {
    s.onStream = () => undefined;
  });
  const first = await stream(0);
  for (const character of "event: ready") {
    first.send(character);
    time.advance(250);
  }
  await untilStreams(2);
  assert.match(String(logged[0]), /fell silent/);
});

test("beats that were held back confirm the moment at which they were sent, and not at all if that is long ago", async (t) => {
  const { time, touch, follower, logged, stream, untilStreams } = await follow(t);
  await follower.ready();
  const first = await stream(0);
  time.advance(2400);
  first.beat("3.0", START);
  // 2,400 ms after the first with the same second: 1,400 of them cannot be the grain.
  await until(() => touch.age() === 1400);
  time.advance(2000);
  first.beat("3.0", START);
  await untilStreams(2);
  assert.match(String(logged[0]), /come late/);
});

test("a server whose clock is wrong by minutes confirms like any other", async (t) => {
  for (const wrong of [-600, 600]) {
    const { time, touch, follower, stream } = await follow(t, (s) => {
      s.now = () => START + wrong;
    });
    await follower.ready();
    const first = await stream(0);
    time.advance(1000);
    first.beat("3.0", START + wrong + 1);
    await until(() => touch.confirmations === 2);
    assert.equal(touch.age(), 0);
  }
});

test("a first beat long after the question confirms nothing, and the next stream starts there", async (t) => {
  const { time, touch, list, stream, untilStreams } = await follow(t, (s) => {
    s.onStream = () => undefined;
  });
  const first = await stream(0);
  for (let at = 1; at <= 4; at += 1) {
    first.entry(`3.${at}`, { jti: `j${at}`, why: "logged_out", until: UNTIL });
    await new Promise((resolve) => setTimeout(resolve, 20));
    time.advance(1000);
  }
  first.ready();
  first.beat("3.4");
  await untilStreams(2);
  assert.equal(touch.age(), undefined);
  assert.equal(list.size, 4);
  assert.equal((await stream(1)).lastEventId, "3.4");
});

test("what is not understood ends touch, what came before it counts, and it is asked for again", async (t) => {
  const { claims, entry } = kicked();
  const { server, list, touch, follower, logged, stream } = await follow(t);
  await follower.ready();
  server.onStream = () => undefined;
  const first = await stream(0);
  first.send(
    `id: 3.1\nevent: revoke\ndata: ${JSON.stringify(entry)}\n\n` +
      `id: 3.2\nevent: revoke\ndata: {"device":"d","why":"lost","until":${UNTIL}}\n\n` +
      `event: beat\ndata: {"cursor":"3.2","at":${START}}\n\n`,
  );
  await until(() => first.closed);
  assert.equal(list.verdict(claims)?.why, "kicked");
  assert.equal(touch.confirmations, 1);
  assert.equal((await stream(1)).lastEventId, "3.1");
  assert.match(String(logged[0]), /^error: the revocation feed said what cannot be: an entry of an unknown kind/);
});

test("cursors that run backwards or repeat with something else have everything read anew", async (t) => {
  const one = { jti: "one", why: "logged_out", until: UNTIL };
  for (const wrong of ["3.4", "3.5", "4.6", "3"]) {
    const { list, follower, stream } = await follow(t);
    await follower.ready();
    const first = await stream(0);
    first.entry("3.5", one);
    first.entry("3.5", one);
    first.entry(wrong, { ...one, jti: "two" });
    await until(() => first.closed);
    assert.equal((await stream(1)).lastEventId, wrong === "3" ? "3.5" : undefined, wrong);
    if (wrong === "3") assert.equal(list.size, 1);
  }
});

test("a reset builds the list aside: versions change with the swap, and what has ended stays ended", async (t) => {
  const changed = () => {
    const claims = userClaims();
    return { claims, entry: { sub: claims.sub, ver: claims.ver + 1, why: "roles_changed", until: UNTIL } };
  };
  const [both, old, fresh, ended] = [changed(), changed(), changed(), kicked()];
  const { list, touch, follower, stream } = await follow(t);
  await follower.ready();
  const first = await stream(0);
  first.entry("3.1", both.entry);
  first.entry("3.2", old.entry);
  first.entry("3.3", ended.entry);
  await until(() => list.size === 3);
  const seen: unknown[] = [];
  list.onChange(() => seen.push(list.verdict(both.claims)?.why));
  first.reset();
  first.entry("4.1", fresh.entry);
  first.entry("4.2", both.entry);
  first.beat("4.2");
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(list.verdict(old.claims)?.why, "roles_changed");
  assert.equal(list.verdict(fresh.claims), undefined);
  assert.equal(list.verdict(ended.claims)?.why, "kicked");
  assert.equal(touch.confirmations, 1);
  first.ready();
  await until(() => list.verdict(fresh.claims) !== undefined);
  assert.equal(list.verdict(old.claims), undefined);
  assert.equal(list.verdict(ended.claims)?.why, "kicked");
  assert.deepEqual([...new Set(seen)], ["roles_changed"]);
  first.beat("4.2");
  await until(() => touch.confirmations === 2);
});

test("a line without an end, and bytes that are no text, are given up", async (t) => {
  for (const send of ["data: ".padEnd(300_000, "x"), "event: revo\nke\n\n", "event: \ndata: x\n\n"]) {
    const { follower, stream } = await follow(t);
    await follower.ready();
    const first = await stream(0);
    first.send(send);
    await until(() => first.closed);
    await stream(1);
  }
});

test("a refused token is replaced once, and then it is a failure", async (t) => {
  let refusals = 1;
  const { server, time, follower } = await follow(t, (s) => {
    s.instead = (path, _, response) => {
      if (path !== "/auth/revocations" || refusals === 0) return false;
      refusals -= 1;
      response.writeHead(401).end();
      return true;
    };
  });
  await follower.ready();
  assert.equal(server.count("/auth/token"), 2);
  refusals = 4;
  time.advance(1000);
  server.streams[0]?.cut();
  await until(() => {
    if (server.streams.length === 1) time.advance(50);
    return server.streams.length === 2;
  });
  assert.equal(server.count("/auth/revocations"), 7);
  assert.equal(server.count("/auth/token"), 4);
});

test("answers that are no stream are failures, told once, with growing pauses of two seconds at most", async (t) => {
  for (const status of [403, 503, 200, 302]) {
    const { server, time, follower, logged } = await follow(t, (s) => {
      s.instead = (path, _, response) => {
        if (path !== "/auth/revocations") return false;
        response.writeHead(status, { location: "/auth/token", "content-type": "text/html" }).end("hello");
        return true;
      };
    });
    await assert.rejects(follower.ready(), { reason: "revocations_unknown" });
    const tries = () => server.count("/auth/revocations");
    assert.equal(tries(), 2);
    await until(() => {
      if (tries() < 12) time.advance(100);
      return tries() >= 12;
    });
    const pauses = time.asked.filter((ms) => ms !== 2501);
    assert.ok(
      pauses.every((ms) => ms <= 2000),
      String(pauses),
    );
    assert.ok((pauses.at(-1) ?? 0) >= 1000, String(pauses));
    assert.equal(logged.length, 1, String(logged));
  }
});

test("another issuer's description or token is refused, and the feed is never asked", async (t) => {
  for (const prepare of [
    (server: FeedServer) => {
      server.tokenIssuer = "https://api.example.com/other";
    },
    (server: FeedServer) => {
      server.instead = (path, _, response) => {
        if (!path.startsWith("/.well-known")) return false;
        const other = { issuer: "https://api.example.com/other", token_endpoint: `${server.issuer}/token` };
        response.writeHead(200).end(JSON.stringify(other));
        return true;
      };
    },
  ]) {
    const { server, follower, logged } = await follow(t, prepare);
    await assert.rejects(follower.ready(), { reason: "revocations_unknown" });
    assert.equal(server.count("/auth/revocations"), 0);
    assert.match(String(logged[0]), /another issuer's/);
  }
});

test("our own token is renewed before it ends, and one serves many streams", async (t) => {
  const { server, time, follower, stream, untilStreams } = await follow(t);
  await follower.ready();
  (await stream(0)).cut();
  await untilStreams(2);
  await until(() => server.streams[1] !== undefined);
  assert.equal(server.count("/auth/token"), 1);
  time.advance(481_000);
  await untilStreams(3);
  assert.equal(server.count("/auth/token"), 2);
});

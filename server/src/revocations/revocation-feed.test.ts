import assert from "node:assert/strict";
import { test } from "node:test";
import { silentLogger } from "../core/log/log.ts";
import { followOutbox } from "./follow-outbox.ts";
import { type AnOutbox, anEntry, anOutbox } from "./outbox.fixture.ts";
import { createFeed, type OutgoingEvent, type OutgoingStream } from "./revocation-feed.ts";

async function start(store: AnOutbox = anOutbox()) {
  const time = { ms: 0 };
  const clock = { now: () => time.ms, monotonic: () => time.ms };
  const nothing = (): void => undefined;
  const follower = await followOutbox({ store, clock, apply: nothing, reset: nothing });
  const feed = createFeed({ store, follower, clock, log: silentLogger });
  return { store, time, follower, feed };
}

/** `+3` an entry, `ready3`, `beat3`, `reset`. */
function inShort(event: OutgoingEvent): string {
  if (event.kind === "reset") return "reset";
  return `${event.kind === "revoke" ? "+" : event.kind}${event.cursor.number}`;
}

/** What the stream tells until something matches. */
function reader({ events }: OutgoingStream) {
  const iterator = events[Symbol.asyncIterator]();
  const next = async (): Promise<string | undefined> => {
    const { done, value } = await iterator.next();
    return done === true ? undefined : value.map(inShort).join(" ");
  };
  return {
    next,
    async until(last: RegExp): Promise<string> {
      const told: string[] = [];
      for (;;) {
        const some = await next();
        assert.ok(some !== undefined, `the stream ended after: ${told.join(" ")}`);
        told.push(some);
        if (last.test(some)) return told.join(" ");
      }
    },
  };
}

test("first what is alive, then ready, a beat, and the tail", async () => {
  const store = anOutbox();
  store.entries = [anEntry(1), anEntry(2, -1), anEntry(3)];
  const { feed, follower, time } = await start(store);
  const stream = reader(await feed.open(undefined));
  assert.equal(await stream.until(/ready/), "+1 +3 ready3 beat3");
  store.entries.push(anEntry(4));
  time.ms += 500;
  await follower.poll();
  assert.equal(await stream.next(), "+4 beat4");
  time.ms += 500;
  await follower.poll();
  assert.equal(await stream.next(), "beat4");
});

test("a cursor says where to go on; one that is ahead, or of another epoch, begins anew after a reset", async () => {
  const store = anOutbox();
  store.entries = [anEntry(1), anEntry(2), anEntry(3)];
  const { feed } = await start(store);
  const told = async (epoch: number, number: number): Promise<string> =>
    reader(await feed.open({ epoch, number })).until(/ready/);
  assert.equal(await told(1, 2), "+3 ready3 beat3");
  assert.equal(await told(1, 3), "ready3 beat3");
  assert.equal(await told(1, 4), "reset +1 +2 +3 ready3 beat3");
  assert.equal(await told(2, 1), "reset +1 +2 +3 ready3 beat3");
  assert.equal(await told(0, 9), "reset +1 +2 +3 ready3 beat3");
});

test("what is committed while the first page is read is told once, and never before ready is true", async () => {
  const { store, feed, follower, time } = await start();
  const stream = reader(await feed.open(undefined));
  store.entries = [anEntry(1)];
  await follower.poll();
  assert.equal(await stream.until(/ready/), "ready0 beat0");
  time.ms += 500;
  store.entries.push(anEntry(2));
  await follower.poll();
  assert.equal(await stream.until(/2/), "+1 beat1 +2");
});

test("a reading that began a second ago or earlier is not confirmed, but its entries are told", async () => {
  const { store, feed, follower, time } = await start();
  const stream = reader(await feed.open(undefined));
  assert.equal(await stream.until(/ready/), "ready0 beat0");
  let letGo = (): void => undefined;
  store.held = new Promise((resolve) => {
    letGo = resolve;
  });
  store.entries = [anEntry(1)];
  const polled = follower.poll();
  time.ms += 1000;
  letGo();
  store.held = undefined;
  await polled;
  assert.equal(await stream.next(), "+1");
});

test("without its database a node says nothing, and goes on when it is back", async () => {
  const { store, feed, follower, time } = await start();
  const stream = reader(await feed.open(undefined));
  await stream.until(/ready/);
  store.down = true;
  time.ms += 500;
  await assert.rejects(follower.poll());
  await assert.rejects(feed.open(undefined));
  await assert.rejects(feed.page(undefined, 10));
  store.down = false;
  time.ms += 500;
  await follower.poll();
  assert.equal(await stream.next(), "beat0");
});

test("a restore while it runs: reset, everything that is alive, ready", async () => {
  const store = anOutbox();
  store.entries = [anEntry(1), anEntry(2)];
  const { feed, follower, time } = await start(store);
  const stream = reader(await feed.open(undefined));
  await stream.until(/ready/);
  store.epoch = 2;
  store.entries = [anEntry(1)];
  time.ms += 500;
  await follower.poll();
  assert.equal(await stream.until(/ready/), "reset +1 ready1 beat1");
});

test("many readings a second make no flood of beats", async () => {
  const { feed, follower, time } = await start();
  const stream = reader(await feed.open(undefined));
  await stream.until(/ready/);
  for (let ms = 0; ms < 200; ms += 10) {
    time.ms += 10;
    await follower.poll();
  }
  assert.equal(await stream.next(), "beat0");
  feed.end();
  assert.equal(await stream.next(), undefined);
});

test("a reader that falls too far behind is let go, and finds its place again", async () => {
  const { store, feed, follower } = await start();
  const opened = await feed.open(undefined);
  store.entries = Array.from({ length: 20_001 }, (_, index) => anEntry(index + 1));
  await follower.poll();
  const stream = reader(opened);
  assert.equal(await stream.until(/ready/), "ready0 beat0");
  assert.equal(await stream.next(), undefined);
  assert.equal(feed.readers(), 0);
  const again = reader(await feed.open({ epoch: 1, number: 0 }));
  assert.match(await again.until(/ready/), /^\+1 .*\+20001 ready20001/);
});

test("a reader that goes, and a node that stops, end the stream of every waiting reader", async () => {
  const { feed } = await start();
  const gone = await feed.open(undefined);
  const other = await feed.open(undefined);
  assert.equal(feed.readers(), 2);
  const readers = [reader(gone), reader(other)];
  for (const one of readers) await one.until(/ready/);
  const waiting = readers.map((one) => one.next());
  gone.close();
  assert.equal(await waiting[0], undefined);
  assert.equal(feed.readers(), 1);
  feed.end();
  assert.equal(await waiting[1], undefined);
  assert.equal(feed.readers(), 0);
  const late = reader(await feed.open(undefined));
  await late.until(/ready/);
  assert.equal(await late.next(), undefined);
});

test("pages go on where the last one ended, skip what is over, and say when they begin anew", async () => {
  const store = anOutbox();
  store.entries = [anEntry(1), anEntry(2, -1), anEntry(3), anEntry(4)];
  const { feed } = await start(store);
  const numbers = async (after: number | undefined, limit: number, epoch = 1) => {
    const page = await feed.page(after === undefined ? undefined : { epoch, number: after }, limit);
    return [page.entries.map(({ number }) => number), page.cursor.number, page.hasMore, page.isReset];
  };
  assert.deepEqual(await numbers(undefined, 2), [[1], 2, true, false]);
  assert.deepEqual(await numbers(2, 2), [[3, 4], 4, false, false]);
  assert.deepEqual(await numbers(4, 2), [[], 4, false, false]);
  assert.deepEqual(await numbers(5, 2), [[1], 2, true, true]);
  assert.deepEqual(await numbers(2, 3, 7), [[1, 3], 3, true, true]);
});

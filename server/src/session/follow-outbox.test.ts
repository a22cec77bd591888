import assert from "node:assert/strict";
import { test } from "node:test";
import type { RevocationEntry } from "../store/records.ts";
import type { RevocationStore } from "../store/revocations.ts";
import { followOutbox } from "./follow-outbox.ts";

const clock = { now: () => 0, monotonic: () => 0 };

function entry(number: number): RevocationEntry {
  return { number, revocation: { jti: `token-${number}`, why: "logged_out" }, until: 1 };
}

/** An outbox whose contents and epoch can be set, and which can be made to fail. */
function outbox(): RevocationStore & { entries: RevocationEntry[]; epoch: number; down: boolean } {
  const box = {
    entries: [] as RevocationEntry[],
    epoch: 1,
    down: false,
    end: () => ({ epoch: box.epoch, number: box.entries.at(-1)?.number ?? 0 }),
    async after(number: number, limit: number) {
      if (box.down) throw new Error("the database is away");
      const entries = box.entries.filter((one) => one.number > number).slice(0, limit);
      return { entries, end: box.end(), now: 0 };
    },
    async live() {
      if (box.down) throw new Error("the database is away");
      return { entries: box.entries, end: box.end(), now: 0 };
    },
    async append(): Promise<RevocationEntry> {
      throw new Error("nobody appends here");
    },
  };
  return box;
}

async function follow(store: RevocationStore) {
  const seen: number[] = [];
  const follower = await followOutbox({
    store,
    clock,
    apply: (entries) => seen.push(...entries.map((one) => one.number)),
    reset: () => seen.push(-1),
  });
  return { follower, seen };
}

test("everything that is alive has been read before the first request", async () => {
  const store = outbox();
  store.entries = [entry(1), entry(2)];
  const { seen, follower } = await follow(store);
  assert.deepEqual(seen, [1, 2]);
  assert.deepEqual(follower.cursor(), { epoch: 1, number: 2 });
});

test("a poll reads what is new, page after page, and each entry once", async () => {
  const store = outbox();
  const { seen, follower } = await follow(store);
  store.entries = Array.from({ length: 1203 }, (_, index) => entry(index + 1));
  await follower.poll();
  await follower.poll();
  assert.equal(seen.length, 1203);
  assert.deepEqual(follower.cursor(), { epoch: 1, number: 1203 });
});

test("polls at once share one reading", async () => {
  const store = outbox();
  const { seen, follower } = await follow(store);
  store.entries = [entry(1)];
  await Promise.all([follower.poll(), follower.poll(), follower.poll()]);
  assert.deepEqual(seen, [1]);
});

test("a raised epoch makes everything be read anew: a restored backup revives nothing", async () => {
  const store = outbox();
  store.entries = [entry(7)];
  const { seen, follower } = await follow(store);
  store.epoch = 2;
  store.entries = [entry(3)];
  await follower.poll();
  assert.deepEqual(seen, [7, -1, 3]);
  assert.deepEqual(follower.cursor(), { epoch: 2, number: 3 });
});

test("an outbox that ends before what was read is another one, whatever its epoch says", async () => {
  const store = outbox();
  store.entries = [entry(7)];
  const { seen, follower } = await follow(store);
  store.entries = [entry(3)];
  await follower.poll();
  assert.deepEqual(seen, [7, -1, 3]);
});

test("an outage loses nothing: the next poll reads on from the same place", async () => {
  const store = outbox();
  const { seen, follower } = await follow(store);
  store.entries = [entry(1)];
  store.down = true;
  await assert.rejects(follower.poll());
  store.down = false;
  await follower.poll();
  assert.deepEqual(seen, [1]);
});

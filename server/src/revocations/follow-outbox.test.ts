import assert from "node:assert/strict";
import { test } from "node:test";
import type { RevocationStore } from "../store/revocations.ts";
import { followOutbox } from "./follow-outbox.ts";
import { anEntry, anOutbox } from "./outbox.fixture.ts";

const clock = { now: () => 0, monotonic: () => 0 };

async function follow(store: RevocationStore) {
  const seen: number[] = [];
  const lost: (readonly number[])[] = [];
  const follower = await followOutbox({
    store,
    clock,
    apply: (entries) => seen.push(...entries.map((one) => one.number)),
    reset: () => seen.push(-1),
    onLost: (numbers) => lost.push(numbers),
  });
  return { follower, seen, lost };
}

test("everything that is alive has been read before the first request", async () => {
  const store = anOutbox();
  store.entries = [anEntry(1), anEntry(2)];
  const { seen, follower } = await follow(store);
  assert.deepEqual(seen, [1, 2]);
  assert.deepEqual(follower.cursor(), { epoch: 1, number: 2 });
});

test("a poll reads what is new, page after page, and each entry once", async () => {
  const store = anOutbox();
  const { seen, follower } = await follow(store);
  store.entries = Array.from({ length: 1203 }, (_, index) => anEntry(index + 1));
  await follower.poll();
  await follower.poll();
  assert.equal(seen.length, 1203);
  assert.deepEqual(follower.cursor(), { epoch: 1, number: 1203 });
});

test("a caller that asks while a reading is under way gets one that began afterwards", async () => {
  const store = anOutbox();
  const { seen, follower } = await follow(store);
  let letGo = (): void => undefined;
  store.held = new Promise((resolve) => {
    letGo = resolve;
  });
  const before = follower.poll();
  // The reading under way has looked already.
  store.entries = [anEntry(1)];
  const after = follower.poll();
  const alsoAfter = follower.poll();
  letGo();
  await before;
  assert.deepEqual(seen, []);
  await Promise.all([after, alsoAfter]);
  assert.deepEqual(seen, [1]);
});

test("entries that were purged leave no gap that is asked for again", async () => {
  const store = anOutbox();
  const { follower } = await follow(store);
  store.entries = [anEntry(9)];
  store.after = async () => ({ entries: [], end: { epoch: 1, number: 9 }, now: 0 });
  await follower.poll();
  assert.deepEqual(follower.cursor(), { epoch: 1, number: 9 });
});

test("polls at once share readings", async () => {
  const store = anOutbox();
  const { seen, follower } = await follow(store);
  store.entries = [anEntry(1)];
  await Promise.all([follower.poll(), follower.poll(), follower.poll()]);
  assert.deepEqual(seen, [1]);
});

test("a raised epoch makes everything be read anew: a restored backup revives nothing", async () => {
  const store = anOutbox();
  store.entries = [anEntry(7)];
  const { seen, follower } = await follow(store);
  store.epoch = 2;
  store.entries = [anEntry(3)];
  await follower.poll();
  assert.deepEqual(seen, [7, -1, 3]);
  assert.deepEqual(follower.cursor(), { epoch: 2, number: 3 });
});

test("an outbox that ends before what was read is another one, even with the same epoch", async () => {
  const store = anOutbox();
  store.entries = [anEntry(7)];
  const { seen, follower } = await follow(store);
  store.entries = [anEntry(3)];
  await follower.poll();
  assert.deepEqual(seen, [7, -1, 3]);
});

test("an outage loses nothing: the next poll reads on from the same place", async () => {
  const store = anOutbox();
  const { seen, follower } = await follow(store);
  store.entries = [anEntry(1)];
  store.down = true;
  await assert.rejects(follower.poll());
  store.down = false;
  await follower.poll();
  assert.deepEqual(seen, [1]);
});

test("an entry that another one has replaced is a loss: the epoch is raised, and the loss is named", async () => {
  const store = anOutbox();
  store.entries = [anEntry(6), anEntry(7)];
  const { seen, follower, lost } = await follow(store);
  const other = { ...anEntry(7), revocation: { jti: "another", why: "logged_out" } } as const;
  store.entries = [anEntry(6), other, anEntry(8)];
  await follower.poll();
  assert.deepEqual(seen, [6, 7, -1, 6, 7, 8]);
  assert.deepEqual(lost, [[7]]);
  assert.deepEqual(follower.lost(), [7]);
  assert.deepEqual(follower.cursor(), { epoch: 2, number: 8 });
  await follower.poll();
  assert.equal(store.epoch, 2, "once");
});

test("entries that are missing are a loss, and it stays known until the next epoch begins without one", async () => {
  const store = anOutbox();
  store.entries = [anEntry(5), anEntry(6), anEntry(7)];
  const { follower, lost } = await follow(store);
  store.entries = [anEntry(5)];
  await follower.poll();
  assert.deepEqual(lost, [[6, 7]]);
  await follower.poll();
  assert.deepEqual(follower.lost(), [6, 7]);
  // As `hufu recover` does.
  store.epoch += 1;
  await follower.poll();
  assert.deepEqual(follower.lost(), []);
  assert.equal(lost.length, 1);
});

test("a loss that another node found first is named here as well", async () => {
  const store = anOutbox();
  store.entries = [anEntry(5), anEntry(6)];
  const { follower, lost } = await follow(store);
  store.entries = [anEntry(5)];
  store.epoch = 2;
  await follower.poll();
  assert.deepEqual(lost, [[6]]);
  assert.equal(store.epoch, 2);
});

test("an entry that is over may be gone", async () => {
  const store = anOutbox();
  store.entries = [anEntry(7, 0)];
  const { follower, lost } = await follow(store);
  store.after = async () => ({ entries: [], end: { epoch: 1, number: 7 }, now: 1 });
  await follower.poll();
  assert.deepEqual(lost, []);
  assert.equal(store.epoch, 1);
});

test("a raise that fails is tried again", async () => {
  const store = anOutbox();
  store.entries = [anEntry(7)];
  const { follower, lost } = await follow(store);
  store.entries = [anEntry(3)];
  const raise = store.raiseEpoch;
  store.raiseEpoch = () => Promise.reject(new Error("the database only reads"));
  await assert.rejects(follower.poll());
  store.raiseEpoch = raise;
  await follower.poll();
  assert.deepEqual(lost, [[7]]);
  assert.equal(store.epoch, 2);
});

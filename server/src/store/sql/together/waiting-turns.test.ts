import assert from "node:assert/strict";
import { test } from "node:test";
import { createWaitingTurns, type Turn } from "./waiting-turns.ts";

function waitingWith(areShared: boolean, keys: string) {
  const waiting = createWaitingTurns<string, void>(areShared);
  const asker = { resolve: () => undefined, reject: () => undefined };
  [...keys].forEach((key, at) => {
    waiting.add(`${key}${at}`, key, asker, at);
  });
  return waiting;
}

const asksOf = (turns: readonly Turn<string, void>[]): string => turns.map(({ ask }) => ask).join(" ");

test("each key gives one turn, and what is left of it goes behind all others", () => {
  const waiting = waitingWith(false, "aaabcd");
  assert.deepEqual([waiting.size, waiting.calls()], [4, 6]);
  assert.equal(asksOf(waiting.take(2)), "a0 b3");
  assert.equal(asksOf(waiting.take(2)), "c4 d5");
  assert.equal(asksOf(waiting.take(2)), "a1");
  assert.equal(asksOf(waiting.take(2)), "a2");
  assert.deepEqual([waiting.size, waiting.calls()], [0, 0]);
});

test("one turn is the first whose key is free", () => {
  const waiting = waitingWith(false, "aabc");
  assert.equal(waiting.takeOne(new Set(["a"]))?.ask, "b2");
  assert.equal(waiting.takeOne(new Set())?.ask, "a0");
  assert.equal(waiting.takeOne(new Set())?.ask, "c3");
  assert.equal(waiting.takeOne(new Set(["a"])), undefined);
});

test("where answers are shared a key has one turn, as old as its first caller", () => {
  const waiting = waitingWith(true, "abab");
  assert.deepEqual([waiting.size, waiting.calls()], [2, 4]);
  const [first] = waiting.take(1);
  assert.deepEqual([first?.ask, first?.since, first?.askers.length], ["a0", 0, 2]);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { type FeedAction, type FeedState, nextState, openingState, positionToResume } from "./feed-state.ts";
import type { FeedEvent } from "./stream/read-event.ts";

const entry = (number: number, text = `entry ${number}`, epoch = 3): FeedEvent => ({
  kind: "revoke",
  cursor: { epoch, number },
  text,
  entry: { revocation: { jti: text, why: "logged_out" }, until: 1 },
});
const ready: FeedEvent = { kind: "ready", cursor: undefined };
const reset: FeedEvent = { kind: "reset" };
const beat = (number: number, epoch = 3): FeedEvent => ({ kind: "beat", cursor: { epoch, number }, at: 1 });

function run(from: FeedState, ...events: readonly FeedEvent[]): { state: FeedState; actions: readonly FeedAction[] } {
  let state = from;
  const actions = events.map((event) => {
    const [next, action] = nextState(state, event);
    state = next;
    return action;
  });
  return { state, actions };
}
const fresh = (...events: readonly FeedEvent[]) => run(openingState(undefined), ...events);

test("a first stream builds a list aside, and only beats after ready confirm", () => {
  const { state, actions } = fresh(entry(1), entry(5), beat(5), ready, beat(5), entry(6), beat(9));
  assert.deepEqual(actions, ["take", "take", "none", "caught_up", "confirm", "take", "confirm"]);
  assert.deepEqual(state, {
    caughtUp: true,
    aside: false,
    position: { cursor: { epoch: 3, number: 9 }, text: undefined },
  });
});

test("the same entry again changes nothing, another under its number is disorder", () => {
  assert.deepEqual(fresh(entry(1), entry(1)).actions, ["take", "none"]);
  assert.throws(() => fresh(entry(1), entry(1, "something else")), { kind: "disorder" });
  // A beat said that everything up to 4 had been sent.
  assert.throws(() => fresh(ready, beat(4), entry(4)), { kind: "disorder" });
});

test("what runs backwards or jumps to another epoch is disorder", () => {
  assert.throws(() => fresh(entry(5), entry(4)), { kind: "disorder" });
  assert.throws(() => fresh(ready, entry(5), beat(4)), { kind: "disorder" });
  assert.throws(() => fresh(entry(5), entry(6, "x", 4)), { kind: "disorder" });
  assert.throws(() => fresh(ready, entry(5), beat(5, 4)), { kind: "disorder" });
  assert.throws(() => fresh(entry(5), { kind: "ready", cursor: { epoch: 3, number: 4 } }), { kind: "disorder" });
  assert.throws(() => fresh(ready, ready), { kind: "disorder" });
});

test("a reset begins a list aside, in which numbers start anew and nothing is confirmed until ready", () => {
  const { state, actions } = fresh(ready, entry(5), beat(5), reset, entry(2, "x", 4), beat(2, 4), ready, beat(2, 4));
  assert.deepEqual(actions, ["caught_up", "take", "confirm", "start_over", "take", "none", "caught_up", "confirm"]);
  assert.equal(state.aside, false);
});

test("a stream that was cut goes on where it was, a list aside that never became whole is lost", () => {
  const at = { cursor: { epoch: 3, number: 5 }, text: "entry 5" };
  assert.equal(positionToResume(fresh(entry(5)).state), undefined);
  assert.deepEqual(positionToResume(fresh(entry(5), ready).state), at);
  assert.equal(positionToResume(fresh(entry(5), ready, reset, entry(1, "x", 4)).state), undefined);
  const resumed = run(openingState(at), entry(6));
  assert.deepEqual(resumed.actions, ["take"]);
  assert.deepEqual(positionToResume(resumed.state), { cursor: { epoch: 3, number: 6 }, text: "entry 6" });
  assert.throws(() => run(openingState(at), entry(4)), { kind: "disorder" });
});

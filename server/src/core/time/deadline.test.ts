import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { test } from "node:test";
import { untilAborted, within } from "./deadline.ts";

const never = (): Promise<never> => new Promise(() => undefined);

test("what answers in time is handed on, a refusal too", async () => {
  assert.equal(await within({ ms: 60_000 }, async () => 7), 7);
  await assert.rejects(
    within({ ms: 60_000 }, () => {
      throw new RangeError("at once");
    }),
    /at once/,
  );
});

test("work that never ends is given up with an error that names it, and its signal aborts", async () => {
  let given: AbortSignal | undefined;
  const late = within({ ms: 1, what: "resolveUser" }, (signal) => {
    given = signal;
    return never();
  });
  await assert.rejects(late, { message: "resolveUser did not answer within 1 ms" });
  assert.equal(given?.aborted, true);
  await assert.rejects(within({ ms: 1 }, never), { message: "no answer within 1 ms" });
});

test("a signal from outside ends the wait with its own reason, also one that has aborted before", async () => {
  const stop = new AbortController();
  const waiting = within({ ms: 60_000, signals: [stop.signal] }, never);
  stop.abort(new Error("closed"));
  await assert.rejects(waiting, /closed/);
  await assert.rejects(within({ signals: [stop.signal] }, never), /closed/);
});

test("nothing is left on a signal that lives on", async () => {
  const stop = new AbortController();
  await within({ ms: 60_000, signals: [stop.signal] }, async () => 1);
  await untilAborted(stop.signal, Promise.resolve());
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(getEventListeners(stop.signal, "abort").length, 0);
});

test("time is measured by the pause that is given", async () => {
  const waited: number[] = [];
  const pause = async (ms: number): Promise<void> => void waited.push(ms);
  await assert.rejects(within({ ms: 3000, what: "the hook", pause }, never), /the hook did not answer within 3000 ms/);
  assert.deepEqual(waited, [3000]);
});

test("an answer in time ends the pause that measures, the machine's own too", async () => {
  const pauses: AbortSignal[] = [];
  const pause = (_ms: number, signal: AbortSignal): Promise<never> => {
    pauses.push(signal);
    return never();
  };
  await within({ ms: 60_000, pause }, async () => 1);
  assert.deepEqual(
    pauses.map(({ aborted }) => aborted),
    [true],
  );
  const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length;
  const before = timers();
  await within({ ms: 60_000 }, async () => {
    assert.equal(timers(), before + 1);
  });
  assert.equal(timers(), before);
});

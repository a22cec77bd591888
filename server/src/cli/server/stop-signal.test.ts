import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { test } from "node:test";
import { awaitStopSignal } from "./stop-signal.ts";

function environment() {
  const signals = new EventEmitter();
  const exits: number[] = [];
  let now = 0;
  const stop = awaitStopSignal(["SIGTERM", "SIGINT", "SIGHUP"], {
    signals,
    clock: { monotonic: () => now },
    exit: (code) => exits.push(code),
  });
  const send = (signal: NodeJS.Signals, at: number): void => {
    now = at;
    signals.emit(signal, signal);
  };
  return { stop, send, exits, signals };
}

test("a signal that a launcher passes on once more is one signal, and the first is the one that counts", async () => {
  const { stop, send, exits } = environment();
  send("SIGTERM", 1000);
  send("SIGTERM", 1000);
  send("SIGTERM", 1499);
  assert.equal(await stop.received, "SIGTERM");
  assert.deepEqual(exits, []);
});

test("the same signal half a second later, however many came between, ends the process at once", () => {
  const { send, exits } = environment();
  send("SIGTERM", 1000);
  send("SIGTERM", 1400);
  send("SIGTERM", 1500);
  assert.deepEqual(exits, [143]);
});

test("another signal ends it at once, however soon", () => {
  const { send, exits } = environment();
  send("SIGTERM", 1000);
  send("SIGINT", 1000);
  assert.deepEqual(exits, [130]);
});

test("forgotten, it listens no more", () => {
  const { stop, send, exits, signals } = environment();
  stop.forget();
  send("SIGTERM", 0);
  send("SIGINT", 0);
  assert.deepEqual(exits, []);
  assert.deepEqual(signals.eventNames(), []);
});

import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { mock, test } from "node:test";
import type { LogLevel } from "./log.ts";
import { debugOnSignal, type LevelControl } from "./log-level.ts";

const TEN_MINUTES = 600_000;

function started(configured: LogLevel): {
  readonly control: LevelControl;
  readonly signals: EventEmitter;
  /** What was written, each with the level of the log at that moment, and the level by now. */
  readonly lines: string[];
  level(): LogLevel;
} {
  let level = configured;
  const lines: string[] = [];
  const signals = new EventEmitter();
  const log = {
    setLevel(next: LogLevel): void {
      level = next;
    },
    info: (_fields: object, message: string) => void lines.push(`${level}: ${message}`),
  };
  return { control: debugOnSignal(log, configured, undefined, signals), signals, lines, level: () => level };
}

test("SIGUSR2 logs everything for ten minutes, and logs its start and its end", (t) => {
  t.after(() => mock.timers.reset());
  mock.timers.enable({ apis: ["setTimeout"] });
  const { signals, lines, level } = started("silent");
  signals.emit("SIGUSR2");
  assert.equal(level(), "debug");
  mock.timers.tick(TEN_MINUTES - 1);
  assert.equal(level(), "debug");
  mock.timers.tick(1);
  assert.equal(level(), "silent");
  assert.deepEqual(lines, [
    "debug: SIGUSR2: everything is logged for a while; another SIGUSR2 ends it",
    "debug: the log is at its configured level again",
  ]);
});

test("another SIGUSR2 ends it at once, and a third begins ten new minutes", (t) => {
  t.after(() => mock.timers.reset());
  mock.timers.enable({ apis: ["setTimeout"] });
  const { signals, level } = started("warn");
  signals.emit("SIGUSR2");
  mock.timers.tick(TEN_MINUTES / 2);
  signals.emit("SIGUSR2");
  assert.equal(level(), "warn");
  signals.emit("SIGUSR2");
  mock.timers.tick(TEN_MINUTES - 1);
  assert.equal(level(), "debug");
});

test("a configuration that is read meanwhile counts afterwards, otherwise at once", (t) => {
  t.after(() => mock.timers.reset());
  mock.timers.enable({ apis: ["setTimeout"] });
  const { control, signals, level } = started("info");
  control.configure("warn");
  assert.equal(level(), "warn");
  signals.emit("SIGUSR2");
  control.configure("error");
  assert.equal(level(), "debug");
  mock.timers.tick(TEN_MINUTES);
  assert.equal(level(), "error");
  control.forget();
  assert.equal(signals.listenerCount("SIGUSR2"), 0);
});

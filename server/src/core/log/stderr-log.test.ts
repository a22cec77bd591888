import assert from "node:assert/strict";
import { test } from "node:test";
import { checkLogger } from "./log.ts";
import { createStderrLog } from "./stderr-log.ts";

test("without a logger, warnings and errors are one line each, the same message at most once a minute", () => {
  const lines: string[] = [];
  let elapsed = 0;
  const clock = { now: () => 0, monotonic: () => elapsed };
  const log = createStderrLog({ clock, write: (line) => void lines.push(line) });
  log.debug({}, "a request");
  log.info({}, "listening");
  for (let time = 0; time < 4; time += 1) log.warn({ time }, "resolveUser failed");
  log.error({ err: new Error("line one\nline two") }, "another");
  elapsed = 60_000;
  log.warn({ time: 4 }, "resolveUser failed");
  assert.equal(lines.length, 3);
  assert.equal(lines[0], 'hufu: warn: resolveUser failed {"time":0}');
  assert.match(lines[1] ?? "", /^hufu: error: another \{"err":\{"type":"Error","message":"line one\\nline two"/);
  assert.equal(lines[2], 'hufu: warn: resolveUser failed (and 3 times before) {"time":4}');
  for (const line of lines) assert.ok(!line.includes("\n"));
});

test("the default log hides secrets by name and by shape, in messages too", () => {
  const lines: string[] = [];
  const log = createStderrLog({ write: (line) => void lines.push(line) });
  log.warn({ client_secret: "nobody-may-read-this", note: `hr1.${"A".repeat(40)}` }, "Bearer nobody-may-read-this");
  assert.ok(!lines.join("").includes("nobody-may-read-this") && !lines.join("").includes("AAAA"), lines.join(""));
});

test("a logger is checked when it is given, and the error names what it lacks", () => {
  assert.equal(checkLogger(console), console);
  for (const [given, lacks] of [
    [{}, "debug, info, warn, error"],
    [{ ...console, warn: undefined }, "warn"],
    [null, "debug, info, warn, error"],
    ["info", "debug, info, warn, error"],
  ] as const) {
    assert.throws(() => checkLogger(given), { name: "TypeError", message: new RegExp(`^log: .*it lacks ${lacks}$`) });
  }
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { HufuError } from "../core/errors/errors.ts";
import { silentLogger } from "../core/log/log.ts";
import { createBreaker } from "./breaker.ts";

function setup() {
  let now = 1000;
  const clock = { now: () => now, monotonic: () => now };
  const breaker = createBreaker({ clock, log: silentLogger });
  const fail = (times: number, key = "a") => {
    for (let i = 0; i < times; i++) breaker.enter(key).settle(false);
  };
  return { breaker, fail, advance: (ms: number) => (now += ms) };
}

const closedFor = (seconds: number) => (error: unknown) =>
  error instanceof HufuError && error.reason === "platform_unavailable" && error.retryAfter === seconds;

test("four failures in a row let the fifth sign-in pass, five stop the sixth", () => {
  const { breaker, fail } = setup();
  fail(4);
  breaker.enter("a").settle(false);
  assert.throws(() => breaker.enter("a"), closedFor(10));
});

test("one healthy answer between failures starts the count anew", () => {
  const { breaker, fail } = setup();
  fail(4);
  breaker.enter("a").settle(true);
  fail(4);
  assert.doesNotThrow(() => breaker.enter("a"));
});

test("Retry-After counts down, in whole seconds, and never below one", () => {
  const { breaker, fail, advance } = setup();
  fail(5);
  advance(2500);
  assert.throws(() => breaker.enter("a"), closedFor(8));
  advance(7499);
  assert.throws(() => breaker.enter("a"), closedFor(1));
});

test("after ten seconds exactly one sign-in may try", () => {
  const { breaker, fail, advance } = setup();
  fail(5);
  advance(10_000);
  const probe = breaker.enter("a");
  assert.throws(() => breaker.enter("a"), closedFor(1));
  advance(60_000);
  assert.throws(() => breaker.enter("a"), closedFor(1));
  probe.settle(true);
  assert.doesNotThrow(() => breaker.enter("a"));
});

test("a try that fails opens it for another ten seconds at once", () => {
  const { breaker, fail, advance } = setup();
  fail(5);
  advance(10_000);
  breaker.enter("a").settle(false);
  assert.throws(() => breaker.enter("a"), closedFor(10));
  advance(10_000);
  breaker.enter("a").settle(true);
  fail(4);
  assert.doesNotThrow(() => breaker.enter("a"));
});

test("sign-ins that set out before it opened neither close it nor keep it open longer", () => {
  const { breaker, fail, advance } = setup();
  const early = [breaker.enter("a"), breaker.enter("a"), breaker.enter("a")] as const;
  fail(5);
  advance(9000);
  early[0].settle(true);
  early[1].settle(false);
  assert.throws(() => breaker.enter("a"), closedFor(1));
  advance(1000);
  const probe = breaker.enter("a");
  early[2].settle(true);
  assert.throws(() => breaker.enter("a"), closedFor(1));
  probe.settle(true);
});

test("one app's trouble is not another's", () => {
  const { breaker, fail } = setup();
  fail(5, "a");
  assert.doesNotThrow(() => breaker.enter("b"));
});

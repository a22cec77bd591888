import assert from "node:assert/strict";
import { test } from "node:test";
import type { Logger } from "../core/log/log.ts";
import { createNotices } from "../core/log/notices.ts";
import { createSetTime } from "./feed/set-time.fixture.ts";
import { createIssuerClock } from "./issuer-clock.ts";

const ISSUER = "https://api.example.com/auth";

function createScene() {
  const clock = createSetTime();
  const told: string[] = [];
  const quiet = (): void => undefined;
  const log: Logger = { debug: quiet, info: quiet, error: quiet, warn: (_, message) => void told.push(message) };
  const issuerClock = createIssuerClock({ issuer: ISSUER, clock, notices: createNotices({ log, clock }) });
  const dated = (ms: number, age = 0) =>
    new Headers({ date: new Date(ms).toUTCString(), ...(age === 0 ? {} : { age: String(age) }) });
  return { clock, told, issuerClock, dated };
}

test("a clock two minutes behind the feed's is told once a minute, and in the health of the verifier", () => {
  const { clock, told, issuerClock } = createScene();
  for (let second = 0; second < 61; second += 1) {
    issuerClock.beat(clock.now() / 1000 + 120);
    clock.advance(1000);
  }
  assert.equal(issuerClock.check(), "120 s behind the issuer's");
  assert.equal(told.length, 2);
  assert.match(told[0] ?? "", /^this machine's clock is 120 s behind the issuer's: .*; set it by NTP$/);
  issuerClock.beat(clock.now() / 1000);
  assert.equal(issuerClock.check(), "ok");
});

test("a clock ahead is told as well, and a few seconds are not: beats say whole seconds, a second late", () => {
  const { clock, told, issuerClock } = createScene();
  for (const seconds of [0, 1, 2, 5, -2, -5]) {
    issuerClock.beat(Math.floor(clock.now() / 1000) - seconds);
    assert.equal(issuerClock.check(), "ok", String(seconds));
  }
  issuerClock.beat(clock.now() / 1000 - 122);
  assert.equal(issuerClock.check(), "120 s ahead of the issuer's");
  assert.match(told[0] ?? "", /it refuses good tokens as expired/);
});

test("without a feed the Date of any answer says it; the time under way and in a cache is allowed for", () => {
  const { clock, issuerClock, dated } = createScene();
  const now = clock.now();
  issuerClock.answered(dated(now - 300_000, 300), now);
  assert.equal(issuerClock.check(), "ok", "a cache kept it for five minutes");
  issuerClock.answered(dated(now - 8000), now - 10_000);
  assert.equal(issuerClock.check(), "ok", "the answer took ten seconds");
  issuerClock.answered(new Headers({ date: "yesterday" }), now);
  issuerClock.answered(new Headers(), now);
  assert.equal(issuerClock.check(), "ok");
  issuerClock.answered(dated(now + 120_000), now);
  assert.match(issuerClock.check(), /^1(?:19|20) s behind the issuer's$/);
});

test("the feed's word goes before a proxy's Date", () => {
  const { clock, issuerClock, dated } = createScene();
  issuerClock.beat(clock.now() / 1000);
  issuerClock.answered(dated(clock.now() + 120_000), clock.now());
  assert.equal(issuerClock.check(), "ok");
  clock.advance(60_000);
  issuerClock.answered(dated(clock.now() + 120_000), clock.now());
  assert.notEqual(issuerClock.check(), "ok");
});

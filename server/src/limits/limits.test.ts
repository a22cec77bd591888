import assert from "node:assert/strict";
import { test } from "node:test";
import { HufuError } from "../core/errors/errors.ts";
import { silentMeter } from "../core/meter/meter.ts";
import type { LimitOptions } from "./limit-options.ts";
import { resolveLimits } from "./limit-schema.ts";
import { createLimits, type Limits } from "./limits.ts";

const HOME = "203.0.113.7";

interface Setting {
  readonly limits: Limits;
  readonly warnings: string[];
  pass(ms: number): void;
}

function setUp(
  options: LimitOptions | false,
  hot?: { count(key: string, windowMs: number): Promise<number> },
): Setting {
  let now = 0;
  const warnings: string[] = [];
  const notices = { warn: (_kind: string, _fields: object, message: string) => void warnings.push(message) };
  const limits = createLimits({
    settings: resolveLimits(options),
    clock: { monotonic: () => now },
    notices,
    meter: silentMeter,
    hot,
  });
  return {
    limits,
    warnings,
    pass(ms) {
      now += ms;
    },
  };
}

const limited = (error: unknown): boolean =>
  error instanceof HufuError && error.reason === "rate_limited" && (error.retryAfter ?? 0) >= 1;

test("forged requests of one address spend a budget, those of another do not, and a minute later it is whole", async () => {
  const { limits, pass } = setUp({ forgedPerMinute: 3 });
  for (let sent = 0; sent < 3; sent += 1) await limits.forged(HOME);
  await assert.rejects(limits.forged(HOME), limited);
  await limits.forged("198.51.100.1");
  pass(60_000);
  await limits.forged(HOME);
});

test("the addresses of one IPv6 subscriber share a budget", async () => {
  const { limits } = setUp({ forgedPerMinute: 1 });
  await limits.forged("2001:db8::1");
  await assert.rejects(limits.forged("2001:db8::2"), limited);
  await limits.forged("2001:db8:0:1::1");
});

test("a private address without a trusted proxy switches limits by address off, and says so once", async () => {
  const { limits, warnings } = setUp({ forgedPerMinute: 1 });
  for (let sent = 0; sent < 5; sent += 1) await limits.forged("10.0.0.1");
  assert.deepEqual(warnings, [
    "limits by address are off: callers come from a private address; set limits.trustedProxies",
  ]);
  const behind = setUp({ forgedPerMinute: 1, trustedProxies: ["10.0.0.1"] });
  const address = behind.limits.addressOf("10.0.0.1", "10.9.9.9");
  await behind.limits.forged(address);
  await assert.rejects(behind.limits.forged(address), limited);
});

test("an unknown address is never limited", async () => {
  const { limits } = setUp({ forgedPerMinute: 1 });
  for (let sent = 0; sent < 5; sent += 1) await limits.forged(undefined);
});

test("when strangers have spent an app's budget for rejected codes, they wait and honest addresses do not", async () => {
  const { limits, warnings, pass } = setUp({ rejectedCodesPerMinute: 10 });
  await limits.rejectedCode("wx1", "198.51.100.1");
  for (let sent = 0; sent < 10; sent += 1) await limits.rejectedCode("wx1", HOME);
  assert.throws(() => limits.beforeCode("wx1", HOME), limited);
  limits.beforeCode("wx1", "198.51.100.1");
  limits.beforeCode("wx2", HOME);
  assert.equal(warnings.length, 1);
  pass(60_000);
  limits.beforeCode("wx1", HOME);
});

test("one session refreshes as often as allowed, another is not concerned", async () => {
  const { limits } = setUp({ refreshesPerMinute: 120 });
  for (let sent = 0; sent < 120; sent += 1) await limits.refresh("s_1");
  await assert.rejects(async () => limits.refresh("s_1"), limited);
  await limits.refresh("s_2");
});

test("each client has its own budget for introspection and its own streams", async () => {
  const { limits } = setUp({ introspectionsPerMinute: 1, revocationStreams: 2 });
  await limits.introspection("one");
  await assert.rejects(async () => limits.introspection("one"), limited);
  await limits.introspection("other");
  const end = limits.stream("one");
  limits.stream("one");
  assert.throws(() => limits.stream("one"), limited);
  limits.stream("other");
  end();
  end();
  limits.stream("one");
  assert.throws(() => limits.stream("one"), limited);
});

test("several processes count together in the hot store, which an honest caller never reaches", async () => {
  const counts = new Map<string, number>();
  let asked = 0;
  const hot = {
    async count(key: string) {
      asked += 1;
      counts.set(key, (counts.get(key) ?? 0) + 1);
      return counts.get(key) ?? 0;
    },
  };
  const [one, other] = [setUp({ refreshesPerMinute: 120 }, hot), setUp({ refreshesPerMinute: 120 }, hot)];
  for (let sent = 0; sent < 30; sent += 1) await one.limits.refresh("s_1");
  assert.equal(asked, 0);
  for (let sent = 0; sent < 70; sent += 1) await one.limits.refresh("s_1");
  for (let sent = 0; sent < 50; sent += 1) await other.limits.refresh("s_1");
  await assert.rejects(async () => other.limits.refresh("s_1"), limited);
});

test("without the hot store honest traffic passes, each process counts alone, and that is said", async () => {
  const hot = { count: () => Promise.reject(new HufuError("store_unavailable")) };
  const { limits, warnings } = setUp({ refreshesPerMinute: 120 }, hot);
  for (let sent = 0; sent < 120; sent += 1) await limits.refresh("s_1");
  await assert.rejects(async () => limits.refresh("s_1"), limited);
  assert.deepEqual(
    [...new Set(warnings)],
    ["the hot store does not count: limits count in each process alone until it answers"],
  );
});

test("each limit, and all of them, can be switched off", async () => {
  for (const off of [false, { forgedPerMinute: false, refreshesPerMinute: false, revocationStreams: false }] as const) {
    const { limits } = setUp(off);
    for (let sent = 0; sent < 500; sent += 1) {
      await limits.forged(HOME);
      await limits.refresh("s_1");
      limits.stream("one");
    }
  }
});

test("a limit that makes no sense is refused, and named", () => {
  for (const [options, message] of [
    [{ forgedPerMinute: 0 }, /limits\.forgedPerMinute: must be a whole number from 1, or false/],
    [{ refreshesPerMinute: 119 }, /limits\.refreshesPerMinute: must be a whole number from 120/],
    [{ platformCalls: 1.5 }, /limits\.platformCalls/],
    [{ trustedProxies: ["proxy"] }, /limits\.trustedProxies\[0\]: must be an IP address/],
  ] as const) {
    assert.throws(() => resolveLimits(options), message);
  }
});

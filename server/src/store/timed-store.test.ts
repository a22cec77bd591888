import assert from "node:assert/strict";
import { test } from "node:test";
import { HufuError } from "../core/errors/errors.ts";
import { type Meter, silentMeter } from "../core/meter/meter.ts";
import type { HotStore } from "./hot.ts";
import { timedHotStore } from "./timed-store.ts";

/** With a private field, as the stores have; three methods fail. */
class FailingHot implements HotStore {
  readonly #first = 41;
  count(key: string, windowMs: number): Promise<number> {
    return Promise.resolve(this.#first + key.length * windowMs);
  }
  ping(): Promise<void> {
    return Promise.reject(new HufuError("store_unavailable"));
  }
  claim(): Promise<boolean> {
    return Promise.reject(new HufuError("account_banned"));
  }
  recall(): Promise<string> {
    return Promise.reject(new Error("an internal error"));
  }
  claimIn(): Promise<"first"> {
    return Promise.resolve("first");
  }
  openWindow(): Promise<string> {
    return Promise.resolve("epoch");
  }
  release(): Promise<void> {
    return Promise.resolve();
  }
  uncount(): Promise<void> {
    return Promise.resolve();
  }
  remember(): Promise<void> {
    return Promise.resolve();
  }
}

test("a port is timed by its group, answers and failures alike, and may be a frozen instance of a class", async () => {
  const timed: unknown[] = [];
  const meter: Meter = { ...silentMeter, isOn: true, time: (...given) => timed.push(given) };
  let now = 0;
  const clock = { monotonic: () => (now += 5) };
  const hot = timedHotStore(Object.freeze(new FailingHot()), { meter, clock });
  assert.equal(await hot.count("k", 1), 42);
  await assert.rejects(hot.ping(), { reason: "store_unavailable" });
  await assert.rejects(hot.claim("k", "h", 1), { reason: "account_banned" });
  await assert.rejects(hot.recall("k"), /an internal error/);
  assert.deepEqual(timed, [
    ["hufu_store_duration_seconds", { group: "short_lived_facts", outcome: "ok" }, 5],
    ["hufu_store_duration_seconds", { group: "short_lived_facts", outcome: "store_unavailable" }, 5],
    ["hufu_store_duration_seconds", { group: "short_lived_facts", outcome: "refused" }, 5],
    ["hufu_store_duration_seconds", { group: "short_lived_facts", outcome: "internal_error" }, 5],
  ]);
  assert.ok("count" in hot && !("sweep" in hot));
});

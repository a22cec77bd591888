import assert from "node:assert/strict";
import { test } from "node:test";
import { HufuError } from "../core/errors/errors.ts";
import { type Meter, silentMeter } from "../core/meter/meter.ts";
import type { HotStore } from "../store/hot.ts";
import { timedHotStore } from "./timed-store.ts";

class FakeHot {
  readonly #count = 41;
  ping(): Promise<void> {
    return Promise.reject(new HufuError("store_unavailable"));
  }
  claim(): Promise<boolean> {
    return Promise.reject(new HufuError("account_banned"));
  }
  recall(): Promise<string> {
    return Promise.reject(new Error("an internal error"));
  }
  count(key: string, windowMs: number): Promise<number> {
    return Promise.resolve(this.#count + key.length * windowMs);
  }
}

test("a port is timed by its group, answers and failures alike, whatever it is made of", async () => {
  const timed: unknown[] = [];
  const meter: Meter = { ...silentMeter, isOn: true, time: (...given) => timed.push(given) };
  let now = 0;
  const clock = { monotonic: () => (now += 5) };
  const hot = timedHotStore(Object.freeze(new FakeHot()) as unknown as HotStore, { meter, clock });
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
  assert.ok("count" in hot && !("release" in hot));
});

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { HufuError } from "../../core/errors.ts";
import type { DeviceType, Session } from "../../store/records.ts";
import { bytesFrom, numbersFrom, openLine } from "../refresh/simulated-line.fixture.ts";
import { freeCapacity } from "./concurrent-sessions.ts";

const random = bytesFrom(numbersFrom(7));

function session(facts: Partial<Session> & { readonly createdAt: number }): Session {
  return { ...openLine(random, facts.createdAt).row(), app: "wxa", ...facts };
}

const PHONE: DeviceType = "phone";
const arrival = { app: "wxa", deviceId: "new-device", deviceType: PHONE };

describe("room for a new session", () => {
  const old = session({ createdAt: 1, lastUsedAt: 90, deviceId: "one" });
  const middle = session({ createdAt: 2, lastUsedAt: 10, deviceId: "two" });
  const young = session({ createdAt: 3, lastUsedAt: 50, deviceId: "three" });
  const live = [young, old, middle];

  test("without a limit only the device's own old session goes", () => {
    assert.deepEqual(freeCapacity(live, arrival, { perDeviceType: {}, overflow: "replace" }), []);
    const back = { ...arrival, deviceId: "two" };
    assert.deepEqual(freeCapacity(live, back, { perDeviceType: {}, overflow: "replace" }), [middle.id]);
  });

  test("the same device id in another app is another device", () => {
    const elsewhere = { ...arrival, deviceId: "two", app: "wxb" };
    assert.deepEqual(freeCapacity(live, elsewhere, { perDeviceType: {}, overflow: "replace" }), []);
  });

  test("replace ends the oldest, evict-idle the longest unused, refuse nobody", () => {
    const perDeviceType = { phone: 3 };
    assert.deepEqual(freeCapacity(live, arrival, { perDeviceType, overflow: "replace" }), [old.id]);
    assert.deepEqual(freeCapacity(live, arrival, { perDeviceType, overflow: "evict-idle" }), [middle.id]);
    assert.throws(
      () => freeCapacity(live, arrival, { perDeviceType, overflow: "refuse" }),
      (error) => error instanceof HufuError && error.reason === "too_many_sessions",
    );
  });

  test("a device that comes back takes its own place and nobody else's, even where the rule is refuse", () => {
    const back = { ...arrival, deviceId: "two" };
    for (const overflow of ["replace", "refuse", "evict-idle"] as const) {
      assert.deepEqual(freeCapacity(live, back, { perDeviceType: { phone: 3 }, overflow }), [middle.id]);
    }
  });

  test("a lowered limit makes as many leave as it takes", () => {
    assert.deepEqual(freeCapacity(live, arrival, { perDeviceType: { phone: 1 }, overflow: "replace" }), [
      old.id,
      middle.id,
      young.id,
    ]);
  });

  test("`*` is one total for all types that are not named, and named types stay out of it", () => {
    const pad = session({ createdAt: 4, deviceType: "pad", deviceId: "four" });
    const pc = session({ createdAt: 5, deviceType: "pc", deviceId: "five" });
    const rule = { perDeviceType: { phone: 9, "*": 2 }, overflow: "replace" } as const;
    assert.deepEqual(freeCapacity([...live, pad, pc], { ...arrival, deviceType: "other" }, rule), [pad.id]);
    assert.deepEqual(freeCapacity([...live, pad, pc], arrival, rule), []);
  });
});

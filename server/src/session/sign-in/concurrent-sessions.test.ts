import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { HufuError } from "../../core/errors/errors.ts";
import type { DeviceType, Session } from "../../store/records.ts";
import { bytesFrom, numbersFrom, openLine } from "../refresh/simulated-line.fixture.ts";
import * as capacity from "./concurrent-sessions.ts";

const random = bytesFrom(numbersFrom(7));

function session(facts: Partial<Session> & { readonly createdAt: number }): Session {
  return { ...openLine(random, facts.createdAt).row(), app: "wxa", ...facts };
}

const PHONE: DeviceType = "phone";
const arrival = {
  platform: "wechat",
  app: "wxa",
  openid: "oSimulated",
  deviceId: "new-device",
  deviceType: PHONE,
};
const perIdentity = 100;

function freeCapacity(...given: Parameters<typeof capacity.freeCapacity>): readonly string[] {
  return capacity.freeCapacity(...given).map(({ id }) => id);
}

test("what a sign-in has to see follows from the limits: without any by type no newest, and few of the identity below its ceiling", () => {
  const ofIdentity = { oldest: 10, ceiling: 20, oldestAtCeiling: 30 };
  const rule = { perDeviceType: {}, overflow: "replace", perIdentity: 20 } as const;
  assert.deepEqual(capacity.candidatesOf(rule, "d"), { deviceId: "d", newestPerType: 0, ofIdentity });
  const limited = { ...rule, perDeviceType: { pad: 1, "*": 3, pc: undefined } };
  assert.deepEqual(capacity.candidatesOf(limited, null), { deviceId: null, newestPerType: 103, ofIdentity });
});

describe("capacity for a new session", () => {
  const old = session({ createdAt: 1, lastUsedAt: 90, deviceId: "one" });
  const middle = session({ createdAt: 2, lastUsedAt: 10, deviceId: "two" });
  const young = session({ createdAt: 3, lastUsedAt: 50, deviceId: "three" });
  const live = [young, old, middle];

  test("without a limit only the device's own old session goes", () => {
    assert.deepEqual(freeCapacity(live, arrival, { perDeviceType: {}, overflow: "replace", perIdentity }), []);
    const back = { ...arrival, deviceId: "two" };
    assert.deepEqual(freeCapacity(live, back, { perDeviceType: {}, overflow: "replace", perIdentity }), [middle.id]);
  });

  test("each that goes says by which rule", () => {
    const back = { ...arrival, deviceId: "two" };
    const rule = { perDeviceType: { phone: 2 }, overflow: "replace", perIdentity: 1 } as const;
    assert.deepEqual(
      capacity.freeCapacity([...live, session({ createdAt: 4, deviceType: "pad" })], back, rule).map((one) => one.rule),
      ["device", "perDeviceType", "perIdentity", "perIdentity"],
    );
  });

  test("the same device id in another app is another device", () => {
    const elsewhere = { ...arrival, deviceId: "two", app: "wxb" };
    assert.deepEqual(freeCapacity(live, elsewhere, { perDeviceType: {}, overflow: "replace", perIdentity }), []);
  });

  test("replace ends the oldest, evict-idle the longest unused, refuse ends none", () => {
    const perDeviceType = { phone: 3 };
    assert.deepEqual(freeCapacity(live, arrival, { perDeviceType, overflow: "replace", perIdentity }), [old.id]);
    assert.deepEqual(freeCapacity(live, arrival, { perDeviceType, overflow: "evict-idle", perIdentity }), [middle.id]);
    assert.throws(
      () => freeCapacity(live, arrival, { perDeviceType, overflow: "refuse", perIdentity }),
      (error) => error instanceof HufuError && error.reason === "too_many_sessions",
    );
  });

  test("a device that comes back takes its own place and no other, even where the rule is refuse", () => {
    const back = { ...arrival, deviceId: "two" };
    for (const overflow of ["replace", "refuse", "evict-idle"] as const) {
      assert.deepEqual(freeCapacity(live, back, { perDeviceType: { phone: 3 }, overflow, perIdentity }), [middle.id]);
    }
  });

  test("a lowered limit makes as many leave as it takes", () => {
    assert.deepEqual(freeCapacity(live, arrival, { perDeviceType: { phone: 1 }, overflow: "replace", perIdentity }), [
      old.id,
      middle.id,
      young.id,
    ]);
  });

  test("`*` is one total for all types that are not named, and named types stay out of it", () => {
    const pad = session({ createdAt: 4, deviceType: "pad", deviceId: "four" });
    const pc = session({ createdAt: 5, deviceType: "pc", deviceId: "five" });
    const rule = { perDeviceType: { phone: 9, "*": 2 }, overflow: "replace", perIdentity } as const;
    assert.deepEqual(freeCapacity([...live, pad, pc], { ...arrival, deviceType: "other" }, rule), [pad.id]);
    assert.deepEqual(freeCapacity([...live, pad, pc], arrival, rule), []);
  });

  const many = Array.from({ length: 120 }, (_, index) => session({ createdAt: index, lastUsedAt: 1000 - index }));
  const none = { perDeviceType: {}, overflow: "refuse" } as const;

  test("the longest unused of an identity end at its ceiling, ten at most, and no sign-in is refused", () => {
    const at = (count: number): readonly number[] =>
      freeCapacity(many.slice(0, count), arrival, { ...none, perIdentity }).map(
        (id) => many.find((one) => one.id === id)?.createdAt ?? -1,
      );
    assert.deepEqual(at(99), []);
    assert.deepEqual(at(100), [99]);
    assert.deepEqual(at(103), [102, 101, 100, 99]);
    assert.deepEqual(at(120), [119, 118, 117, 116, 115, 114, 113, 112, 111, 110]);
  });

  test("the ceiling is the identity's: others of the same user do not count", () => {
    const rule = { ...none, perIdentity: 1 };
    for (const other of [{ openid: "oOther" }, { app: "wxb" }, { platform: "other" }]) {
      assert.deepEqual(freeCapacity(many, { ...arrival, ...other }, rule), []);
    }
  });

  test("what ends by another rule makes capacity under the ceiling too", () => {
    const back = session({ createdAt: 500, lastUsedAt: 2000, deviceId: "two" });
    const rule = { ...none, perIdentity: 3 };
    assert.deepEqual(freeCapacity([...many.slice(0, 2), back], { ...arrival, deviceId: "two" }, rule), [back.id]);
  });

  test("a lowered limit ends ten at each sign-in", () => {
    const rule = { perDeviceType: { phone: 1 }, overflow: "replace", perIdentity: 1000 } as const;
    assert.equal(freeCapacity(many, arrival, rule).length, 10);
  });
});

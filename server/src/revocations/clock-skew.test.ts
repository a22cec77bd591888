import assert from "node:assert/strict";
import { test } from "node:test";
import { createNotices } from "../core/log/notices.ts";
import { createClockSkew } from "./clock-skew.ts";

test("a clock that is seconds away from the database's is told once a minute, and so is its return (F20)", () => {
  const told: string[] = [];
  const note = (_: object, message: string): void => void told.push(message);
  const log = { debug: () => undefined, info: note, warn: note, error: note };
  let elapsed = 0;
  const clock = { now: () => 1_000_000, monotonic: () => elapsed };
  const skew = createClockSkew({ clock, log, notices: createNotices({ log, clock }) });
  assert.equal(skew.check(), "ok");
  for (const at of [1_000_000, 995_000, 1_005_000]) skew.note({ at });
  assert.deepEqual([skew.check(), told], ["ok", []]);
  skew.note({ at: 400_000 });
  assert.equal(skew.check(), "600 s ahead of the database's");
  skew.note({ at: 1_600_000 });
  assert.equal(skew.check(), "600 s behind the database's");
  elapsed = 60_000;
  skew.note({ at: 1_600_000 });
  skew.note({ at: 999_000 });
  assert.equal(skew.check(), "ok");
  assert.deepEqual(told, [
    "this machine's clock is 600 s ahead of the database's; set both clocks by NTP",
    "this machine's clock is 600 s behind the database's; set both clocks by NTP",
    "this machine's clock agrees with the database's again",
  ]);
});

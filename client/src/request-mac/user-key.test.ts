import assert from "node:assert/strict";
import { test } from "node:test";
import { lifeOf } from "./user-key.ts";

const NOW = Date.parse("2030-05-01T08:00:00Z");

test("the end of a key is read in seconds and in milliseconds", () => {
  assert.equal(lifeOf(NOW + 1_800_000, NOW), 1_790_000);
  assert.equal(lifeOf(NOW / 1000 + 1800, NOW), 1_790_000);
});

test("an end that is over, far away or none is not known: the platform is asked again in ten minutes", () => {
  for (const end of [NOW - 1, NOW / 1000 - 1, NOW + 86_400_000, 0, 3600, Number.NaN]) {
    assert.equal(lifeOf(end, NOW), 600_000, String(end));
  }
});

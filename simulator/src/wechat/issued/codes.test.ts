import assert from "node:assert/strict";
import { test } from "node:test";
import { systemRandom } from "../../random.ts";
import { createCodes } from "./codes.ts";

test("at most 100,000 codes are held, and expired ones are forgotten when the next is issued", () => {
  let now = 0;
  const codes = createCodes<number>("login", { now: () => now, monotonic: () => now }, systemRandom);
  const first = codes.issue(0);
  for (let i = 1; i <= 100_000; i++) codes.issue(i);
  assert.equal(codes.size, 100_000);
  assert.equal(codes.find(first), undefined);
  now = 5 * 60_000;
  codes.issue(1);
  assert.equal(codes.size, 1);
});

test("adopted codes are bounded in length and keep their facts", () => {
  const codes = createCodes<string>("login", { now: () => 0, monotonic: () => 0 }, systemRandom);
  assert.equal(
    codes.find("x".repeat(513), () => "developer"),
    undefined,
  );
  assert.equal(codes.find("elsewhere", () => "developer")?.facts, "developer");
  assert.equal(codes.find("elsewhere", () => "another")?.facts, "developer");
});

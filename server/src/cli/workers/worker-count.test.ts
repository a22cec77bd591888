import assert from "node:assert/strict";
import { availableParallelism } from "node:os";
import { test } from "node:test";
import { workerCount } from "./worker-count.ts";

test("workers are a number from 1 to 64, or one for each core that this process may use", () => {
  assert.equal(workerCount("1"), 1);
  assert.equal(workerCount("64"), 64);
  assert.equal(workerCount("auto"), Math.min(availableParallelism(), 64));
  for (const text of ["0", "65", "-1", "2.5", "two", "", " 2", "1e1"]) {
    assert.throws(() => workerCount(text), { code: "commander.invalidArgument" }, text);
  }
});

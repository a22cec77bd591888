import assert from "node:assert/strict";
import { test } from "node:test";
import { jointState } from "./joint-state.ts";

const FIT = { ready: true, checks: { database: "ok", hot: "ok (redis)" } } as const;

test("several are ready when each of them is", () => {
  assert.deepEqual(jointState([FIT, FIT]), { ready: true, text: "ok" });
});

test("one that is absent, silent or unfit is named with what is wrong", () => {
  const unfit = { ready: false, checks: { database: "does not answer", keys: "ok", hot: "ok (redis)" } };
  const { ready, text } = jointState([FIT, "absent", "silent", unfit]);
  assert.equal(ready, false);
  assert.equal(
    text,
    "worker 2 is not there yet; worker 3 does not answer; worker 4 is not ready (database: does not answer)",
  );
});

test("what leaves a worker in is no reason to take the node out", () => {
  const failing = { ready: true, checks: { ...FIT.checks, writes: "failing" } };
  assert.deepEqual(jointState([failing, FIT]), { ready: true, text: "ok" });
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { HufuError } from "../../core/errors/errors.ts";
import { withPatience } from "./patience.ts";

const outage = new HufuError("store_unavailable", { retryAfter: 1 });

/** Fails so often before it succeeds. */
async function run(failures: number, error: Error = outage, pause = async (): Promise<void> => undefined) {
  const pauses: number[] = [];
  const said: string[] = [];
  let calls = 0;
  const carryOut = async (): Promise<string> => {
    calls += 1;
    if (calls <= failures) throw error;
    return "done";
  };
  const result = await withPatience(
    carryOut,
    (sentence) => said.push(sentence),
    async (ms) => {
      pauses.push(ms);
      await pause();
    },
  ).catch((thrown: unknown) => thrown);
  return { result, calls, pauses, said };
}

test("an outage is waited out, each time for longer and with a sentence, and no more than five times", async () => {
  const twice = await run(2);
  assert.deepEqual([twice.result, twice.calls, twice.pauses], ["done", 3, [1000, 2000]]);
  assert.equal(twice.said[0], "the database cannot be used; trying again in 1 s (1 of 5)");
  assert.equal((await run(5)).result, "done");
  const forGood = await run(6);
  assert.deepEqual([forGood.result, forGood.calls, forGood.pauses], [outage, 6, [1000, 2000, 4000, 8000, 16_000]]);
});

test("what is no outage ends it at once, and so does a stop during the pause", async () => {
  const mistake = new RangeError("mistake");
  assert.deepEqual(await run(1, mistake), { result: mistake, calls: 1, pauses: [], said: [] });
  const stopped = await run(1, outage, async () => {
    throw new Error("stopped");
  });
  assert.deepEqual([stopped.result, stopped.calls], [outage, 1]);
});

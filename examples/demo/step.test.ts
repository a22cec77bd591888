import assert from "node:assert/strict";
import { test } from "node:test";
import { createWalk, StepFailed } from "./step.ts";

function walkOnPaper(colour = false) {
  const lines: string[] = [];
  let time = 0;
  // Every look at the clock finds it 3 ms later.
  const walk = createWalk((line) => lines.push(line), { colour, now: () => (time += 3) });
  return { lines, walk };
}

test("a step that does what it says is one line: its number, what was sent, what came back, how long it took", async () => {
  const { lines, walk } = walkOnPaper();
  await walk.step("alice: GET /orders", "200 order 1001", () => "200 order 1001");
  assert.equal(lines.length, 1);
  assert.match(lines[0] ?? "", /^ 1 {2}alice: GET \/orders +200 order 1001 +3 ms$/);
  assert.deepEqual(walk.taken(), { steps: 1, ms: 9 });
});

test("a step that got something else says what it expected and what it got, and ends the walk", async () => {
  const { lines, walk } = walkOnPaper();
  await assert.rejects(
    walk.step("alice: GET /orders", "200 order 1001", () => "503"),
    (error) => error instanceof StepFailed && error.message.includes("step 1"),
  );
  assert.match(lines.join("\n"), /expected {2}200 order 1001\n +got {7}503/);
});

test("a step that throws has failed, with any expectation", async () => {
  const { lines, walk } = walkOnPaper();
  await assert.rejects(
    walk.step("alice: GET /orders", "200", () => Promise.reject(new TypeError("fetch failed"))),
    StepFailed,
  );
  assert.match(lines.join("\n"), /got {7}TypeError: fetch failed/);
});

test("colour is there only where it was asked for", async () => {
  const plain = walkOnPaper();
  plain.walk.title("Sign-in");
  await plain.walk.step("a", "b", () => "b");
  assert.ok(!plain.lines.join("").includes("\u001b"));
  const coloured = walkOnPaper(true);
  await coloured.walk.step("a", "b", () => "b");
  assert.ok(coloured.lines.join("").includes("\u001b[32m"));
});

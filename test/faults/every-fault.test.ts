import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";

const ROOT = join(import.meta.dirname, "..", "..");
/** The faults of the many-nodes issue, by their numbers in docs/reference/threats.md. */
const FAULTS = [1, 2, ...range(4, 20), ...range(22, 32), 36];

test("each fault is the name of a test", () => {
  const files = globSync("{server/src,test}/**/*.{test,fixture}.ts", { cwd: ROOT });
  const named = new Set<number>();
  for (const file of files) {
    const text = readFileSync(join(ROOT, file), "utf8");
    for (const [, title = ""] of text.matchAll(/(?:test\(|name:)\s*["'`]([^\n]*)/g)) {
      for (const [, number] of title.matchAll(/\bF(\d{1,2})\b/g)) named.add(Number(number));
      for (const [, from, to] of title.matchAll(/\bF(\d{1,2})-F?(\d{1,2})\b/g)) {
        for (const number of range(Number(from), Number(to))) named.add(number);
      }
    }
  }
  assert.deepEqual(
    FAULTS.filter((number) => !named.has(number)),
    [],
  );
});

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, at) => from + at);
}

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createEndedTable } from "./ended-ids.ts";

/** Few ids, many of which begin alike, so that they meet in one part and want one place. */
const SMALL = Array.from({ length: 200 }, (_, at) => {
  const bytes = Buffer.alloc(16);
  bytes.writeUInt32BE(at % 7, 0);
  bytes.writeUInt32BE(at, 12);
  return `s_${bytes.toString("base64url")}`;
});
const IDS = [...SMALL, "s_short", "another", "__proto__", ""];

type Step =
  | { readonly do: "end"; readonly id: string; readonly why: string; readonly until: number }
  | { readonly do: "advance"; readonly seconds: number }
  | { readonly do: "prune" }
  | { readonly do: "sweep"; readonly steps: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      do: fc.constant("end" as const),
      id: fc.constantFrom(...IDS),
      why: fc.constantFrom("kicked", "banned", "logged_out"),
      until: fc.nat(60).map((seconds) => seconds * 1000),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("advance" as const), seconds: fc.nat(10) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("prune" as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("sweep" as const), steps: fc.nat(60) }) },
);

test("it is a Map of ends: what lives is there with its first reason, what was swept is over", () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 50, maxLength: 600 }), (steps) => {
      const table = createEndedTable("s_");
      const model = new Map<string, { why: string; until: number }>();
      let now = 0;
      const forgetOver = (mayStay: boolean): void => {
        for (const [id, { why, until }] of model) {
          const found = table.why(id);
          if (until >= now || !mayStay) assert.equal(found, until >= now ? why : undefined);
          if (found === undefined) model.delete(id);
        }
      };
      for (const one of steps) {
        if (one.do === "end") {
          table.end(one.id, one.why, one.until);
          const known = model.get(one.id);
          model.set(one.id, { why: known?.why ?? one.why, until: Math.max(one.until, known?.until ?? 0) });
        } else if (one.do === "advance") now += one.seconds * 1000;
        else if (one.do === "prune") {
          table.prune(now);
          forgetOver(false);
        } else {
          for (let left = one.steps; left > 0; left -= 1) table.sweepStep(now);
          forgetOver(true);
        }
        assert.equal(table.size, model.size);
      }
      for (const id of IDS) assert.equal(table.why(id), model.get(id)?.why);
    }),
    { numRuns: 300 },
  );
});

test("a walk to its end takes out everything that is over, and a table that has emptied shrinks and goes on", () => {
  const table = createEndedTable("s_");
  const ids = Array.from({ length: 5000 }, (_, at) => {
    const bytes = Buffer.alloc(16);
    bytes.writeUInt32BE(Math.imul(at, 0x9e37_79b1) >>> 0, 0);
    return `s_${bytes.toString("base64url")}`;
  });
  for (const [at, id] of ids.entries()) table.end(id, "kicked", at % 100 === 0 ? 10_000 : 1000);
  assert.equal(table.size, 5000);
  while (!table.sweepStep(2000));
  assert.equal(table.size, 50);
  for (const [at, id] of ids.entries()) assert.equal(table.why(id), at % 100 === 0 ? "kicked" : undefined);
  for (const id of ids) table.end(id, "banned", 20_000);
  assert.equal(table.size, 5000);
  for (const [at, id] of ids.entries()) assert.equal(table.why(id), at % 100 === 0 ? "kicked" : "banned");
});

test("a 256th reason is told like any other", () => {
  const table = createEndedTable("");
  const ids = Array.from({ length: 300 }, (_, at) =>
    Buffer.alloc(16, at % 256)
      .toString("base64url")
      .replace(/^./, at > 255 ? "_" : "A"),
  );
  for (const [at, id] of ids.entries()) table.end(id, `why_${at}`, 1000);
  const first = new Map<string, string>();
  for (const [at, id] of ids.entries()) if (!first.has(id)) first.set(id, `why_${at}`);
  for (const [id, why] of first) assert.equal(table.why(id), why);
  assert.equal(table.size, first.size);
  table.prune(1001);
  assert.equal(table.size, 0);
});

test("an end far in the future, or with milliseconds, never comes too soon", () => {
  const table = createEndedTable("s_");
  const [one = "", two = ""] = SMALL;
  table.end(one, "kicked", Number.MAX_SAFE_INTEGER);
  table.end(two, "kicked", 1500);
  table.prune(2000);
  assert.equal(table.size, 2);
  table.prune(2001);
  assert.equal(table.size, 1);
});

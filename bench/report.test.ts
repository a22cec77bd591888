import assert from "node:assert/strict";
import { test } from "node:test";
import { BUDGETS } from "./budgets.ts";
import type { Figure } from "./figure.ts";
import { markdownReport, rowOf } from "./report.ts";
import { threeFigures } from "./three-figures.ts";

const BUDGET = { name: "B1", what: "warm guard", budget: "≥ 2 × a peer; ≥ 0.7 of the limit" } as const;

function found(ratio: number, bound: Figure["bound"], of = "a case"): Figure {
  return {
    of,
    unit: "checks/s",
    ours: ratio * 1000,
    peer: 1000,
    peerName: "a peer",
    limit: 5000,
    ratio,
    spread: 0.05,
    bound,
  };
}

test("every budget has one row, measured or with the reason why not", () => {
  assert.deepEqual(
    BUDGETS.map(({ name }) => name),
    [...Array.from({ length: 19 }, (_, at) => `B${at + 1}`), "proof", "import"],
  );
  for (const { measure, why } of BUDGETS) assert.notEqual(measure === undefined, why === undefined);
});

test("a row shows its tightest case, not its best one", () => {
  const row = rowOf(BUDGET, [found(9, { least: 2 }, "easy"), found(0.8, { least: 0.7 }, "tight")]);
  assert.equal(row.ratio, 0.8);
  assert.equal(row.holds, true);
  assert.equal(row.cases.length, 2);
});

test("one case that fails is enough to fail a row", () => {
  const row = rowOf(BUDGET, [found(9, { least: 2 }), found(1.9, { least: 2 })]);
  assert.equal(row.ratio, 1.9);
  assert.equal(row.holds, false);
});

test("a bound may be a ceiling", () => {
  assert.equal(rowOf(BUDGET, [found(2.9, { most: 3 })]).holds, true);
  assert.equal(rowOf(BUDGET, [found(3.1, { most: 3 }), found(1, { most: 3 })]).ratio, 3.1);
});

test("a case without a bound is told and decides nothing", () => {
  const row = rowOf(BUDGET, [found(0.1, null, "for comparison"), found(3, { least: 2 })]);
  assert.equal(row.ratio, 3);
  assert.equal(row.holds, true);
  assert.equal(row.cases[0] && "holds" in row.cases[0] ? row.cases[0].holds : undefined, null);
  assert.equal(rowOf(BUDGET, [found(0.1, null)]).holds, null);
});

test("what was not measured holds neither nor fails, and says why", () => {
  const row = rowOf({ ...BUDGET, why: "there is no feed" }, []);
  assert.equal(row.holds, null);
  assert.equal(row.ratio, null);
  assert.equal(row.why, "there is no feed");
});

test("a case that is missing is told beside those that were measured", () => {
  const row = rowOf(BUDGET, [found(3, { least: 2 }), { of: "Fastify", why: "no adapter" }]);
  assert.equal(row.holds, true);
  assert.equal(row.why, "Fastify: no adapter");
});

test("a row has every member that readers of the JSON are promised", () => {
  const row = JSON.parse(JSON.stringify(rowOf(BUDGET, [])));
  for (const name of ["name", "ratio", "unit", "budget", "holds", "ours", "peer", "peerName", "limit"]) {
    assert.ok(name in row, name);
  }
});

test("the table has one line a case, and says where it was measured", () => {
  const rows = [
    rowOf(BUDGET, [found(1.5, { least: 2 }, "a|b"), found(2, null, "told"), { of: "c", why: "no c" }]),
    rowOf({ ...BUDGET, name: "B6", why: "later" }, []),
  ];
  const setting = { date: "2026-01-02", machine: "a machine", versions: "Node 24", settings: "quick rounds" };
  assert.equal(
    markdownReport(rows, setting),
    [
      "|  | what | ours | beside | ratio | budget |  | raw limit |",
      "| --- | --- | --- | --- | --- | --- | --- | --- |",
      "| B1 | warm guard: a\\|b | 1500 checks/s | 1000 a peer | 1.50 ± 5 % | ≥ 2 | **fails** | 5000 |",
      "| B1 | warm guard: told | 2000 checks/s | 1000 a peer | 2.00 ± 5 % | – | – | 5000 |",
      "| B1 | warm guard: c | – | – | – | ≥ 2 × a peer; ≥ 0.7 of the limit | – | no c |",
      "| B6 | warm guard | – | – | – | ≥ 2 × a peer; ≥ 0.7 of the limit | – | later |",
      "",
      "Measured 2026-01-02 on a machine; Node 24; quick rounds.",
      "",
    ].join("\n"),
  );
});

test("figures have three digits that count", () => {
  assert.deepEqual([0.1234, 12.34, 999.4, 9994, 9996, 34_567, 999_499, 999_500, 12_345_678].map(threeFigures), [
    ...["0.123", "12.3", "999", "9990", "10k", "34.6k", "999k", "1M", "12.3M"],
  ]);
});

import assert from "node:assert/strict";
import test from "node:test";
import { belowFloor, coverageOf, figureOf } from "./coverage-figure.ts";

const REPORT = `TN:
SF:server/src/a.ts
FNF:4
FNH:3
BRF:10
BRH:9
LF:100
LH:98
end_of_record
TN:
SF:server/src/b.ts
FNF:0
FNH:0
BRF:10
BRH:10
LF:100
LH:100
end_of_record
TN:
SF:client/src/a.ts
FNF:1
FNH:0
BRF:1
BRH:0
LF:10
LH:5
end_of_record
`;

test("a package's figure is the sum over its files alone", () => {
  const server = coverageOf(REPORT, "server/src/");
  assert.equal(figureOf(server), "99.0 % of lines, 95.0 % of branches, 75.0 % of functions");
  assert.equal(figureOf(coverageOf(REPORT, "client/src/")), "50.0 % of lines, 0.0 % of branches, 0.0 % of functions");
});

test("what is below the floor is named, and what reaches it is not", () => {
  const server = coverageOf(REPORT, "server/src/");
  assert.deepEqual(belowFloor(server, { lines: 99, branches: 95, functions: 75 }), []);
  assert.deepEqual(belowFloor(server, { lines: 99.1, branches: 95, functions: 76 }), [
    "99.0 % of lines, at least 99.1 % wanted",
    "75.0 % of functions, at least 76 % wanted",
  ]);
});

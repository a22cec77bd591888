import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { compileGrants } from "./grants.ts";
import { parsePermission, type Reach } from "./permission.ts";
import { compileRequirement } from "./requirement.ts";

interface PublishedCases {
  readonly cases: readonly {
    readonly name: string;
    readonly granted: readonly string[];
    readonly required: string;
    readonly reach: Reach | null;
    readonly covered: boolean;
  }[];
  readonly wellformed: readonly { text: string; resource: string; action: string; reach: Reach }[];
  readonly malformed: readonly string[];
}

const file = new URL("../../../vectors/permissions/permission-cases.json", import.meta.url);
const published: PublishedCases = JSON.parse(readFileSync(file, "utf8"));

test("every published case holds", () => {
  assert.ok(published.cases.length > 60);
  for (const { name, granted, required, reach, covered } of published.cases) {
    const grants = compileGrants(granted);
    const requirement = compileRequirement(required);
    assert.equal(grants.covers(requirement), covered, name);
    assert.equal(grants.reach(requirement.resource, requirement.action) ?? null, reach, name);
  }
});

test("every published text that is a permission is taken apart as published", () => {
  assert.ok(published.wellformed.length > 0);
  for (const expected of published.wellformed) assert.deepEqual({ ...parsePermission(expected.text) }, expected);
});

test("every published text that is no permission is a mistake where people write it, and grants nothing in a token", () => {
  assert.ok(published.malformed.length > 0);
  const everything = compileRequirement("*:*");
  for (const text of published.malformed) {
    assert.throws(() => parsePermission(text), TypeError, JSON.stringify(text));
    assert.throws(() => compileRequirement(text), TypeError, JSON.stringify(text));
    assert.equal(compileGrants([text]).covers(everything), false, JSON.stringify(text));
    assert.equal(compileGrants([text]).reach("order", "read"), undefined, JSON.stringify(text));
  }
});

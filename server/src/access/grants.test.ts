import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { compileGrants } from "./grants.ts";
import type { Reach } from "./permission.ts";
import { compileRequirement } from "./requirement.ts";

/** docs/protocol.md §11, word by word and slowly. */
function naiveReach(granted: readonly string[], resource: string, action: string): Reach | undefined {
  const reaches = granted.flatMap((text) => {
    const parts = text.split(":");
    const [grantedResource = "", grantedAction = "", reach = "all"] = parts;
    const wellFormed =
      [grantedResource, grantedAction].every((part) => part === "*" || /^[a-z0-9_.-]+$/.test(part)) &&
      (reach === "own" || reach === "all") &&
      (parts.length === 2 || parts.length === 3);
    if (!wellFormed) return [];
    const wild = grantedResource === "*" || grantedAction === "*";
    if (wild && resource.startsWith("hufu.")) return [];
    const fits = (part: string, wanted: string) => part === "*" || part === wanted;
    return fits(grantedResource, resource) && fits(grantedAction, action) ? [reach] : [];
  });
  return reaches.includes("all") ? "all" : reaches.includes("own") ? "own" : undefined;
}

const resource = fc.constantFrom("*", "order", "order.items", "hufu.users", "hufu.", "hufu", "__proto__");
const action = fc.constantFrom("*", "read", "create", "constructor");
const wellFormed = fc
  .tuple(resource, action, fc.constantFrom("", ":own", ":all"))
  .map(([r, a, reach]) => `${r}:${a}${reach}`);
const broken = fc.oneof(
  fc.constantFrom("", "order", "order:", ":read", "Order:read", "order:read:team", "a:b:own:own"),
  fc.string(),
);

test("it agrees with a naive reading of the protocol for any grants and any requirement", () => {
  const granted = fc.array(fc.oneof({ weight: 5, arbitrary: wellFormed }, { weight: 1, arbitrary: broken }), {
    maxLength: 8,
  });
  fc.assert(
    fc.property(granted, wellFormed, (list, required) => {
      const requirement = compileRequirement(required);
      const grants = compileGrants(list);
      const expected = naiveReach(list, requirement.resource, requirement.action);
      assert.equal(grants.reach(requirement.resource, requirement.action), expected);
      const covered = expected === "all" || (expected === "own" && required.endsWith(":own"));
      assert.equal(grants.covers(requirement), covered);
      assert.equal(grants.allows(required), covered);
      assert.equal(grants.allows(required), covered, "asked again");
    }),
    { numRuns: 1000 },
  );
});

test("more grants never take anything away", () => {
  fc.assert(
    fc.property(fc.array(wellFormed, { maxLength: 6 }), wellFormed, wellFormed, (list, more, required) => {
      const requirement = compileRequirement(required);
      if (compileGrants(list).covers(requirement)) assert.ok(compileGrants([...list, more]).covers(requirement));
    }),
  );
});

test("equal lists share one compiled object, and no two different lists do", () => {
  assert.equal(compileGrants(["order:read", "order:create"]), compileGrants(["order:read", "order:create"]));
  assert.notEqual(compileGrants(["order:read order:create"]), compileGrants(["order:read", "order:create"]));
  assert.notEqual(compileGrants(['order:read","order:create']), compileGrants(["order:read", "order:create"]));
  assert.notEqual(compileGrants([]), compileGrants([""]));
});

test("five hundred permissions are all found", () => {
  const list = Array.from({ length: 500 }, (_, i) => `resource${i}:read${i % 2 === 0 ? ":own" : ""}`);
  const grants = compileGrants(list);
  for (let i = 0; i < 500; i += 1) assert.equal(grants.reach(`resource${i}`, "read"), i % 2 === 0 ? "own" : "all");
  assert.equal(grants.reach("resource500", "read"), undefined);
});

test("any number of different questions is answered rightly, and a bad one is a mistake every time", () => {
  const grants = compileGrants(["order:*", "invoice:read:own"]);
  for (let i = 0; i < 3000; i += 1) {
    assert.equal(grants.allows(`order:a${i}`), true);
    assert.equal(grants.allows(`other:a${i}`), false);
    assert.equal(grants.allows("invoice:read"), false);
    assert.throws(() => grants.allows("order"), TypeError);
  }
});

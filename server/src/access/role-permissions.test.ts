import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fitsInToken, MOST_PERMISSION_BYTES, permissionsJson, permissionsOf } from "./role-permissions.ts";

const table = new Map([
  ["member", ["order:read:own", "order:create"]],
  ["admin", ["order:read:all", "order:create"]],
  ["twin", ["order:create", "order:read:own"]],
]);

test("roles add up to a sorted list without repeats, frozen", () => {
  const list = permissionsOf(["member", "admin"], table);
  assert.deepEqual(list, ["order:create", "order:read:all", "order:read:own"]);
  assert.ok(Object.isFrozen(list));
});

test("an unknown role gives nothing", () => {
  assert.deepEqual(permissionsOf(["nobody", "__proto__", "constructor", ""], table), []);
  assert.deepEqual(permissionsOf([], table), []);
  assert.deepEqual(permissionsOf(["nobody", "member"], table), ["order:create", "order:read:own"]);
});

test("role sets that allow the same share one list and its JSON", () => {
  const list = permissionsOf(["member"], table);
  assert.equal(permissionsOf(["member"], table), list);
  assert.equal(permissionsOf(["twin"], table), list);
  assert.equal(permissionsOf(["member", "twin", "nobody"], table), list);
  assert.equal(permissionsOf(["twin", "member"], table), list);
  assert.equal(permissionsJson(list), '["order:create","order:read:own"]');
});

test("another snapshot has its own answer", () => {
  const later = new Map([["member", ["order:create"]]]);
  assert.deepEqual(permissionsOf(["member"], later), ["order:create"]);
  assert.deepEqual(permissionsOf(["member"], table), ["order:create", "order:read:own"]);
});

test("role names that look like lists are not mixed up with lists", () => {
  const odd = new Map([
    ["a,b", ["x:one"]],
    ["a", ["x:two"]],
    ['a","b', ["x:three"]],
  ]);
  assert.deepEqual(permissionsOf(["a,b"], odd), ["x:one"]);
  assert.deepEqual(permissionsOf(["a", "b"], odd), ["x:two"]);
  assert.deepEqual(permissionsOf(['a","b'], odd), ["x:three"]);
});

test("the union is what a plain set gives, for any table and roles", () => {
  const name = fc.constantFrom("a", "b", "c", "d");
  const permissions = fc.array(fc.constantFrom("x:1", "x:2", "y:1", "y:2:own"), { maxLength: 5 });
  fc.assert(
    fc.property(fc.dictionary(name, permissions), fc.array(name, { maxLength: 5 }), (roles, asked) => {
      const any = new Map(Object.entries(roles));
      const expected = new Set(asked.flatMap((role) => any.get(role) ?? []));
      const list = permissionsOf(asked, any);
      assert.deepEqual(new Set(list), expected);
      assert.equal(list.length, expected.size);
      assert.deepEqual(list, list.toSorted());
    }),
  );
});

test("a list fits a token up to exactly 4 KiB of JSON", () => {
  const one = ["x".repeat(MOST_PERMISSION_BYTES - 4)];
  assert.equal(Buffer.byteLength(JSON.stringify(one)), 4096);
  assert.equal(fitsInToken(one), true);
  assert.equal(fitsInToken([`${one[0]}x`]), false);
  assert.equal(fitsInToken([`${one[0]?.slice(1)}é`]), false);
  assert.equal(fitsInToken([]), true);
});

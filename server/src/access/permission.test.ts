import assert from "node:assert/strict";
import { test } from "node:test";
import { LONGEST_PERMISSION, parsePermission, readPermission } from "./permission.ts";

test("a refusal names the text that it is about", () => {
  assert.throws(() => parsePermission("Order:Read"), {
    name: "TypeError",
    message: /"Order:Read" is not a permission/,
  });
});

test("a refusal of a very long text shows only its beginning", () => {
  const text = `${"x".repeat(100_000)}:read`;
  assert.throws(
    () => parsePermission(text),
    (error) => error instanceof TypeError && error.message.length < 400 && error.message.includes("xxxx"),
  );
});

test("what is not even text is refused, not converted", () => {
  const untyped: (value: unknown) => unknown = parsePermission as (value: unknown) => unknown;
  for (const value of [undefined, null, 5, {}, ["order:read"]]) assert.throws(() => untyped(value), TypeError);
});

test("the longest permission has 128 characters", () => {
  const longest = `${"r".repeat(LONGEST_PERMISSION - 5)}:read`;
  assert.equal(parsePermission(longest).action, "read");
  assert.equal(readPermission(`r${longest}`), undefined);
});

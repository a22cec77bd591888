import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { HufuError } from "../../core/errors/errors.ts";
import type { Body } from "./call.ts";
import { LARGEST_FORM, parseForm } from "./form.ts";

const refusedAs = (body: Body): string => {
  try {
    parseForm(body);
  } catch (error) {
    if (error instanceof HufuError) return error.reason;
    throw error;
  }
  return "nothing";
};

test("any form that the platform's own encoder writes is read as it was meant", () => {
  const member = fc.tuple(fc.string({ unit: "grapheme", minLength: 1 }), fc.string({ unit: "grapheme" }));
  fc.assert(
    fc.property(fc.uniqueArray(member, { selector: ([name]) => name }), (members) => {
      const form = parseForm(new URLSearchParams(members).toString());
      for (const [name, value] of members) {
        assert.equal(form.get(name), value === "" ? undefined : value);
      }
    }),
  );
});

test("any text at all is read or refused with a reason", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      assert.match(refusedAs(text), /^(nothing|parameter_repeated|parameter_invalid)$/);
    }),
  );
});

test("an empty parameter counts as absent, and empty members as nothing", () => {
  const form = parseForm("&&a=&b&c=1&&=x&");
  assert.deepEqual(
    ["a", "b", "c", "d"].map((name) => form.get(name)),
    [undefined, undefined, "1", undefined],
  );
});

test("a parameter that comes twice is refused however it is spelled", () => {
  for (const text of ["a=1&a=1", "a&a", "a=1&%61=2", "a=&a=2", "a+b=1&a%20b=2"]) {
    assert.equal(refusedAs(text), "parameter_repeated", text);
  }
});

test("an equals sign in a value belongs to the value", () => {
  assert.equal(parseForm("a=b=c==").get("a"), "b=c==");
  assert.equal(parseForm("a&b=c").get("b"), "c");
});

test("names that every object has are names like others", () => {
  assert.equal(parseForm("x=1").get("constructor"), undefined);
  assert.equal(parseForm("__proto__=1&toString=2").get("toString"), "2");
  assert.equal(parseForm({ x: "1" }).get("constructor"), undefined);
});

test("what a body parser has made of a form is held to the same rules", () => {
  const form = parseForm({ a: "1", empty: "", nested: { a: "2" }, number: 3 });
  assert.deepEqual(
    ["a", "empty", "nested", "number"].map((name) => form.get(name)),
    ["1", undefined, undefined, undefined],
  );
  assert.equal(refusedAs({ a: ["1", "2"] }), "parameter_repeated");
  assert.equal(refusedAs({ unknown: [] }), "parameter_repeated");
  assert.equal(refusedAs({ a: "\ufffd" }), "parameter_invalid");
  assert.equal(refusedAs({ a: "x".repeat(LARGEST_FORM + 1) }), "body_too_large");
});

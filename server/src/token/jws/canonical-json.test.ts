import assert from "node:assert/strict";
import { test } from "node:test";
import { HufuError } from "../../core/errors/errors.ts";
import { canonicalJson } from "./canonical-json.ts";

const isRefused = (error: unknown): boolean => error instanceof HufuError && error.reason === "parameter_invalid";

function double(bits: string): number {
  return Buffer.from(bits, "hex").readDoubleBE();
}

test("RFC 8785 §3.2.2 to §3.2.4: numbers, text and literals, byte by byte", () => {
  const given = JSON.parse(`{
    "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
    "string": "\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\"\\/",
    "literals": [null, true, false]
  }`);
  const bytes =
    "7b226c69746572616c73223a5b6e756c6c2c747275652c66616c73655d2c226e756d62657273223a5b3333333333333333332e333333333333332c" +
    "31652b33302c342e352c302e3030322c31652d32375d2c22737472696e67223a22e282ac245c75303030665c6e4127425c225c5c5c5c5c222f227d";
  assert.equal(Buffer.from(canonicalJson(given)).toString("hex"), bytes);
});

test("RFC 8785 §3.2.3: members in the order of their UTF-16 code units", () => {
  const given = JSON.parse(`{
    "\\u20ac": "Euro Sign",
    "\\r": "Carriage Return",
    "\\ufb33": "Hebrew Letter Dalet With Dagesh",
    "1": "One",
    "\\ud83d\\ude00": "Emoji: Grinning Face",
    "\\u0080": "Control",
    "\\u00f6": "Latin Small Letter O With Diaeresis"
  }`);
  assert.equal(
    canonicalJson(given),
    '{"\\r":"Carriage Return","1":"One","\u0080":"Control","ö":"Latin Small Letter O With Diaeresis",' +
      '"€":"Euro Sign","😀":"Emoji: Grinning Face","\ufb33":"Hebrew Letter Dalet With Dagesh"}',
  );
});

test("RFC 8785 appendix B: numbers by their bits", () => {
  const samples = {
    "0000000000000000": "0",
    "8000000000000000": "0",
    "0000000000000001": "5e-324",
    "8000000000000001": "-5e-324",
    "7fefffffffffffff": "1.7976931348623157e+308",
    ffefffffffffffff: "-1.7976931348623157e+308",
    "44b52d02c7e14af5": "9.999999999999997e+22",
    "44b52d02c7e14af6": "1e+23",
    "44b52d02c7e14af7": "1.0000000000000001e+23",
    "444b1ae4d6e2ef50": "1e+21",
    "3eb0c6f7a0b5ed8c": "9.999999999999997e-7",
    "3eb0c6f7a0b5ed8d": "0.000001",
    "41b3de4355555553": "333333333.3333332",
    "41b3de4355555554": "333333333.33333325",
    "41b3de4355555555": "333333333.3333333",
    "41b3de4355555556": "333333333.3333334",
    "41b3de4355555557": "333333333.33333343",
    becbf647612f3696: "-0.0000033333333333333333",
    "43143ff3c1cb0959": "1424953923781206.2",
  };
  for (const [bits, text] of Object.entries(samples)) assert.equal(canonicalJson(double(bits)), text, bits);
});

test("integers that a double does not tell apart are refused, those of appendix B too: two orders could have one digest", () => {
  for (const bits of ["4340000000000000", "c340000000000000", "4430000000000000", "444b1ae4d6e2ef4e"]) {
    assert.throws(() => canonicalJson({ order: double(bits) }), isRefused, bits);
  }
  assert.equal(canonicalJson(Number.MAX_SAFE_INTEGER), "9007199254740991");
  assert.equal(canonicalJson(-Number.MAX_SAFE_INTEGER), "-9007199254740991");
  assert.equal(canonicalJson({ order: "1234567890123456789" }), '{"order":"1234567890123456789"}');
});

test("two texts that say the same have one spelling", () => {
  const same = ['{"b":1,"a":[1.0,"A"]}', '{ "a" : [1e0, "\\u0041"], "b" : 10e-1 }'];
  assert.equal(new Set(same.map((text) => canonicalJson(JSON.parse(text)))).size, 1);
  const other = ['{"a":1}', '{"a":"1"}', '{"a":true}', '{"a":[1]}', '{"A":1}', '{"a":null}', "{}", '{"a":{"a":1}}'];
  assert.equal(new Set(other.map((text) => canonicalJson(JSON.parse(text)))).size, other.length);
  assert.equal(canonicalJson(JSON.parse('{"__proto__":{"x":1}}')), '{"__proto__":{"x":1}}');
});

test("what its readers may not agree on is refused", () => {
  const levels = (count: number): unknown => JSON.parse("[".repeat(count) + "]".repeat(count));
  assert.equal(canonicalJson(levels(32)).length, 64);
  const long = "x".repeat(16_382);
  assert.equal(canonicalJson(long).length, 16_384);
  for (const [what, value] of [
    ["half a character", "\ud800"],
    ["half a character in a name", { "\udc00": 1 }],
    ["NUL", "a\0"],
    ["1e400", JSON.parse("1e400")],
    ["33 levels", levels(33)],
    ["16,385 characters", `${long}x`],
  ] as const) {
    assert.throws(() => canonicalJson(value), isRefused, what);
  }
});

test("what JSON cannot say is a mistake of the program", () => {
  const cycle: Record<string, unknown> = {};
  cycle["self"] = cycle;
  assert.throws(() => canonicalJson(cycle), isRefused);
  for (const value of [
    undefined,
    { a: undefined },
    [undefined],
    new Array(2),
    new Date(0),
    1n,
    Number.NaN,
    new Map(),
  ]) {
    assert.throws(() => canonicalJson(value), TypeError);
  }
  for (const value of [Symbol("s"), () => 1]) assert.throws(() => canonicalJson(value), TypeError);
});

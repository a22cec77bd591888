import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseStrictObject } from "./strict-json.ts";

const parse = (text: string): unknown => parseStrictObject(Buffer.from(text, "utf8"));

test("an ordinary object is read as JSON.parse reads it", () => {
  for (const text of [
    "{}",
    ' { "a" : 1 , "b" : [ { "a" : 2 } , { "a" : 3 } ] } ',
    '{"a":{"a":{"a":null}},"b":":","c":"\\":\\"","d":"\\\\","e:":"{\\"x\\":1}"}',
    '{"张":"三","emoji":"😀","escaped":"\\ud83d\\ude00"}',
    '{"":{"":0}}',
  ]) {
    assert.deepEqual(parse(text), JSON.parse(text), text);
  }
});

test("every object that JSON can write is read back, white space or not", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 4 })), fc.constantFrom(0, 2), (object, indent) => {
      const text = JSON.stringify(object, undefined, indent);
      assert.deepEqual(parse(text), JSON.parse(text));
    }),
  );
});

test("a member name twice in one object is refused, at any depth and in any spelling", () => {
  for (const text of [
    '{"a":1,"a":1}',
    '{"a":1,"b":2,"a":3}',
    '{"a" :1,"a"\n:2}',
    '{"a":1,"\\u0061":2}',
    '{"x":{"a":1,"a":2}}',
    '{"x":[[{"a":1,"a":2}]]}',
    '{"x":{"a":1},"x":{"b":1}}',
    '{"__proto__":1,"__proto__":2}',
    '{"constructor":1,"constructor":2}',
    '{"":1,"":2}',
    '{"1":1,"1":2}',
    '{"a\\"":1,"a\\"":2}',
  ]) {
    assert.equal(parse(text), undefined, text);
  }
});

test("__proto__ is a name like any other and changes no prototype", () => {
  const object = parseStrictObject(Buffer.from('{"__proto__":{"admin":true}}'));
  assert.ok(object);
  assert.equal(Object.getPrototypeOf(object), Object.prototype);
  assert.equal(object["admin"], undefined);
});

test("row 14: bytes that are not well-formed UTF-8, or begin with a byte order mark, are refused", () => {
  const text = '{"a":"b"}';
  const inside = (bytes: readonly number[]): Buffer =>
    Buffer.concat([Buffer.from('{"a":"'), Buffer.from(bytes), Buffer.from('"}')]);
  for (const bytes of [
    Buffer.from([0xef, 0xbb, 0xbf, ...Buffer.from(text)]),
    Buffer.from(text, "utf16le"),
    Buffer.from(`\ufeff${text}`, "utf16le"),
    inside([0xff]),
    inside([0xc0, 0xaf]),
    inside([0xc3]),
    inside([0xed, 0xa0, 0x80]),
    inside([0xf4, 0x90, 0x80, 0x80]),
    inside([0x00]),
  ]) {
    assert.equal(parseStrictObject(bytes), undefined, bytes.toString("hex"));
  }
});

test("row 14: half a surrogate pair by escape is refused, in values and in names", () => {
  for (const text of ['{"a":"\\ud83d"}', '{"a":"\\ude00\\ud83d"}', '{"\\udc00":1}', '{"a":[{"b":"x\\uD800y"}]}']) {
    assert.equal(parse(text), undefined, text);
  }
});

test("a text that is not one object is refused", () => {
  for (const text of [
    "",
    " ",
    "null",
    "1",
    '"a"',
    "[]",
    "[{}]",
    "{}{}",
    "{} x",
    "{a:1}",
    "{'a':1}",
    '{"a":1,}',
    '{"a":01}',
    "{",
    '{"a"',
  ]) {
    assert.equal(parse(text), undefined, text);
  }
});

test("nesting ends at 32 levels", () => {
  const nested = (levels: number): string => `${'{"a":'.repeat(levels)}0${"}".repeat(levels)}`;
  assert.ok(parse(nested(32)));
  assert.equal(parse(nested(33)), undefined);
  assert.equal(parse(`{"a":${"[".repeat(2000)}${"]".repeat(2000)}}`), undefined);
});

test("no bytes make it throw", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      const value = parseStrictObject(bytes);
      assert.ok(value === undefined || typeof value === "object");
    }),
  );
});

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createSseParser, MOST_CHARACTERS, type SseEvent } from "./sse-parser.ts";

function parse(...pieces: readonly (string | Uint8Array)[]): SseEvent[] {
  const parser = createSseParser();
  return pieces.flatMap((piece) => parser.push(typeof piece === "string" ? Buffer.from(piece) : piece));
}

test("an event has a name, data and an id", () => {
  assert.deepEqual(parse('id: 3.1842\nevent: revoke\ndata: {"a":1}\n\n'), [
    { event: "revoke", data: '{"a":1}', id: "3.1842" },
  ]);
});

test("lines of data are joined, one space after the colon is dropped, an id is not passed on", () => {
  assert.deepEqual(parse("id:1\ndata:a\ndata:  b\ndata\n\ndata: c\n\n"), [
    { event: "message", data: "a\n b\n", id: "1" },
    { event: "message", data: "c", id: undefined },
  ]);
});

test("comments, unknown fields and a lone id make no event; a name without data does", () => {
  assert.deepEqual(parse(": hello\n\nretry: 1\nother: x\n\nid: 4\n\n\n\nevent: ready\n\n"), [
    { event: "ready", data: "", id: undefined },
  ]);
});

test("what is not finished is no event", () => {
  assert.deepEqual(parse("data: a\n\ndata: b\n"), [{ event: "message", data: "a", id: undefined }]);
});

test("a byte order mark at the beginning is not part of the first field", () => {
  assert.equal(parse("\uFEFFdata: a\n\n")[0]?.data, "a");
});

test("wherever it is cut, and whichever line ends it has, a stream says the same", () => {
  const text = "id: 1.2\nevent: revoke\ndata: 虎符 😀\ndata: second\n\n: comment\n\nevent: beat\ndata: x\n\n";
  const expected = parse(text);
  assert.equal(expected.length, 2);
  const lineEnds = fc.constantFrom("\n", "\r", "\r\n");
  fc.assert(
    fc.property(lineEnds, fc.array(fc.nat(150), { maxLength: 20 }), (lineEnd, cuts) => {
      const bytes = Buffer.from(text.replaceAll("\n", lineEnd));
      const places = [0, ...cuts.filter((cut) => cut < bytes.length).sort((a, b) => a - b), bytes.length];
      const pieces = places.slice(1).map((to, at) => bytes.subarray(places[at], to));
      assert.deepEqual(parse(...pieces), expected);
    }),
    { numRuns: 500 },
  );
  for (const lineEnd of ["\n", "\r", "\r\n"]) {
    const bytes = [...Buffer.from(text.replaceAll("\n", lineEnd))].map((byte) => Uint8Array.of(byte));
    assert.deepEqual(parse(...bytes), expected);
  }
});

test("a line without an end and an event without an end are given up", () => {
  const half = "x".repeat(MOST_CHARACTERS / 2 + 1);
  assert.throws(() => parse(half, half), /more than/);
  assert.throws(() => parse(`data: ${half}\n`, `data: ${half}\n`), /more than/);
  assert.equal(parse(`data: ${half}\n\n`, `data: ${half}\n\n`).length, 2);
});

test("bytes that are no UTF-8 are an error, not a question mark", () => {
  assert.throws(() => parse(Uint8Array.of(0x64, 0x3a, 0xff, 0x0a)), TypeError);
});

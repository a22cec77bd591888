import assert from "node:assert/strict";
import { test } from "node:test";
import { type FileLine, LINE_MOST, readLines } from "./read-lines.ts";

/** The lines of these bytes, in chunks of so many. */
async function linesOf(bytes: Uint8Array, chunk: number): Promise<readonly FileLine[]> {
  async function* chunks(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += chunk) yield bytes.subarray(at, at + chunk);
  }
  const lines: FileLine[] = [];
  for await (const some of readLines(chunks())) lines.push(...some);
  return lines;
}

const textOf = ({ bytes }: FileLine): string | null => (bytes === null ? null : Buffer.from(bytes).toString("utf8"));

test("wherever chunks end, in a character, in CRLF or in the byte order mark, the lines are the same", async () => {
  const bytes = Buffer.from("\ufeff虎符🐯\r\n\r\nab\ncr\rhere\n\r\n末行");
  for (let chunk = 1; chunk <= bytes.length; chunk += 1) {
    const lines = await linesOf(bytes, chunk);
    assert.deepEqual(lines.map(textOf), ["虎符🐯", "", "ab", "cr\rhere", "", "末行"], `chunks of ${chunk}`);
    assert.deepEqual(
      lines.map(({ number, isCut }) => [number, isCut]),
      [1, 2, 3, 4, 5, 6].map((number) => [number, number === 6]),
    );
    assert.equal(lines.at(-1)?.end, bytes.length);
    assert.equal(lines[0]?.end, Buffer.byteLength("\ufeff虎符🐯\r\n"));
  }
});

test("a line of the most bytes is read with either line break, and of one more it is left out and not kept", async () => {
  const most = "x".repeat(LINE_MOST);
  for (const chunk of [1000, LINE_MOST, LINE_MOST + 1, 262_144]) {
    const lines = await linesOf(Buffer.from(`${most}\n${most}\r\n${most}y\n${most}yy\r\n${most}`), chunk);
    assert.deepEqual(
      lines.map(({ bytes }) => bytes?.length ?? null),
      [LINE_MOST, LINE_MOST, null, null, LINE_MOST],
    );
  }
});

test("an empty file has no line, and one that ends with a line break none after it", async () => {
  assert.deepEqual(await linesOf(Buffer.alloc(0), 8), []);
  assert.deepEqual((await linesOf(Buffer.from("a\n"), 8)).map(textOf), ["a"]);
  assert.deepEqual((await linesOf(Buffer.from("\ufeff"), 1)).map(textOf), [""]);
});

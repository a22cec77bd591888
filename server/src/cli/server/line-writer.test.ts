import assert from "node:assert/strict";
import { test } from "node:test";
import { createLineWriter } from "./line-writer.ts";

/** A reader that takes so many bytes before it must be given more room, or fails. */
function reader() {
  const seen = { text: "", room: Number.POSITIVE_INFINITY, broken: false };
  const take = (bytes: Buffer): number => {
    if (seen.broken) throw new Error("ENOSPC");
    const taken = Math.min(bytes.length, seen.room);
    seen.room -= taken;
    seen.text += bytes.subarray(0, taken).toString();
    return taken;
  };
  return { seen, output: { take, pending: () => 0 } };
}

const lossLine = (lines: number): string => `dropped ${lines}\n`;

test("a reader that takes nothing for a while gets every line later, in order", async () => {
  const { seen, output } = reader();
  const writer = createLineWriter({ output, lossLine });
  seen.room = 3;
  for (const line of ["one\n", "two\n", "three\n"]) writer.write(line);
  assert.equal(seen.text, "one");
  assert.equal(await writer.flush(30), false);
  seen.room = Number.POSITIVE_INFINITY;
  assert.equal(await writer.flush(1000), true);
  assert.equal(seen.text, "one\ntwo\nthree\n");
  assert.equal(writer.dropped(), 0);
});

test("what waits is bounded: further lines are dropped, counted, and reported when the reader is back", async () => {
  const { seen, output } = reader();
  const writer = createLineWriter({ output, lossLine, mostBytes: 8 });
  seen.room = 0;
  for (let line = 1; line <= 5; line += 1) writer.write(`ln${line}\n`);
  assert.equal(writer.dropped(), 3);
  seen.room = Number.POSITIVE_INFINITY;
  assert.equal(await writer.flush(1000), true);
  writer.write("after\n");
  writer.write("later\n");
  assert.equal(seen.text, "ln1\nln2\nafter\ndropped 3\nlater\n");
});

test("a disk that is full costs lines, never an exception, and the first line after it begins on a line of its own", () => {
  const { seen, output } = reader();
  const writer = createLineWriter({ output, lossLine });
  seen.room = 2;
  writer.write("torn\n");
  seen.broken = true;
  for (let line = 0; line < 4; line += 1) writer.write("lost\n");
  assert.equal(writer.dropped(), 5);
  seen.broken = false;
  seen.room = Number.POSITIVE_INFINITY;
  writer.write("whole\n");
  assert.equal(seen.text, "to\nwhole\ndropped 5\n");
});

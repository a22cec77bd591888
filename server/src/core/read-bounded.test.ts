import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { test } from "node:test";
import { readBounded } from "./read-bounded.ts";

const text = (bytes: Buffer | undefined): string | undefined => bytes?.toString();

test("a body of at most the limit is read whole, from a Fetch answer and from a Node stream", async () => {
  assert.equal(text(await readBounded(new Response("12345").body, 5)), "12345");
  assert.equal(text(await readBounded(Readable.from([Buffer.from("12"), Buffer.from("345")]), 5)), "12345");
  assert.equal(text(await readBounded(null, 5)), "");
});

test("one byte more is too much, and the rest is cancelled", async () => {
  let cancelled = false;
  const endless = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(Buffer.alloc(4)),
    cancel: () => {
      cancelled = true;
    },
  });
  assert.equal(await readBounded(endless, 7), undefined);
  assert.equal(cancelled, true);
});

test("a body whose cancellation never ends holds up no caller", async () => {
  const stuck = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(Buffer.alloc(4)),
    cancel: () => new Promise(() => undefined),
  });
  assert.equal(await readBounded(stuck, 1), undefined);
});

test("a body that breaks off rejects", async () => {
  const broken = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.error(new Error("broke off")),
  });
  await assert.rejects(readBounded(broken, 5), /broke off/);
});

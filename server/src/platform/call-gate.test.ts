import assert from "node:assert/strict";
import { test } from "node:test";
import { createCallGate, NoRoom } from "./call-gate.ts";

/** A call that ends when it is told to. */
function openCall(): { readonly call: () => Promise<string>; end(): void; readonly begun: () => boolean } {
  let hasBegun = false;
  let end = (): void => undefined;
  const ended = new Promise<string>((resolve) => {
    end = () => resolve("answer");
  });
  return {
    call: () => {
      hasBegun = true;
      return ended;
    },
    end: () => end(),
    begun: () => hasBegun,
  };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const patient = new AbortController().signal;

function gateOf(most: number) {
  const waits: AbortController[] = [];
  const gate = createCallGate(most, () => {
    const wait = new AbortController();
    waits.push(wait);
    return wait.signal;
  });
  return { gate, waits };
}

test("as many calls as are allowed are in flight, the next waits until one ends", async () => {
  const { gate } = gateOf(2);
  const calls = [openCall(), openCall(), openCall()];
  const answers = calls.map(({ call }) => gate.pass(patient, call));
  await turn();
  assert.deepEqual(
    calls.map(({ begun }) => begun()),
    [true, true, false],
  );
  calls[0]?.end();
  await turn();
  assert.equal(calls[2]?.begun(), true);
  for (const { end } of calls) end();
  assert.deepEqual(await Promise.all(answers), ["answer", "answer", "answer"]);
});

test("a call that fails leaves its place too", async () => {
  const { gate } = gateOf(1);
  await assert.rejects(
    gate.pass(patient, () => Promise.reject(new Error("broke"))),
    /broke/,
  );
  assert.equal(await gate.pass(patient, async () => 7), 7);
});

test("who waits too long is refused and takes no place", async () => {
  const { gate, waits } = gateOf(1);
  const [first, second, third] = [openCall(), openCall(), openCall()];
  const answered = gate.pass(patient, first.call);
  const refused = gate.pass(patient, second.call);
  const next = gate.pass(patient, third.call);
  await turn();
  waits[0]?.abort();
  await assert.rejects(refused, NoRoom);
  first.end();
  third.end();
  assert.equal(await answered, "answer");
  assert.equal(await next, "answer");
  assert.equal(second.begun(), false);
});

test("the line is bounded: beyond it a call is refused at once", async () => {
  const { gate } = gateOf(1);
  const first = openCall();
  const all = [gate.pass(patient, first.call)];
  for (let at = 0; at < 16; at += 1) all.push(gate.pass(patient, async () => "answer"));
  await turn();
  await assert.rejects(
    gate.pass(patient, async () => "answer"),
    NoRoom,
  );
  first.end();
  assert.equal((await Promise.all(all)).length, 17);
});

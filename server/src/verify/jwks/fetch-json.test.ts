import assert from "node:assert/strict";
import { test } from "node:test";
import { ANSWER_BYTES, ANSWER_MS, fetchJson } from "./fetch-json.ts";

const url = new URL("https://api.example.com/x");
const never = new AbortController().signal;
const answering =
  (respond: () => Response): typeof globalThis.fetch =>
  async () =>
    respond();

test("one JSON object is read, with redirects forbidden and JSON asked for", async () => {
  let sent: RequestInit | undefined;
  const fetch: typeof globalThis.fetch = async (_, init) => {
    sent = init;
    return Response.json({ a: 1 });
  };
  assert.deepEqual(await fetchJson(fetch, url, never), { a: 1 });
  assert.equal(sent?.redirect, "error");
  assert.equal(new Headers(sent?.headers).get("accept"), "application/json");
});

test("anything but 200 and an object is an error that quotes nothing of the answer", async () => {
  for (const respond of [
    () => new Response('{"secret":1}', { status: 404 }),
    () => new Response('{"secret":1}', { status: 500 }),
    () => new Response(null, { status: 204 }),
    () => new Response(null, { status: 302, headers: { location: "https://elsewhere.example.com" } }),
    () => Response.json(["secret"]),
    () => Response.json(null),
    () => new Response("secret"),
    () => new Response(""),
    () => new Response('{"a":1,"a":"secret"}'),
    () => new Response(new Uint8Array([0x7b, 0xff, 0x7d])),
  ]) {
    await assert.rejects(fetchJson(answering(respond), url, never), (error) => {
      assert.ok(error instanceof Error);
      assert.doesNotMatch(error.message, /secret/);
      return true;
    });
  }
});

test("an answer without end is cut off and let go of", async () => {
  let sent = 0;
  let cancelled = false;
  const endless = new ReadableStream({
    pull(controller) {
      sent += 16_384;
      controller.enqueue(new Uint8Array(16_384).fill(0x20));
    },
    cancel() {
      cancelled = true;
    },
  });
  await assert.rejects(
    fetchJson(
      answering(() => new Response(endless)),
      url,
      never,
    ),
    /longer than/,
  );
  assert.ok(cancelled && sent < 2 * ANSWER_BYTES);
});

test("an issuer that says nothing, or stops in the middle, is given up after five seconds", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const silent: typeof globalThis.fetch = () => new Promise(() => undefined);
  const halting = answering(() => new Response(new ReadableStream({ pull: () => new Promise(() => undefined) })));
  for (const fetch of [silent, halting]) {
    let settled = false;
    const answer = fetchJson(fetch, url, never).finally(() => {
      settled = true;
    });
    answer.catch(() => undefined);
    t.mock.timers.tick(ANSWER_MS - 1);
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(settled, false);
    t.mock.timers.tick(1);
    await assert.rejects(answer, /no answer within/);
  }
});

test("the request itself is told to stop, by the deadline and from outside", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const signals: AbortSignal[] = [];
  const silent: typeof globalThis.fetch = (_, init) => {
    if (init?.signal) signals.push(init.signal);
    return new Promise(() => undefined);
  };
  const stop = new AbortController();
  const [late, stopped] = [fetchJson(silent, url, never), fetchJson(silent, url, stop.signal)];
  stop.abort(new Error("closed"));
  await assert.rejects(stopped, /closed/);
  t.mock.timers.tick(ANSWER_MS);
  await assert.rejects(late, /no answer within/);
  assert.deepEqual(
    signals.map((signal) => signal.aborted),
    [true, true],
  );
  await assert.rejects(fetchJson(silent, url, stop.signal), /closed/);
});

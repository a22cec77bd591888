import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { HufuError } from "../../core/errors/errors.ts";
import { type Logger, silentLogger } from "../../core/log/log.ts";
import { createNotices } from "../../core/log/notices.ts";
import type { Hints } from "../../store/hints.ts";
import { exchangeHints } from "./hints.ts";

function scripted(send: () => Promise<void>) {
  const listeners = new Set<() => void>();
  const hints: Hints = {
    send,
    listen: async (onHint) => {
      listeners.add(onHint);
      return async () => void listeners.delete(onHint);
    },
  };
  return { hints, listeners };
}

function noting() {
  const lines: string[] = [];
  const log: Logger = { ...silentLogger, warn: (_, message) => void lines.push(message) };
  return { log, lines };
}

test("no caller waits for a hint, and many calls during one make one more", async () => {
  let answer: () => void = () => undefined;
  let sent = 0;
  const { hints } = scripted(() => {
    sent += 1;
    return new Promise((resolve) => {
      answer = resolve;
    });
  });
  const { tell, stop } = exchangeHints(hints, createNotices({ log: silentLogger }));
  for (let time = 0; time < 100; time += 1) tell();
  await setImmediate();
  assert.equal(sent, 1);
  answer();
  await setImmediate();
  assert.equal(sent, 2);
  answer();
  await stop();
  assert.equal(sent, 2);
});

test("a hint that cannot be sent costs nothing, and the next one is tried", async () => {
  const { log, lines } = noting();
  let sent = 0;
  const { hints } = scripted(async () => {
    sent += 1;
    throw sent === 1 ? new HufuError("store_unavailable") : new Error("a mistake");
  });
  const { tell, stop } = exchangeHints(hints, createNotices({ log }));
  tell();
  await setImmediate();
  assert.equal(lines.length, 1);
  tell();
  await stop();
  assert.equal(sent, 2);
  assert.equal(lines.length, 1, "one line a minute");
});

test("what the others tell is heard until the end", async () => {
  const { hints, listeners } = scripted(async () => undefined);
  const { listen, stop } = exchangeHints(hints, createNotices({ log: silentLogger }));
  let heard = 0;
  listen(() => {
    heard += 1;
  });
  for (const notify of listeners) notify();
  assert.equal(heard, 1);
  await stop();
  assert.equal(listeners.size, 0);
});

test("without hints, and with such as cannot be heard, nothing goes wrong", async () => {
  const none = exchangeHints(undefined, createNotices({ log: silentLogger }));
  none.tell();
  none.listen(() => assert.fail("nobody tells"));
  await none.stop();

  const { log, lines } = noting();
  const deaf = exchangeHints(
    { send: async () => undefined, listen: () => Promise.reject(new Error("no")) },
    createNotices({ log }),
  );
  deaf.listen(() => assert.fail("nobody tells"));
  await deaf.stop();
  assert.equal(lines.length, 1);
});

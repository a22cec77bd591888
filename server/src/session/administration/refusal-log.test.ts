import assert from "node:assert/strict";
import { test } from "node:test";
import { createNotices } from "../../core/log/notices.ts";
import { createStderrLog } from "../../core/log/stderr-log.ts";
import { systemClock } from "../../core/time/clock.ts";
import type { Refusal, RefusalStore } from "../../store/refusals.ts";
import { createRefusalLog, type NotedRefusal } from "./refusal-log.ts";

function noted(requestId: string): NotedRefusal {
  const fields = { endpoint: "/oauth/token", status: 400, reason: "session_kicked", why: null };
  return { requestId, ...fields, userId: null, sid: null };
}

/** A store whose writes end when the test lets them. */
function heldStore() {
  const written: string[] = [];
  const held: { readonly resolve: () => void; readonly reject: (error: Error) => void }[] = [];
  const store: RefusalStore = {
    async append(refusals: readonly Refusal[]) {
      await new Promise<void>((resolve, reject) => held.push({ resolve, reject }));
      written.push(...refusals.map((one) => one.requestId));
    },
    find: async () => undefined,
    forget: async () => 0,
  };
  return { store, held, written };
}

function logOver(store: RefusalStore) {
  const notices = createNotices({ log: createStderrLog({ write: () => {} }) });
  return createRefusalLog({ store, clock: systemClock, notices, node: "n" });
}

test("a flush waits for what another one is still writing", async () => {
  const { store, held, written } = heldStore();
  const log = logOver(store);
  log.note(noted("r_1"));
  const first = log.flush();
  log.note(noted("r_2"));
  const seen = [log.flush(), log.flush()].map((flushed) => flushed.then(() => [...written].sort()));
  held[1]?.resolve();
  held[0]?.resolve();
  assert.deepEqual(await Promise.all(seen), [
    ["r_1", "r_2"],
    ["r_1", "r_2"],
  ]);
  await first;
});

test("a write that fails is told to its own caller alone, and counted", async () => {
  const { store, held, written } = heldStore();
  const log = logOver(store);
  log.note(noted("r_1"));
  const first = log.flush();
  log.note(noted("r_2"));
  const second = log.flush();
  held[0]?.reject(new Error("away"));
  held[1]?.resolve();
  await assert.rejects(first, /away/);
  await second;
  assert.deepEqual([written, log.dropped()], [["r_2"], 1]);
});

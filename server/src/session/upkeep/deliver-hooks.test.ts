import assert from "node:assert/strict";
import { test } from "node:test";
import { silentLogger } from "../../core/log/log.ts";
import type { DeliveryStore } from "../../store/deliveries.ts";
import type { PendingDelivery } from "../../store/records.ts";
import { deliverHooks } from "./deliver-hooks.ts";

function queue(...deliveries: PendingDelivery[]): DeliveryStore & { readonly log: string[] } {
  const log: string[] = [];
  return {
    log,
    waiting: async () => deliveries.length,
    take: async () => deliveries,
    done: async (id) => void log.push(`done ${id}`),
    retry: async (id, delayMs) => void log.push(`retry ${id} after ${delayMs}`),
  };
}

/** A deadline that does not come. */
const never = (): Promise<void> => new Promise(() => undefined);

test("a delivery is forgotten only after its hook has succeeded", async () => {
  const store = queue({ id: 1, event: "sign-in", payload: { sid: "s" }, attempts: 0 });
  const seen: unknown[] = [];
  await deliverHooks(
    store,
    {
      onSignIn: async (event) => {
        assert.deepEqual(store.log, []);
        seen.push(event);
      },
    },
    silentLogger,
    never,
  );
  assert.deepEqual(seen, [{ sid: "s" }]);
  assert.deepEqual(store.log, ["done 1"]);
});

test("a hook that fails is called again, later and later, for two weeks, and holds up no other", async () => {
  const store = queue(
    { id: 1, event: "session-end", payload: {}, attempts: 0 },
    { id: 2, event: "session-end", payload: {}, attempts: 5 },
    { id: 3, event: "user-closed", payload: {}, attempts: 60 },
    { id: 4, event: "sign-in", payload: {}, attempts: 0 },
    { id: 5, event: "user-closed", payload: {}, attempts: 350 },
  );
  const fail = (): never => {
    throw new Error("the host is down");
  };
  await deliverHooks(store, { onSignIn: () => undefined, onSessionEnd: fail, onUserClosed: fail }, silentLogger, never);
  assert.deepEqual(store.log.toSorted(), [
    "done 4",
    "done 5",
    "retry 1 after 1000",
    "retry 2 after 32000",
    "retry 3 after 3600000",
  ]);
});

test("what this process has no hook for is left to those that have one", async () => {
  const asked: unknown[] = [];
  const store = {
    ...queue(),
    async take(events: unknown) {
      asked.push(events);
      return [];
    },
  };
  await deliverHooks(store, {}, silentLogger, never);
  await deliverHooks(store, { onUserClosed: () => undefined }, silentLogger, never);
  assert.deepEqual(asked, [["user-closed"]]);
});

test("a hook that hangs is called again later, and holds up no other", async () => {
  const store = queue(
    { id: 1, event: "sign-in", payload: {}, attempts: 0 },
    { id: 2, event: "session-end", payload: {}, attempts: 0 },
  );
  const hooks = { onSignIn: () => new Promise<void>(() => undefined), onSessionEnd: () => undefined };
  const soon = async (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  await deliverHooks(store, hooks, silentLogger, soon);
  assert.deepEqual(store.log.toSorted(), ["done 2", "retry 1 after 1000"]);
});

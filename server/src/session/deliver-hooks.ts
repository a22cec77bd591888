import type { Logger } from "../core/log.ts";
import type { DeliveryStore } from "../store/deliveries.ts";
import type { PendingDelivery } from "../store/records.ts";
import type { Hooks } from "./settings.ts";

const BATCH = 50;
/** A node that dies in the middle leaves its batch to others after this long. */
const HIDE_MS = 60_000;
const RETRY_FIRST_MS = 1000;
const RETRY_MOST_MS = 3_600_000;

/** Hands what is owed to the host's hooks, at least once each; a hook that fails is called again, later and later. */
export async function deliverHooks(store: DeliveryStore, hooks: Hooks, log: Logger): Promise<number> {
  const batch = await store.take(BATCH, HIDE_MS);
  for (const delivery of batch) await deliver(store, hooks, log, delivery);
  return batch.length;
}

async function deliver(store: DeliveryStore, hooks: Hooks, log: Logger, delivery: PendingDelivery): Promise<void> {
  try {
    await hookFor(hooks, delivery)?.(delivery.payload);
  } catch (cause) {
    const delay = Math.min(RETRY_FIRST_MS * 2 ** Math.min(delivery.attempts, 20), RETRY_MOST_MS);
    log.warn(
      { err: cause, event: delivery.event, attempts: delivery.attempts + 1 },
      "a hook failed; it is called again",
    );
    await store.retry(delivery.id, delay);
    return;
  }
  await store.done(delivery.id);
}

function hookFor(hooks: Hooks, delivery: PendingDelivery): Hooks["onSignIn"] {
  switch (delivery.event) {
    case "sign-in":
      return hooks.onSignIn;
    case "session-end":
      return hooks.onSessionEnd;
    case "user-closed":
      return hooks.onUserClosed;
  }
}

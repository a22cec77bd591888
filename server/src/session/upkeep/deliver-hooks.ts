import type { Logger } from "../../core/log/log.ts";
import { within } from "../../core/time/deadline.ts";
import type { DeliveryStore } from "../../store/deliveries.ts";
import type { PendingDelivery } from "../../store/records.ts";
import { type Hooks, hookFor } from "../hook-events.ts";

const BATCH = 20;
/** A hook that has not answered by then is called again later; the others must not wait for it. */
const DEADLINE_MS = 10_000;
/** A node that dies in the middle leaves its batch to others after this long. */
const HIDE_MS = BATCH * DEADLINE_MS;
const EVENTS = ["sign-in", "session-end", "user-closed"] as const;
const RETRY_FIRST_MS = 1000;
const RETRY_MOST_MS = 3_600_000;
/** After about two weeks a delivery is given up: it names a user, and is not kept for ever. */
const ATTEMPTS_MOST = 350;

/** Hands what is owed to the host's hooks, at least once each; a hook that fails is called again, later and later. */
export async function deliverHooks(
  store: DeliveryStore,
  hooks: Hooks,
  log: Logger,
  pause: (ms: number, signal?: AbortSignal) => Promise<void>,
): Promise<number> {
  const events = EVENTS.filter((event) => hookFor(hooks, event) !== undefined);
  if (events.length === 0) return 0;
  const batch = await store.take(events, BATCH, HIDE_MS);
  await Promise.all(batch.map((delivery) => deliver(store, hooks, log, pause, delivery)));
  return batch.length;
}

async function deliver(
  store: DeliveryStore,
  hooks: Hooks,
  log: Logger,
  pause: (ms: number, signal?: AbortSignal) => Promise<void>,
  delivery: PendingDelivery,
): Promise<void> {
  try {
    const hook = hookFor(hooks, delivery.event);
    await within({ ms: DEADLINE_MS, what: "the hook", pause }, () => hook?.(delivery.payload));
  } catch (cause) {
    if (delivery.attempts >= ATTEMPTS_MOST) {
      log.error({ err: cause, event: delivery.event }, "a hook failed for two weeks; this delivery is given up");
      await store.done(delivery.id);
      return;
    }
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

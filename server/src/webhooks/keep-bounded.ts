import type { Notices } from "../core/log/notices.ts";
import type { WebhookStore } from "../store/webhooks.ts";

/** Messages of one receiver, waiting and dead; beyond it the oldest go, so that a receiver that is away fills no disk. */
const QUEUE_MOST = 100_000;
/** Rows of one statement, and statements of one round. */
const BATCH = 500;
const BATCHES_MOST = 200;

/** Deletes what is too much; a part of it at each call. */
export async function keepBounded(
  store: Pick<WebhookStore, "trim">,
  endpoints: readonly { readonly id: string }[],
  { notices, most = QUEUE_MOST }: { readonly notices: Notices; readonly most?: number },
  stop?: AbortSignal,
): Promise<void> {
  for (const { id } of endpoints) {
    let dropped = 0;
    for (let batches = 0; batches < BATCHES_MOST && stop?.aborted !== true; batches += 1) {
      const gone = await store.trim(id, most, BATCH);
      dropped += gone;
      if (gone < BATCH) break;
    }
    if (dropped === 0) continue;
    const message = `a receiver has more than ${most} messages waiting: the oldest were deleted; see whether it answers`;
    notices.error("webhooks_dropped", { endpoint: id, dropped }, message);
  }
}

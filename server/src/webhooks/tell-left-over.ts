import type { Notices } from "../core/log/notices.ts";
import type { WebhookStore } from "../store/webhooks.ts";

/** Says whose messages are kept though the configuration names no such receiver any more: they are not sent. */
export async function tellLeftOver(
  store: Pick<WebhookStore, "count">,
  endpoints: readonly { readonly id: string }[],
  notices: Notices,
): Promise<void> {
  const known = new Set(endpoints.map(({ id }) => id));
  const receivers = (await store.count()).filter(({ endpoint }) => !known.has(endpoint));
  if (receivers.length === 0) return;
  notices.warn(
    "webhooks_left_over",
    { receivers },
    "messages wait for receivers that this configuration does not name, and are not sent. They go out when a receiver " +
      "has the id again, and are deleted when retention.webhooks is over",
  );
}

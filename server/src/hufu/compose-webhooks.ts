import type { WebhookCount, WebhookStore } from "../store/webhooks.ts";
import { createWebhookDelivery } from "../webhooks/deliver-webhooks.ts";
import { createDeliveries, type Deliveries } from "../webhooks/deliveries.ts";
import { keepBounded } from "../webhooks/keep-bounded.ts";
import { tellLeftOver } from "../webhooks/tell-left-over.ts";
import type { NodeEnvironment } from "./node/node-environment.ts";
import type { ResolvedOptions } from "./options/resolve-options.ts";

/** What a node does about webhooks in the background. */
export interface WebhookWork {
  /** One for each receiver, so that none waits for another. */
  readonly deliveries: readonly { readonly id: string; readonly round: (stop: AbortSignal) => Promise<void> }[];
  readonly keepBounded: (stop: AbortSignal) => Promise<void>;
  /** For metrics. */
  readonly count: () => Promise<void>;
}

export function composeWebhooks(
  environment: NodeEnvironment,
  { webhooks: endpoints }: Pick<ResolvedOptions, "webhooks">,
  store: WebhookStore,
): WebhookWork & { readonly api: Deliveries } {
  const { notices, meter } = environment;
  let counted: readonly WebhookCount[] | undefined;
  meter.watch("hufu_webhooks", () =>
    counted?.flatMap(({ endpoint, waiting, dead }) => [
      { labels: { endpoint, state: "waiting" as const }, value: waiting },
      { labels: { endpoint, state: "dead" as const }, value: dead },
    ]),
  );
  return Object.freeze({
    deliveries: endpoints.map((endpoint) => ({
      id: endpoint.id,
      round: createWebhookDelivery({
        endpoint,
        store,
        environment,
        onAttempt: ({ outcome, ms }) =>
          meter.time("hufu_webhook_duration_seconds", { endpoint: endpoint.id, outcome }, ms),
      }).round,
    })),
    async keepBounded(stop: AbortSignal) {
      await keepBounded(store, endpoints, { notices }, stop);
      await tellLeftOver(store, endpoints, notices);
    },
    async count() {
      const counts = await store.count();
      // A receiver that is owed nothing shows a zero, so that an alarm can end.
      counted = endpoints.map(
        ({ id }) => counts.find(({ endpoint }) => endpoint === id) ?? { endpoint: id, waiting: 0, dead: 0 },
      );
    },
    api: createDeliveries(store),
  });
}

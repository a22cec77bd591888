import type { Notices } from "../core/log/notices.ts";
import type { WebhookOutcome } from "../core/meter/metrics.ts";
import type { Random } from "../core/random.ts";
import type { StoredWebhook, WebhookStore } from "../store/webhooks.ts";
import { bodyOf } from "./message-body.ts";
import { createPostMessage, type PostEnvironment, type PostOutcome, type SignedTarget } from "./post-message.ts";
import { delayAfter } from "./retry-schedule.ts";
import { shownUrl } from "./target-url.ts";

/** Requests to one receiver at once, from one node. */
const PARALLEL = 10;
/** What a node that died has taken is free again so long after its deadline. */
const HIDE_MARGIN_MS = 30_000;
/** What is under way when a node stops has so long to end; the command line waits five seconds for all. */
const STOP_GRACE_MS = 2000;
/** The answer's text is not read; its end lets the connection be used again. */
const ANSWER_BYTES = 16 * 1024;
/** "Gone": the receiver wants no more of it. */
const GONE = 410;

/** A receiver of messages, checked. */
export interface WebhookEndpoint extends SignedTarget {
  readonly id: string;
}

/** One attempt, for those that count. */
export interface WebhookAttempt {
  readonly endpoint: string;
  readonly outcome: WebhookOutcome;
  /** Will it be sent again? */
  readonly isLast: boolean;
  readonly ms: number;
}

export interface WebhookDelivery {
  /** Sends what is due, as long as the receiver takes some of it. Ends early when `stop` fires. */
  round(stop: AbortSignal): Promise<void>;
}

export interface WebhookDeliveryOptions {
  readonly endpoint: WebhookEndpoint;
  readonly store: Pick<WebhookStore, "take" | "arrived" | "failed">;
  readonly environment: PostEnvironment & { readonly random: Random; readonly notices: Notices };
  readonly onAttempt: (attempt: WebhookAttempt) => void;
}

/**
 * Delivers the messages of one receiver: each at least once. A message is deleted only after the receiver has answered
 * 2xx. After any failure it is sent again, with growing delays, until it is a dead letter.
 */
export function createWebhookDelivery(options: WebhookDeliveryOptions): WebhookDelivery {
  const { endpoint, store, environment, onAttempt } = options;
  const { clock, random, notices, pause } = environment;
  const post = createPostMessage(endpoint, environment, ANSWER_BYTES);
  const url = shownUrl(endpoint.url);

  async function send(message: StoredWebhook, cut: AbortSignal): Promise<boolean> {
    const started = clock.monotonic();
    const outcome = await post({ id: message.messageId, body: bodyOf(message) }, cut);
    const ms = Math.round(clock.monotonic() - started);
    // The status alone says it: a body that is too long, breaks or does not end takes nothing back.
    if (outcome.kind === "answer" || outcome.what === "too_large" || isSuccess(outcome.status)) {
      await store.arrived(message.number);
      onAttempt({ endpoint: endpoint.id, outcome: "arrived", isLast: true, ms });
      return true;
    }
    const delayMs = delayOf(message, outcome);
    await store.failed(message.number, message.attempts, outcome.detail, delayMs);
    onAttempt({ endpoint: endpoint.id, outcome: outcome.what, isLast: delayMs === null, ms });
    if (outcome.what !== "stopped") tell(message, outcome.detail, delayMs);
    return false;
  }

  function delayOf(message: StoredWebhook, outcome: Extract<PostOutcome, { kind: "fault" }>): number | null {
    if (outcome.what === "stopped") return 0;
    return outcome.status === GONE ? null : delayAfter(message.attempts, random);
  }

  function tell({ messageId, attempts }: StoredWebhook, detail: string, delayMs: number | null): void {
    const fields = { endpoint: endpoint.id, url, message_id: messageId, attempts, detail };
    if (delayMs !== null) {
      notices.warn("webhook_failed", fields, "a webhook was not delivered; it is sent again");
      return;
    }
    notices.error(
      "webhook_given_up",
      fields,
      "a webhook was given up: hufu deliveries list shows it, hufu deliveries retry sends it again",
    );
  }

  return Object.freeze<WebhookDelivery>({
    async round(stop) {
      const cut = new AbortController();
      const onStop = (): void => void pause(STOP_GRACE_MS).then(() => cut.abort());
      stop.addEventListener("abort", onStop, { once: true });
      try {
        for (let goesOn = true; goesOn && !stop.aborted; ) {
          const batch = await store.take(endpoint.id, PARALLEL, endpoint.timeoutMs + HIDE_MARGIN_MS);
          const sent = await Promise.allSettled(batch.map((message) => send(message, cut.signal)));
          const failed = sent.find((one) => one.status === "rejected");
          if (failed !== undefined) throw failed.reason;
          // A receiver that takes nothing is asked again at the next round, not as fast as it refuses.
          goesOn = sent.some((one) => one.status === "fulfilled" && one.value);
        }
      } finally {
        stop.removeEventListener("abort", onStop);
      }
    },
  });
}

function isSuccess(status = 0): boolean {
  return status >= 200 && status < 300;
}

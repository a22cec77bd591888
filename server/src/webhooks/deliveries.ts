import { checkMembers, mistaken } from "../core/arguments.ts";
import { type Because, type By, checkByOrBecause } from "../session/administration/check-arguments.ts";
import { auditRecord } from "../store/audit-record.ts";
import type { DeadLetters, StoredWebhook, WebhookCount, WebhookStore } from "../store/webhooks.ts";

const LISTED = 50;
const LISTED_MOST = 200;
const NUMBERS_MOST = 100;
/** Rows of one transaction, and transactions of one call. */
const BATCH = 500;
const BATCHES_MOST = 200;

/** Which messages to list. */
export interface DeliveryQuery {
  /** The receiver's `id`. Default: all. */
  readonly endpoint?: string | undefined;
  /** Default: both. */
  readonly state?: "waiting" | "dead" | undefined;
  /** Only numbers below this one. Default: from the newest. */
  readonly before?: number | undefined;
  /** 1 to 200. Default 50. */
  readonly limit?: number | undefined;
}

/** Messages to `webhooks`. What has arrived is not kept. */
export interface Deliveries {
  /** Newest first. */
  list(query?: DeliveryQuery): Promise<readonly StoredWebhook[]>;
  /**
   * Sends dead letters again, with all their attempts before them: those of a receiver, or up to 100 by their numbers.
   * Answers how many there were.
   */
  retry(which: DeadLetters, by?: By | Because): Promise<number>;
  /** How many wait and how many were given up, by receiver. Receivers that owe nothing are left out. */
  counts(): Promise<readonly WebhookCount[]>;
}

export function createDeliveries(store: WebhookStore): Deliveries {
  return Object.freeze<Deliveries>({
    async list(query = {}) {
      return store.list(checkQuery(query));
    },
    async retry(which, by) {
      const dead = checkDead(which);
      const detail = "endpoint" in dead ? { endpoint: dead.endpoint } : { numbers: dead.numbers.join(" ") };
      const audit = [auditRecord(checkByOrBecause(by), { action: "webhook.retry", detail })];
      let all = 0;
      for (let batches = 0; batches < BATCHES_MOST; batches += 1) {
        const revived = await store.revive(dead, BATCH, { audit });
        all += revived;
        if (revived < BATCH) break;
      }
      return all;
    },
    counts: () => store.count(),
  });
}

function checkQuery(query: DeliveryQuery): Parameters<WebhookStore["list"]>[0] {
  const { endpoint, state, before, limit } = checkMembers("query", query, ["endpoint", "state", "before", "limit"]);
  return {
    endpoint: endpoint === undefined ? undefined : checkEndpoint("query.endpoint", endpoint),
    state: checkState(state),
    before: before === undefined ? undefined : checkNumber("query.before", before, Number.MAX_SAFE_INTEGER),
    limit: limit === undefined ? LISTED : checkNumber("query.limit", limit, LISTED_MOST),
  };
}

function checkDead(which: DeadLetters): DeadLetters {
  const { numbers, endpoint } = checkMembers("which", which, ["numbers", "endpoint"]);
  if (endpoint !== undefined && numbers === undefined) return { endpoint: checkEndpoint("which.endpoint", endpoint) };
  if (endpoint !== undefined || !Array.isArray(numbers) || numbers.length > NUMBERS_MOST) {
    throw mistaken("which", `{ endpoint }, or { numbers } with at most ${NUMBERS_MOST}`, which);
  }
  return { numbers: numbers.map((number, at) => checkNumber(`which.numbers[${at}]`, number, Number.MAX_SAFE_INTEGER)) };
}

function checkEndpoint(name: string, endpoint: unknown): string {
  if (typeof endpoint === "string" && /^[a-z0-9_-]{1,32}$/.test(endpoint)) return endpoint;
  throw mistaken(name, "the id of a receiver", endpoint);
}

function checkState(state: unknown): DeliveryQuery["state"] {
  if (state === undefined || state === "waiting" || state === "dead") return state;
  throw mistaken("query.state", '"waiting" or "dead"', state);
}

function checkNumber(name: string, value: unknown, most: number): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 1 && value <= most) return value;
  throw mistaken(name, `a whole number from 1 to ${most}`, value);
}

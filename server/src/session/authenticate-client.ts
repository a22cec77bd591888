import type { Caller } from "../core/caller.ts";
import { HufuError } from "../core/errors/errors.ts";
import { faultLevel } from "../core/log/fault-level.ts";
import { auditRecord } from "../store/audit-record.ts";
import type { Client, Clients, ShownSecret } from "./clients.ts";
import type { SessionContext } from "./context.ts";

/** Wrong secrets of a registered client in a minute at which they are audited: a flood leaves a handful of records. */
const AUDITED_AT: ReadonlySet<number> = new Set([3, 30, 300, 3000, 30_000, 300_000]);
/** From then on each further wrong secret is answered later. */
const SLOW_FROM = 50;
const SLOW_STEP_MS = 20;
const SLOW_MOST_MS = 1000;
/** Answers that are held back at once; each holds a connection. */
const HELD_MOST = 64;

/** The back end that has shown its secret. */
export type AuthenticateClient = (shown: readonly ShownSecret[], caller: Caller) => Promise<Client>;

/**
 * Authenticates back ends, and notes wrong secrets. The right secret never waits, however many wrong ones came before.
 * The returned function throws HufuError `client_secret_wrong`, for an unknown id too; later the more of them come in a
 * minute, and `rate_limited` when too many wait already.
 */
export function createAuthenticateClient(context: SessionContext, clients: Clients): AuthenticateClient {
  let held = 0;

  async function holdBack(count: number): Promise<void> {
    const lateMs = Math.min((count - SLOW_FROM) * SLOW_STEP_MS, SLOW_MOST_MS);
    if (lateMs <= 0) return;
    if (held >= HELD_MOST) throw new HufuError("rate_limited", { retryAfter: 1 });
    held += 1;
    try {
      await context.pause(lateMs);
    } finally {
      held -= 1;
    }
  }

  return async (shown, caller) => {
    try {
      return clients.authenticate(shown);
    } catch (error) {
      const id = shown[0]?.id ?? "";
      const count = await context.limits.wrongSecret(id);
      note(context, clients.find(id), count, caller);
      await holdBack(count);
      throw error;
    }
  };
}

function note(context: SessionContext, client: Client | undefined, count: number, caller: Caller): void {
  const { requestId, theirRequestId, address } = caller;
  // An id that is not registered is the caller's own text, and stands in no log.
  const facts = { client: client?.id ?? "unknown id", wrong_in_a_minute: count };
  const message = "a wrong client secret: compare clients[].secret with what this back end sends";
  const ids = { request_id: requestId, caller_request_id: theirRequestId };
  context.notices.warn("client_secret_wrong", { ...facts, address: address ?? null, ...ids }, message);
  if (client === undefined || !AUDITED_AT.has(count)) return;
  const record = auditRecord(caller, { action: "client.refused", detail: facts });
  context.inBackground("auditing wrong client secrets", async () => {
    try {
      await context.store.audit.append([record]);
    } catch (cause) {
      context.log[faultLevel(cause)]({ err: cause }, "a wrong client secret could not be audited");
    }
  });
}

import type { SigningKeyStore } from "./keys.ts";
import type { PolicyStore } from "./policy.ts";
import type { RevocationStore } from "./revocations.ts";

/** What a node must know before it can answer, as one reading found it; the outbox is not older than the rest. */
export interface StartReading {
  readonly policy: Awaited<ReturnType<PolicyStore["load"]>>;
  readonly keys: Awaited<ReturnType<SigningKeyStore["list"]>>;
  readonly outbox: Awaited<ReturnType<RevocationStore["live"]>>;
}

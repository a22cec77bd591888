import type { Caller } from "../../core/caller.ts";
import { HufuError } from "../../core/errors/errors.ts";
import { auditRecord } from "../../store/audit-record.ts";
import type { Recovery, Store } from "../../store/store.ts";
import type { Algorithm } from "../../token/keys/algorithms.ts";
import { isPublished } from "../../token/keys/key-stage.ts";
import { createSigningKey } from "../../token/keys/signing-key.ts";
import type { SealedBox } from "../../token/sealing/sealed-box.ts";
import { addKey } from "../signing-keys/add-key.ts";

const MAKE_TRIES = 5;

/** What of the backup stays valid. */
export interface Kept {
  readonly sessions: boolean;
  readonly keys: boolean;
}

export interface RecoverContext {
  readonly store: Pick<Store, "recover" | "keys">;
  readonly box: SealedBox;
  readonly algorithm: Algorithm;
  readonly longestAccessMs: number;
}

/**
 * Makes a database whole that was restored from a backup. What the backup does not know has to be as if it had never been:
 * verifiers forget what they have read and read anew. Nothing that was revoked after the backup may become valid again,
 * and the backup cannot say what that was. So all users sign in again unless sessions are kept, and a new key replaces
 * all signing keys unless they are kept.
 */
export async function recover(context: RecoverContext, keep: Kept, caller: Caller): Promise<Recovery> {
  const { store } = context;
  const revokeKeys = keep.keys ? [] : await replaceKeys(context, caller);
  const detail = { keep_sessions: keep.sessions, keep_keys: keep.keys };
  const audit = [
    auditRecord(caller, { action: "recover", detail }),
    ...revokeKeys.map((kid) => auditRecord(caller, { action: "key.revoke", detail: { kid } })),
  ];
  return store.recover({ keepSessions: keep.sessions, revokeKeys }, { audit });
}

/** Makes the successor, which signs at once, and answers the keys to revoke: at no moment may no key sign. */
async function replaceKeys(context: RecoverContext, caller: Caller): Promise<readonly string[]> {
  const { kid } = await makeKey(context, caller);
  const { keys, now } = await context.store.keys.list();
  return keys.filter((key) => key.kid !== kid && isPublished(key, now)).map((key) => key.kid);
}

/** Servers may run after a failover, and one of them may make a key at the same moment. */
async function makeKey({ store, ...how }: RecoverContext, caller: Caller): Promise<{ readonly kid: string }> {
  const key = createSigningKey(how.algorithm);
  for (let tries = 0; tries < MAKE_TRIES; tries += 1) {
    if ((await addKey({ ...how, store: store.keys }, key, "compromise", caller)) !== undefined) return key;
  }
  throw new HufuError("store_unavailable", { retryAfter: 1, detail: "running servers keep making keys; try again" });
}

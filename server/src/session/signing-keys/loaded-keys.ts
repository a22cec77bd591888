import type { Logger } from "../../core/log/log.ts";
import type { StoredKey } from "../../store/records.ts";
import { isPublished } from "../../token/keys/key-stage.ts";
import type { SigningKey } from "../../token/keys/signing-key.ts";
import { importVerificationKey, type VerificationKey } from "../../token/keys/verification-key.ts";
import type { SealedBox } from "../../token/sealing/sealed-box.ts";
import { openStoredKey } from "./open-stored-key.ts";

/** A published key that this node has opened. */
export interface LoadedKey {
  readonly stored: StoredKey;
  readonly signing: SigningKey;
  readonly verification: VerificationKey;
}

/** The published keys as one reading of the database found them. */
export interface LoadedKeys {
  readonly opened: ReadonlyMap<string, LoadedKey>;
  /** Those that are sealed with a secret which this node lacks: what they signed can be neither accepted nor refused. */
  readonly sealed: ReadonlyMap<string, StoredKey>;
  /** Rows that are not the key that they name. */
  readonly false: ReadonlySet<string>;
}

export const NO_KEYS: LoadedKeys = Object.freeze({ opened: new Map(), sealed: new Map(), false: new Set<string>() });

/** Opens the published keys of a reading. What was opened `before` is not opened again; news about the rest is logged. */
export function loadKeys(
  rows: readonly StoredKey[],
  now: number,
  { box, log }: { readonly box: SealedBox; readonly log: Logger },
  before: LoadedKeys,
): LoadedKeys {
  const opened = new Map<string, LoadedKey>();
  const sealed = new Map<string, StoredKey>();
  const falseKids = new Set<string>();
  for (const stored of rows) {
    if (!isPublished(stored, now)) continue;
    const { kid } = stored;
    const known = before.opened.get(kid);
    const signing = known?.signing ?? openStoredKey(box, stored);
    if (signing === "sealed") {
      if (!before.sealed.has(kid)) log.error({ kid }, SEALED_TEXT);
      sealed.set(kid, stored);
    } else if (signing === "false") {
      if (!before.false.has(kid)) log.error({ kid }, FALSE_TEXT);
      falseKids.add(kid);
    } else {
      opened.set(kid, {
        stored,
        signing,
        verification: known?.verification ?? importVerificationKey(signing.publicJwk),
      });
    }
  }
  return { opened, sealed, false: falseKids };
}

/** Every published row that may be a key of this deployment, opened here or not. */
export function rowsOf({ opened, sealed }: LoadedKeys): readonly StoredKey[] {
  return [...[...opened.values()].map(({ stored }) => stored), ...sealed.values()];
}

const FALSE_TEXT = "a row of hufu_keys is not the key that its kid names. It is not used; find out who wrote it";
const SEALED_TEXT =
  "a signing key cannot be opened: it is sealed with a secret that this node does not have. Its tokens are answered 503. " +
  "Add that secret to `secret`";

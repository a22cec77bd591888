import type { RevocationEntry } from "./records.ts";
import type { Accompaniment } from "./sessions.ts";

/** What every role allows, at one policy version. */
export interface PolicySnapshot {
  readonly pol: number;
  readonly roles: ReadonlyMap<string, readonly string[]>;
}

/** What may change about the policy. Each raises `pol` by one. */
export type PolicyEdit =
  | { readonly kind: "role"; readonly name: string; readonly permissions: readonly string[] }
  | { readonly kind: "remove"; readonly name: string }
  /** Everybody of one client id, or everybody at all, must sign in again. */
  | { readonly kind: "reset"; readonly scope: { readonly all: true } | { readonly clientId: string } };

/** Roles and the policy version. */
export interface PolicyStore {
  /** One consistent snapshot. */
  load(): Promise<PolicySnapshot>;
  /**
   * Locks the policy row, applies the edit and writes the outbox entry, in one transaction.
   * @param judge sees what is stored, under the lock; it may throw and then nothing at all has changed
   */
  edit(
    edit: PolicyEdit,
    accompaniment?: Accompaniment,
    judge?: (before: PolicySnapshot) => void,
  ): Promise<{ readonly pol: number; readonly entries: readonly RevocationEntry[] }>;
  /**
   * Brings the stored roles in line with a configuration at start. `replace`: they become exactly these; `add`:
   * missing names are created, none is overwritten. Changes nothing, `pol` included, where nothing differs. Nodes that
   * start at once raise `pol` once.
   */
  apply(
    roles: ReadonlyMap<string, readonly string[]>,
    how: "replace" | "add",
  ): Promise<{ readonly pol: number; readonly entries: readonly RevocationEntry[] }>;
}

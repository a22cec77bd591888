import type { Caller } from "../core/caller.ts";
import type { App } from "../platform/platform.ts";
import {
  type ImportContext,
  type ImportLine,
  importUsers,
  previewImport,
} from "../session/administration/import-users.ts";
import type { ImportOutcome } from "../store/import.ts";

/** Taking users over from another system, by a process that serves nothing. */
export interface Importing {
  /** Default roles of this deployment go to a new user who brings none. `null`: your back end owns roles. */
  readonly roles: ReadonlySet<string> | null;
  findApp(clientId: string): Promise<App | undefined>;
  /** What `write` would do at this moment. */
  preview(lines: readonly ImportLine[]): Promise<readonly ImportOutcome[]>;
  /** At most `IMPORTED_MOST` lines. Durable when it resolves; the same lines again change nothing. */
  write(lines: readonly ImportLine[], caller: Caller): Promise<readonly ImportOutcome[]>;
}

/** @param configured the roles of the configuration, which count where no server has stored any yet */
export function openImport(context: ImportContext, configured: ReadonlyMap<string, readonly string[]>): Importing {
  const { settings, policy, store } = context;
  const isFirst = policy.current().roles.size === 0 && configured.size > 0;
  let isStored = !isFirst;
  return Object.freeze<Importing>({
    roles: settings.rolesFrom === "host" ? null : new Set((isFirst ? configured : policy.current().roles).keys()),
    findApp: async (clientId) => context.findApp(clientId),
    preview: (lines) => previewImport(context, lines),
    write: async (lines, caller) => {
      if (!isStored) {
        // As the first server would: an import may come before it.
        await store.policy.apply(configured, "add");
        await policy.reload();
        isStored = true;
      }
      return importUsers(context, lines, caller);
    },
  });
}

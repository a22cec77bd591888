import type { Caller } from "../../core/caller.ts";
import { HufuError } from "../../core/errors/errors.ts";
import { newUserId, type UserId } from "../../core/ids.ts";
import type { App } from "../../platform/platform.ts";
import { auditRecord } from "../../store/audit-record.ts";
import type { ImportedUser, ImportOutcome, OwedEdits } from "../../store/import.ts";
import type { Ban, IdentityKey } from "../../store/records.ts";
import { banHashes } from "../ban-hashes.ts";
import type { AdministrationContext, SessionContext } from "../context.ts";
import { phoneHashes, phoneSeal } from "../phone-at-rest.ts";
import { banUser, setUserRoles } from "./administer-users.ts";

/** Retries after concurrent changes of the user. */
const TRIES_MOST = 4;
/** Users who exist are changed side by side, because each has a transaction of its own. */
const EDITS_AT_ONCE = 16;

/** One line of a file, checked for shape. */
export interface ImportLine {
  /** In its file, from 1. */
  readonly number: number;
  readonly app: App;
  readonly openid: string;
  readonly unionid: string | null;
  readonly externalId: string | null;
  /** Each exists. */
  readonly roles: readonly string[];
  readonly ban: Ban | null;
  /** E.164. */
  readonly phone: string | null;
}

/** What an import needs: administration, and random numbers for ids. */
export type ImportContext = AdministrationContext & Pick<SessionContext, "random">;

/** What `importUsers` would answer, were it called now. */
export function previewImport(context: ImportContext, lines: readonly ImportLine[]): Promise<readonly ImportOutcome[]> {
  return context.store.import.preview(lines.map(importedUserOf(context)));
}

/**
 * Takes a batch of users over, at most `IMPORTED_MOST`, with one audit record. Roles and bans of users who exist are
 * changed as an administrator changes them: with a record each, and a ban ends their sessions. To be called again with the
 * same lines after a failure.
 */
export async function importUsers(
  context: ImportContext,
  lines: readonly ImportLine[],
  caller: Caller,
): Promise<readonly ImportOutcome[]> {
  const imported = lines.map(importedUserOf(context));
  const outcomes = await context.store.import.merge(imported, (planned) => ({
    audit: [auditRecord(caller, { action: "users.import", detail: { ...linesOf(lines), ...countKinds(planned) } })],
  }));
  const owed = new Map<UserId, OwedEdits[]>();
  for (const outcome of outcomes) {
    if (outcome.kind === "skipped" || (outcome.owed.roles === null && outcome.owed.ban === null)) continue;
    owed.set(outcome.userId, [...(owed.get(outcome.userId) ?? []), outcome.owed]);
  }
  const users = [...owed];
  const lane = async (): Promise<void> => {
    for (let next = users.pop(); next !== undefined; next = users.pop()) {
      for (const edits of next[1]) await giveOwed(context, next[0], edits, caller);
    }
  };
  await Promise.all(Array.from({ length: EDITS_AT_ONCE }, lane));
  return outcomes;
}

/** How many lines there are of each kind. */
export function countKinds(outcomes: readonly ImportOutcome[]): Record<ImportOutcome["kind"], number> {
  const counts = { created: 0, changed: 0, unchanged: 0, skipped: 0 };
  for (const { kind } of outcomes) counts[kind] += 1;
  return counts;
}

function linesOf(lines: readonly ImportLine[]): { readonly first_line: number; readonly last_line: number } {
  return { first_line: lines[0]?.number ?? 0, last_line: lines.at(-1)?.number ?? 0 };
}

function importedUserOf(context: ImportContext): (line: ImportLine) => ImportedUser {
  return (line) => importedUser(context, line);
}

function importedUser({ secrets, box, settings, random, clock }: ImportContext, line: ImportLine): ImportedUser {
  const { app, openid, unionid, externalId, roles, ban, phone } = line;
  const identity: IdentityKey = { platform: app.platform, app: app.appId, openid };
  const union = unionid === null || app.unionScope === null ? null : { scope: app.unionScope, id: unionid };
  return {
    identity,
    clientId: app.id,
    union,
    externalId,
    roles,
    ban,
    phone:
      phone === null
        ? null
        : { hashes: phoneHashes(secrets, phone), seal: (userId) => box.seal(phone, phoneSeal(userId)) },
    banHashes: () =>
      secrets.all
        .map(banHashes)
        .flatMap((hashes) => [
          hashes.identity(identity),
          ...(union === null ? [] : [hashes.union(union.scope, union.id)]),
        ]),
    newUser: { id: newUserId(random, clock.now()), roles: settings.defaultRoles },
  };
}

async function giveOwed(
  context: ImportContext,
  userId: UserId,
  { roles, ban }: OwedEdits,
  caller: Caller,
): Promise<void> {
  if (roles !== null) await addRoles(context, userId, roles, caller);
  if (ban !== null) await banUser(context, userId, ban, caller);
}

/** Keeps roles that were added concurrently. */
async function addRoles(
  context: ImportContext,
  userId: UserId,
  roles: readonly string[],
  caller: Caller,
): Promise<void> {
  for (let tried = 1; ; tried += 1) {
    const user = (await context.store.users.find(userId))?.user;
    if (user === undefined || user.status === "closed") return;
    const together = [...new Set([...user.roles, ...roles])];
    if (together.length === user.roles.length) return;
    try {
      await setUserRoles(context, userId, together, caller, user.ver);
      return;
    } catch (error) {
      const isRace = error instanceof HufuError && error.reason === "precondition_failed";
      if (!isRace || tried === TRIES_MOST) throw error;
    }
  }
}

import { SYSTEM } from "../../core/caller.ts";
import { HufuError } from "../../core/errors/errors.ts";
import type { SessionId, UserId } from "../../core/ids.ts";
import { auditRecord } from "../../store/audit-record.ts";
import type { AuditRecord, SessionFacts } from "../../store/records.ts";
import type { SessionContext } from "../context.ts";
import { conflictRecord, noteConflict } from "../identity-conflict.ts";
import { refreshRefusal } from "../liveness.ts";
import { questionId } from "../question-id.ts";
import { askHost } from "../sign-in/resolve-user.ts";

/** `stale` may be called again while the back end is being asked; more often than this is no accident. */
const QUESTIONS_MOST = 3;

/** Does the host own roles, and has it not been asked since they were last called stale? */
export function needsHost(context: SessionContext, { user }: SessionFacts): boolean {
  return context.settings.rolesFrom === "host" && user.resolvedVer < user.ver;
}

/**
 * Facts with the host's current word about roles, asked for only where it is missing. Nothing is minted from older
 * roles, because the token would carry the new `ver` and no verifier could tell.
 * @throws HufuError `host_unavailable`, `sign_in_denied`, or why the session is over by now
 */
export async function withHostRoles(context: SessionContext, facts: SessionFacts): Promise<SessionFacts> {
  let known = facts;
  for (let questions = 0; needsHost(context, known); questions += 1) {
    if (questions === QUESTIONS_MOST) throw new HufuError("host_unavailable", { retryAfter: 1, detail: "stale again" });
    await askAbout(context, known);
    const again = await context.store.sessions.findForMint(known.session.id);
    if (again === undefined) throw new HufuError("refresh_token_invalid");
    const refusal = refreshRefusal(again);
    if (refusal !== undefined) throw refusal;
    known = again;
  }
  return known;
}

async function askAbout(context: SessionContext, { session, user }: SessionFacts): Promise<void> {
  const { platform, app, openid } = session;
  const identities = (await context.store.users.find(user.id))?.identities ?? [];
  const unionid = identities.find((one) => one.app === app && one.openid === openid)?.unionid ?? null;
  const word = await askHost(context, {
    identity: { platform, app, openid, unionid },
    context: null,
    phone: null,
    knownUser: user.id,
    questionId: questionId("stale", user.id, String(user.ver)),
  });
  // An answer that names another user changes neither user.
  const conflictId = word === null || word.externalId === user.externalId ? null : word.externalId;
  const roles = (conflictId === null ? word?.roles : null) ?? user.roles;
  const claims = (conflictId === null ? word?.claims : null) ?? user.claims;
  const about = { userId: user.id, sid: session.id, app };
  const record =
    conflictId === null
      ? auditRecord(SYSTEM, { action: "user.resolved", ...about, detail: { roles: roles.join(" ") } })
      : await conflictWith(context, about, conflictId);
  await context.store.users.edit(user.id, { kind: "resolved", ver: user.ver, roles, claims }, "system", () => ({
    audit: [record],
  }));
}

/** The record of a conflict with the user that the host named, told in the log too. */
async function conflictWith(
  context: SessionContext,
  about: { readonly userId: UserId; readonly sid: SessionId; readonly app: string },
  externalId: string,
): Promise<AuditRecord> {
  const otherUser = (await context.store.users.findByExternalId(externalId))?.user.id ?? null;
  const conflict = { ...about, why: "external_id", otherUser } as const;
  noteConflict(context, conflict);
  return conflictRecord(SYSTEM, { ...conflict, externalId });
}

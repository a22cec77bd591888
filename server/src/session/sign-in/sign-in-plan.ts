import { type Caller, inNameOf } from "../../core/caller.ts";
import { HufuError } from "../../core/errors/errors.ts";
import type { SessionId } from "../../core/ids.ts";
import type { App } from "../../platform/platform.ts";
import { auditRecord } from "../../store/audit-record.ts";
import type { AuditRecord, Delivery, DeviceType, Session, SessionOutline } from "../../store/records.ts";
import type { PlannedEnd, SignInFacts, SignInPlan } from "../../store/sessions.ts";
import { type EndCause, endRecords } from "../ending/end-records.ts";
import { signInDeliveries } from "../hook-events.ts";
import { conflictRecord } from "../identity-conflict.ts";
import { banInForce, bannedError, whyUnmarked } from "../liveness.ts";
import type { SessionSettings } from "../settings.ts";
import { freeCapacity } from "./concurrent-sessions.ts";

/** Sessions that had expired or were reset, and that one sign-in records as ended. */
const EXPIRED_MOST = 10;

/** What is known of a new session before its user is. */
export interface SessionDraft {
  readonly sid: SessionId;
  readonly app: App;
  readonly openid: string;
  readonly deviceId: string | null;
  readonly deviceType: DeviceType;
  readonly deviceName: string | null;
  /** Was the host asked who this is? */
  readonly hostAsked: boolean;
  /** The id that the host gave this user; `null` if it gave none. */
  readonly hostUserId: string | null;
  readonly codeHash: string;
  readonly codeAttempt: string;
  readonly keyId: string;
  readonly currentHash: string;
  /** The proof key that the session is bound to. */
  readonly jkt: string | null;
}

/**
 * What a sign-in changes, decided under the user's lock: the new session, those that end for it, and those that had
 * ended before without a record of it.
 * @throws HufuError `account_banned`, `too_many_sessions`; `sign_in_in_progress` if the host has to be asked after all
 */
export function planSignIn(
  settings: SessionSettings,
  draft: SessionDraft,
  found: SignInFacts,
  caller: Caller,
): SignInPlan {
  const { user, now } = found;
  const ban = banInForce(user.ban, now) ?? banInForce(found.keptBan, now);
  if (ban !== undefined) throw bannedError(ban);

  // The account that was known when the host was not asked has closed since. The next request asks the host.
  if (found.madeUser && settings.resolveUser !== null && !draft.hostAsked) {
    throw new HufuError("sign_in_in_progress", { retryAfter: 1 });
  }

  const live: SessionOutline[] = [];
  const end: PlannedEnd[] = [];
  const plan = (session: SessionOutline, how: EndCause, by: Caller): void => {
    end.push({ id: session.id, ...how, by: by.by, accompaniment: endRecords(session, how, by, settings) });
  };
  for (const session of found.candidates) {
    const over = whyUnmarked({ session, user, resetPol: found.resetPolOf(session.clientId), now });
    if (over === undefined) live.push(session);
    else if (end.length < EXPIRED_MOST) plan(session, over, inNameOf("system", caller));
  }
  const { app, openid, deviceId, deviceType } = draft;
  const arrival = { platform: app.platform, app: app.appId, openid, deviceId, deviceType };
  const leaving = freeCapacity(live, arrival, settings);
  for (const session of live) {
    const rule = leaving.find(({ id }) => id === session.id)?.rule;
    if (rule !== undefined) plan(session, { why: "replaced", rule }, caller);
  }

  const insert = sessionOf(settings, draft, found);
  return {
    insert,
    end,
    audit: signInAudit(insert, found, draft.hostUserId, caller),
    deliveries: deliveriesOf(settings, insert, found),
  };
}

function sessionOf(settings: SessionSettings, draft: SessionDraft, { user, pol, now, madeUser }: SignInFacts): Session {
  const { sid, app, hostAsked: _, hostUserId: __, ...rest } = draft;
  const absoluteUntil = now + (settings.mode === "single" ? settings.accessMs : settings.absoluteMs);
  return {
    ...rest,
    id: sid,
    userId: user.id,
    platform: app.platform,
    app: app.appId,
    clientId: app.id,
    mode: settings.mode,
    version: 1,
    generation: 0,
    recent: [],
    status: "active",
    endWhy: null,
    endedAt: null,
    endedBy: null,
    endRule: null,
    createdAt: now,
    lastUsedAt: now,
    idleUntil: Math.min(now + settings.idleMs, absoluteUntil),
    absoluteUntil,
    clock: now,
    authTime: now,
    acr: "platform",
    amr: ["swk"],
    higher: null,
    bornPol: pol,
    madeUser,
  };
}

function signInAudit(
  session: Session,
  found: SignInFacts,
  hostUserId: string | null,
  caller: Caller,
): readonly AuditRecord[] {
  const { userId, id: sid, app } = session;
  const detail = { new_user: found.madeUser, device_type: session.deviceType };
  const signedIn = auditRecord(caller, { action: "session.start", userId, sid, app, detail });
  if (found.conflict === null) return [signedIn];
  const conflict = { userId, sid, app, why: found.conflict, otherUser: found.conflictWith };
  return [signedIn, conflictRecord(caller, { ...conflict, externalId: hostUserId })];
}

function deliveriesOf(settings: SessionSettings, session: Session, found: SignInFacts): readonly Delivery[] {
  const { id: sid, userId, app, openid, createdAt } = session;
  const { externalId } = found.user;
  return signInDeliveries(settings, { userId, externalId, sid, app, openid, new: found.madeUser, at: createdAt });
}

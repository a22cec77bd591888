import type { EndRule, EndWhy } from "../../core/errors/reasons.ts";
import { parseSessionId } from "../../core/ids.ts";
import type { ListedSession } from "../../store/directory.ts";
import type { Session, User } from "../../store/records.ts";
import type { Store } from "../../store/store.ts";
import { whyUnmarked } from "../liveness.ts";
import { checkLimit, formatPlace, type Page, type PageQuery, pageOf, parsePlace } from "./page.ts";

/** How a session ended. */
export interface SessionEnd {
  readonly why: EndWhy;
  /** `null` where a version of before has ended it. */
  readonly rule: EndRule | null;
  /** `user`, `system`, or who asked for it; `null` where only the audit log says. */
  readonly by: string | null;
  /** Epoch ms; `null` where only the audit log says. */
  readonly at: number | null;
}

/** A session, and how it ended if it has. */
export interface ExplainedSession {
  readonly session: Session;
  /** `null` while it lives. */
  readonly end: SessionEnd | null;
}

/** A user's sessions, newest first, ended ones too for as long as they are kept. @throws HufuError `parameter_invalid` */
export async function listSessions(
  { directory }: Pick<Store, "directory">,
  user: User,
  now: number,
  { cursor, limit: asked }: PageQuery,
): Promise<Page<ExplainedSession>> {
  const limit = checkLimit(asked);
  const after = parsePlace(cursor, parseSessionId);
  const read = await directory.sessions(user.id, { after, limit: limit + 1 });
  const { items, next } = pageOf(read, limit, ({ session }) => formatPlace({ at: session.createdAt, id: session.id }));
  return { items: items.map((listed) => explainSession(listed, user, now)), next };
}

/** Pure: a session that has expired or was reset counts as ended, also while no row says so. */
export function explainSession({ session, resetPol }: ListedSession, user: User, now: number): ExplainedSession {
  if (session.status === "ended") {
    const { endWhy, endRule, endedBy, endedAt } = session;
    return { session, end: { why: endWhy ?? "expired", rule: endRule, by: endedBy, at: endedAt } };
  }
  const over = whyUnmarked({ session, user, resetPol, now });
  if (over === undefined) return { session, end: null };
  if (over.why !== "expired") return { session, end: { ...over, by: null, at: null } };
  const at = over.rule === "idle" ? session.idleUntil : session.absoluteUntil;
  return { session, end: { ...over, by: "system", at } };
}

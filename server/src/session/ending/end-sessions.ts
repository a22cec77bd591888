import type { Caller } from "../../core/caller.ts";
import type { SessionId, UserId } from "../../core/ids.ts";
import type { Session } from "../../store/records.ts";
import type { EndTarget } from "../../store/sessions.ts";
import type { AdministrationContext } from "../context.ts";
import { resetSessionKeys } from "../session-keys.ts";
import { countEnds } from "./count-ends.ts";
import { type EndCause, endRecords } from "./end-records.ts";

/** Ends what the target names and announces it; answers the sessions that this call ended. */
export async function endSessions(
  context: Pick<AdministrationContext, "store" | "settings" | "meter" | "announce">,
  target: EndTarget,
  cause: EndCause,
  caller: Caller,
): Promise<readonly Session[]> {
  const { ended, entries } = await context.store.sessions.end(target, { ...cause, by: caller.by }, (session) =>
    endRecords(session, cause, caller, context.settings),
  );
  context.announce(entries);
  countEnds(context.meter, ended.length, cause);
  return ended;
}

/** Ends one session. `false` if there is no such live session (of that user, where one is named). */
export async function endSession(
  context: AdministrationContext,
  sid: SessionId,
  cause: EndCause,
  caller: Caller,
  ofUser?: UserId,
): Promise<boolean> {
  const ended = await endSessions(context, ofUser === undefined ? { sid } : { sid, ofUser }, cause, caller);
  return ended.length > 0;
}

/**
 * Ends every session of a user but `except`. Where all of them end, the platform is asked to forget its
 * session_keys as well, in the background.
 */
export async function endAllOfUser(
  context: AdministrationContext,
  userId: UserId,
  cause: EndCause,
  caller: Caller,
  except?: SessionId,
): Promise<readonly Session[]> {
  const ended = await endSessions(context, except === undefined ? { userId } : { userId, except }, cause, caller);
  if (except === undefined) context.inBackground("reset session_keys", () => resetSessionKeys(context, userId));
  return ended;
}

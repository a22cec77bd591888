import type { Caller } from "../../core/caller.ts";
import { HufuError } from "../../core/errors/errors.ts";
import type { App } from "../../platform/platform.ts";
import { type AuditFacts, auditRecord } from "../../store/audit-record.ts";
import type { Session } from "../../store/records.ts";
import type { SessionContext } from "../context.ts";
import { sessionKeySeal } from "../session-keys.ts";
import { claimCode, codeMark, hashOfCode, releaseCode } from "../sign-in/code-mark.ts";
import type { ExchangedCode } from "../sign-in/exchanged-code.ts";
import { exchangeCode } from "../sign-in/paced-exchange.ts";

/**
 * Asks the platform whose login code this is. It must be the session's own user; then the session_key that came along
 * replaces the older one, which the platform has forgotten.
 * @throws HufuError `identity_mismatch`, and as sign-in for codes that are used, malformed or unknown
 */
export async function exchangeOwnCode(
  context: SessionContext,
  session: Session,
  code: string,
  caller: Caller,
): Promise<void> {
  const app = await context.findApp(session.clientId);
  if (app === undefined) throw new HufuError("client_unknown");
  if (!context.findPlatform(app.platform).isCode(code)) throw new HufuError("login_code_invalid", { isForged: true });
  const exchanged = await exchangeOnce(context, app, code, caller);
  const { openid, sessionKey } = exchanged.confirmed;
  if (openid !== session.openid) {
    const { userId, id: sid } = session;
    const facts: AuditFacts = {
      action: "session.step_up_refused",
      userId,
      sid,
      app: session.app,
      why: "identity_mismatch",
    };
    await context.store.audit.append([auditRecord(caller, facts)]);
    throw new HufuError("identity_mismatch");
  }
  if (sessionKey === null) return;
  const identity = { platform: session.platform, app: session.app, openid };
  const sealed = context.box.seal(sessionKey, sessionKeySeal(identity));
  await context.store.users.putSessionKey(identity, sealed, exchanged.exchangedAt);
}

/** Under the mark that sign-ins take: of two requests with one code, on any node, one asks the platform. */
async function exchangeOnce(context: SessionContext, app: App, code: string, caller: Caller): Promise<ExchangedCode> {
  const codeHash = hashOfCode(app, code);
  const mark = codeMark(context, codeHash);
  const refusal = await claimCode(context, mark);
  try {
    // Also where the mark is another's: a sign-in that has ended may leave it.
    if ((await context.store.sessions.findByCode(codeHash)) !== undefined) throw new HufuError("login_code_used");
    if (refusal !== undefined) throw refusal;
    return await exchangeCode(context, app, code, caller);
  } finally {
    if (refusal === undefined) await releaseCode(context, mark);
  }
}

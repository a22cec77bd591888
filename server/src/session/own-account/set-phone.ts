import { type Caller, inNameOf } from "../../core/caller.ts";
import { HufuError } from "../../core/errors/errors.ts";
import type { Reason } from "../../core/errors/reasons.ts";
import { auditRecord } from "../../store/audit-record.ts";
import type { Session, SessionFacts, User } from "../../store/records.ts";
import { noSuchUser } from "../administration/administer-users.ts";
import type { SessionContext } from "../context.ts";
import { phoneHashes, phoneSeal } from "../phone-at-rest.ts";
import { questionId } from "../question-id.ts";
import { askHost } from "../sign-in/resolve-user.ts";

/** What the platform says about a phone code, in the words of an endpoint that takes nothing else. */
const PHONE_WORDS: Partial<Readonly<Record<Reason, Reason>>> = {
  login_code_invalid: "phone_code_invalid",
  login_code_used: "phone_code_invalid",
  platform_rate_limited: "phone_quota",
};

/**
 * Code of the phone button in, number kept: sealed, found by a keyed hash, shown to the back end once. Answers the number.
 * @throws HufuError `phone_code_invalid`, `phone_quota`; `phone_taken` if the number is another user's, or the back end says
 * that its owner is one; `sign_in_denied`; outages
 */
export async function setPhone(
  context: SessionContext,
  { session, user }: SessionFacts,
  code: string,
  caller: Caller,
): Promise<string> {
  const number = await askNumber(context, session, code);
  const hashes = phoneHashes(context.secrets, number);
  const owner = await context.store.phones.findOwner(hashes);
  if (owner !== undefined && owner !== user.id) throw new HufuError("phone_taken");
  await showHost(context, session, user, number, questionId("phone", session.id, code));
  const sealed = context.box.seal(number, phoneSeal(user.id));
  const { app, id: sid } = session;
  const audit = [auditRecord(inNameOf("user", caller), { action: "user.phone", userId: user.id, sid, app })];
  const outcome = await context.store.phones.put(user.id, { sealed, hashes }, { audit });
  if (outcome === "taken") throw new HufuError("phone_taken");
  if (outcome === "gone") throw noSuchUser();
  return number;
}

async function askNumber(context: SessionContext, session: Session, code: string): Promise<string> {
  const app = await context.findApp(session.clientId);
  if (app === undefined) throw new HufuError("client_unknown");
  try {
    return (await context.findPlatform(session.platform).phoneNumber(app, code, session.openid)).number;
  } catch (cause) {
    const word = cause instanceof HufuError ? PHONE_WORDS[cause.reason] : undefined;
    if (!(cause instanceof HufuError) || word === undefined) throw cause;
    throw new HufuError(word, { detail: cause.detail, retryAfter: cause.retryAfter });
  }
}

/** The back end hears the number before it is kept: it may know that it is another user's. */
async function showHost(
  context: SessionContext,
  session: Session,
  user: User,
  number: string,
  id: string,
): Promise<void> {
  const { platform, app, openid } = session;
  const found = await context.store.users.find(user.id);
  const unionid = found?.identities.find((one) => one.app === app && one.openid === openid)?.unionid ?? null;
  const word = await askHost(context, {
    identity: { platform, app, openid, unionid },
    context: null,
    phone: { number },
    knownUser: user.id,
    questionId: id,
  });
  // Two accounts are never merged without being asked: `hufu users link` does that.
  if (word !== null && word.externalId !== null && word.externalId !== user.externalId) {
    throw new HufuError("phone_taken", { detail: "resolveUser names another user for this number" });
  }
}

import { toBase64url } from "../../core/base64url.ts";
import { type Caller, inNameOf, USER } from "../../core/caller.ts";
import { concerning } from "../../core/errors/concerning.ts";
import { HufuError } from "../../core/errors/errors.ts";
import { faultLevel } from "../../core/log/fault-level.ts";
import { type AuditFacts, auditRecord } from "../../store/audit-record.ts";
import type { Session, SessionFacts } from "../../store/records.ts";
import { attemptTag, parentTagOf, type RefreshToken } from "../../token/refresh-token.ts";
import type { SessionContext } from "../context.ts";
import type { EndCause } from "../ending/end-records.ts";
import { endSessions } from "../ending/end-sessions.ts";
import { refreshRefusal, whyUnmarked } from "../liveness.ts";
import { mintForSession } from "../mint.ts";
import { answerForSession, type TokenAnswer } from "../token-answer.ts";
import { needsHost, withHostRoles } from "./host-roles.ts";
import { decideRefresh } from "./refresh-decision.ts";

/** A loser of the compare-and-set reads and decides again, so often at most. */
const TRIES_MOST = 16;
const PAUSE_MOST_MS = 8;
/** An honest client repeats an unanswered request a few times. More repeats are audited, for an operator to look at. */
const REPEATS_BEFORE_AUDIT = 20;
const REPEATS_WINDOW_MS = 3_600_000;
const ATTEMPT_BYTES = 16;

const REUSED: EndCause = { why: "reused", rule: "refresh_token" };

export interface RefreshInput {
  readonly clientId: string;
  readonly refreshToken: string;
  readonly attemptId?: string | undefined;
  /** Thumbprint of the key whose proof came with the request. */
  readonly jkt?: string | undefined;
  /** Default: the user, outside of any request. */
  readonly caller?: Caller | undefined;
}

/**
 * Refresh token in, its child and a fresh access token out (docs/design.md §5).
 * Nothing changes before every check has passed; an outage is never `invalid_grant`.
 * @throws HufuError with the reasons of docs/protocol.md §3.5
 */
export async function refresh(context: SessionContext, input: RefreshInput): Promise<TokenAnswer> {
  const token = context.refreshTokens.parse(input.refreshToken);
  if (token === undefined) throw new HufuError("refresh_token_invalid", { isForged: true });
  // Without a caller it is no request, but the back end's own code.
  if (input.caller !== undefined) {
    const counting = context.limits.refresh(token.sessionId);
    if (counting !== undefined) await counting;
  }
  try {
    return await refreshSession(context, input, token);
  } catch (error) {
    throw concerning(error, { sid: token.sessionId });
  }
}

async function refreshSession(context: SessionContext, input: RefreshInput, token: RefreshToken): Promise<TokenAnswer> {
  for (let tries = 1; tries <= TRIES_MOST; tries += 1) {
    const answer = await tryRefresh(context, input, token);
    if (answer !== undefined) return answer;
    context.meter.count("hufu_refresh_lost_races_total", {});
    await context.pause(Math.ceil((context.random(1).readUInt8() / 256) * Math.min(tries, PAUSE_MOST_MS)));
  }
  throw new HufuError("store_unavailable", { retryAfter: 1, detail: "a refresh lost every compare-and-set" });
}

/** One reading, one decision, at most one compare-and-set; `undefined` when that was lost. */
async function tryRefresh(
  context: SessionContext,
  input: RefreshInput,
  token: RefreshToken,
): Promise<TokenAnswer | undefined> {
  const found = await context.store.sessions.findForMint(token.sessionId);
  if (found === undefined || found.session.clientId !== input.clientId) throw new HufuError("refresh_token_invalid");
  assertSameKey(found.session.jkt, input.jkt);
  const refusal = refreshRefusal(found);
  if (refusal !== undefined) throw await noteEnd(context, found, refusal, input);

  if (context.secrets.find(found.session.keyId) === undefined) {
    throw new HufuError("store_unavailable", { retryAfter: 5, detail: "this node lacks a secret that others use" });
  }

  const attempt = input.attemptId ?? toBase64url(context.random(ATTEMPT_BYTES));
  const tag = input.attemptId === undefined ? "" : attemptTag(token.sessionId, attempt);
  const verdict = decideRefresh(found.session, token, tag, found.now, {
    idleMs: context.settings.idleMs,
    newestKeyId: context.secrets.newest.id,
    parentTagOf,
  });

  if (verdict.answer === "superseded") throw new HufuError("refresh_token_superseded");
  if (verdict.answer === "reused") {
    await endSessions(context, { sid: token.sessionId }, REUSED, inNameOf("system", input.caller ?? USER));
    throw new HufuError("refresh_token_reused");
  }
  // Before anything changes: an answer that could not be given must leave the question as it was.
  const facts = needsHost(context, found) ? await withHostRoles(context, found) : found;
  if (facts.session.version !== found.session.version) return undefined;
  if (verdict.next !== undefined && !(await context.store.sessions.compareAndSet(verdict.next))) return undefined;
  if (verdict.answer === "child" && !verdict.promoted) {
    context.inBackground("counting repeats", () => watchRepeats(context, facts.session, input));
  }

  const session = verdict.next ?? facts.session;
  const now = { ...facts, session };
  const next =
    verdict.answer === "same"
      ? input.refreshToken
      : context.refreshTokens.child({ keyId: session.keyId, parent: token, attempt, tag });
  const answer = answerForSession(now, await mintForSession(context, now), next, false);
  const kept = verdict.answer === "same" ? "same" : "current";
  const isPromoted = verdict.answer === "child" && verdict.promoted;
  context.meter.count("hufu_refreshes_total", { verdict: isPromoted ? "promoted" : kept });
  return answer;
}

/** @throws HufuError `proof_missing`, `proof_unexpected`, `proof_invalid` */
function assertSameKey(bound: string | null, jkt: string | undefined): void {
  if (bound === null && jkt !== undefined) throw new HufuError("proof_unexpected");
  if (bound !== null && jkt === undefined) throw new HufuError("proof_missing");
  if (bound !== null && jkt !== bound)
    throw new HufuError("proof_invalid", { detail: "another key than the session's" });
}

/** The same refusal, when an end that no row tells yet is written down. */
async function noteEnd(
  context: SessionContext,
  facts: SessionFacts,
  refusal: HufuError,
  input: RefreshInput,
): Promise<HufuError> {
  const over = facts.session.status === "active" ? whyUnmarked(facts) : undefined;
  if (refusal.reason === "session_expired" && over !== undefined) {
    // The first to find it expired writes it down, so that this end too leaves its one record.
    await endSessions(context, { sid: facts.session.id }, over, inNameOf("system", input.caller ?? USER));
  }
  return refusal;
}

/** Counting must never fail or delay a refresh: if the hot store is down, only the count is lost. */
async function watchRepeats(context: SessionContext, session: Session, input: RefreshInput): Promise<void> {
  try {
    const repeats = await context.hot.count(`repeat:${session.id}:${session.generation}`, REPEATS_WINDOW_MS);
    if (repeats !== REPEATS_BEFORE_AUDIT + 1) return;
    const facts: AuditFacts = { action: "refresh.repeated", userId: session.userId, sid: session.id };
    await context.store.audit.append([auditRecord(input.caller ?? USER, facts)]);
  } catch (cause) {
    context.log[faultLevel(cause)]({ err: cause }, "repeats of a refresh token could not be counted");
  }
}

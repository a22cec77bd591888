import { HufuError } from "../../core/errors/errors.ts";
import type { Reason } from "../../core/errors/reasons.ts";
import type { Logger } from "../../core/log/log.ts";
import type { NoticeKind, Notices } from "../../core/log/notices.ts";
import { privateEmpty, privateJson } from "../messages/answers.ts";
import type { Answer } from "../messages/call.ts";
import type { RequestCaller } from "../messages/request-caller.ts";
import { ERROR_TABLE } from "./error-table.ts";

/** What an operator is told when a request is answered 5xx, and what to do about it. */
const OUTAGES: Readonly<Partial<Record<Reason, { readonly kind: NoticeKind; readonly message: string }>>> = {
  platform_misconfigured: {
    kind: "platform_misconfigured",
    message:
      "the platform refused this app's settings, and requests are answered 502; compare appId, appSecret and the IP " +
      "allow-list with the platform's console (see detail and the lines before)",
  },
  platform_unavailable: {
    kind: "platform_unavailable",
    message: "the platform cannot be asked, and sign-ins are answered 503; check the way to it (see detail)",
  },
  store_unavailable: {
    kind: "store_unavailable",
    message: "the database or Redis did not answer, and requests are answered 503; readyz says which of them",
  },
  host_unavailable: {
    kind: "host_unavailable",
    message: "a function of your back end failed, and sign-ins are answered 503; mend the one that detail names",
  },
  revocations_unknown: {
    kind: "revocations_unknown",
    message: "it cannot be known what is revoked, and tokens are answered 503; the database is silent (see readyz)",
  },
};

const REALM = 'realm="hufu"';

/** Facts of the request that a refusal answers. */
export type RefusedRequest = Pick<RequestCaller, "requestId" | "theirRequestId">;

/** A refusal of the token, revocation and introspection endpoints. @see RFC 6749 §5.2 */
export function oauthRefusal(refusal: HufuError, request: RefusedRequest): Answer {
  const { status, error } = ERROR_TABLE[refusal.reason];
  const headers: Record<string, string> = { ...retryHeaders(refusal), ...nonceHeaders(refusal) };
  // The rest of the body is still on its way: on a connection that is kept it would be read as the next request.
  if (refusal.reason === "body_too_large") headers["connection"] = "close";
  // RFC 6749 §5.2 asks for it where the client used the header, RFC 9110 §15.5.2 with every 401.
  if (status === 401) headers["www-authenticate"] = `Basic ${REALM}`;
  return privateJson(status, bodyOf(refusal, error, request.requestId), headers);
}

/** A refusal of what a guard stands before. @see docs/protocol.md §5, RFC 6750 §3 */
export function guardRefusal(refusal: HufuError, request: RefusedRequest): Answer {
  const entry = ERROR_TABLE[refusal.reason];
  const { status, error } = entry.guard ?? entry;
  const headers: Record<string, string> = {
    ...retryHeaders(refusal),
    ...nonceHeaders(refusal),
    "hufu-reason": refusal.reason,
  };
  const challenge = challengeOf(refusal, status, error);
  if (challenge !== undefined) headers["www-authenticate"] = challenge;
  return privateJson(status, bodyOf(refusal, error, request.requestId), headers);
}

/** Any answer without a reason of its own: a wrong method, an internal error. */
function plainRefusal(
  status: number,
  error: string,
  description: string,
  requestId: string,
  headers?: Readonly<Record<string, string>>,
): Answer {
  return privateJson(status, { error, error_description: description, request_id: requestId }, headers);
}

/**
 * What was caught, as an answer. A refusal says why; anything else is an internal error, told to the log alone.
 * @param form as the endpoint refuses
 */
export function answerToError(
  caught: unknown,
  form: (refusal: HufuError, request: RefusedRequest) => Answer,
  request: RefusedRequest,
  { log, notices }: { readonly log: Logger; readonly notices: Notices },
): Answer {
  if (caught instanceof HufuError) {
    const answer = form(caught, request);
    const { reason, detail } = caught;
    const fields = { ...idsOf(request), reason, detail, err: caught.cause };
    const outage = OUTAGES[reason];
    if (outage !== undefined) notices.warn(outage.kind, fields, outage.message);
    else if (detail !== undefined) log.debug(fields, "refused");
    return answer;
  }
  notices.error(
    "internal_error",
    { ...idsOf(request), err: caught },
    "internal error: answered 500; please report it with this line",
  );
  return plainRefusal(500, "server_error", "Something went wrong here.", request.requestId);
}

/** The answer to a method that is not there. */
export function methodRefusal(allowed: string, requestId: string, isOptions: boolean): Answer {
  if (isOptions) {
    const { status, headers, body } = privateEmpty(204);
    return { status, headers: { ...headers, allow: allowed }, body };
  }
  return plainRefusal(405, "invalid_request", `Method not allowed; use ${allowed}.`, requestId, { allow: allowed });
}

function idsOf({ requestId, theirRequestId }: RefusedRequest): object {
  return { request_id: requestId, caller_request_id: theirRequestId };
}

/** JSON leaves out what is `undefined`. */
function bodyOf(refusal: HufuError, error: string | null, requestId: string): object {
  const { reason, why, bannedUntil, parameter } = refusal;
  const { description } = ERROR_TABLE[reason];
  return {
    error: error ?? undefined,
    error_description: parameter === undefined ? description : `${description.slice(0, -1)}: ${parameter}.`,
    reason,
    why,
    banned_until: bannedUntil,
    request_id: requestId,
  };
}

function retryHeaders(refusal: HufuError): Record<string, string> {
  const seconds = refusal.retryAfter ?? ERROR_TABLE[refusal.reason].retryAfter;
  return seconds === undefined ? {} : { "retry-after": String(Math.max(0, Math.ceil(seconds))) };
}

/** A page of another origin may read a header only if it is named. @see RFC 9449 §8 */
function nonceHeaders({ nonce, reason }: HufuError): Record<string, string> {
  if (nonce === undefined) return {};
  const name = reason.startsWith("mac_") ? "Hufu-Mac-Nonce" : "DPoP-Nonce";
  return { [name.toLowerCase()]: nonce, "access-control-expose-headers": `${name}, WWW-Authenticate` };
}

/** The quoted parts hold only our own words and permissions, neither of which can hold a quote. */
function challengeOf(refusal: HufuError, status: number, error: string | null): string | undefined {
  if (error === null) return `Bearer ${REALM}`;
  const isChallenged = status === 401 || error === "invalid_request" || error === "insufficient_scope";
  if (!isChallenged) return undefined;
  const { description } = ERROR_TABLE[refusal.reason];
  const scheme = refusal.isBound || refusal.reason.startsWith("proof_") ? "DPoP" : "Bearer";
  const algorithms = scheme === "DPoP" ? ', algs="ES256 EdDSA Ed25519"' : "";
  const scope = refusal.scope === undefined ? "" : `, scope="${refusal.scope}"`;
  return `${scheme} ${REALM}, error="${error}", error_description="${description}"${scope}${stepUpOf(refusal)}${algorithms}`;
}

/** @see RFC 9470 §3 */
function stepUpOf({ stepUp }: HufuError): string {
  const { acr, maxAge } = stepUp ?? {};
  return (acr === undefined ? "" : `, acr_values="${acr}"`) + (maxAge === undefined ? "" : `, max_age="${maxAge}"`);
}

import type { Reason } from "../../core/errors/reasons.ts";

/** How a refusal looks on the wire. */
export interface WireEntry {
  readonly status: number;
  /** The `error` of RFC 6749 §5.2, or the error code of a challenge (RFC 6750 §3.1); `null` = none is sent. */
  readonly error: string | null;
  /** For developers: ASCII without quotes and control characters. */
  readonly description: string;
  /** Where a guard answers differently from the token endpoints. */
  readonly guard?: { readonly status: number; readonly error: string };
  /** Seconds for `Retry-After` when the refusal itself knows none. */
  readonly retryAfter?: number;
}

/**
 * Every reason and its form on the wire: docs/protocol.md §3.5, §5 and the errors of §9. A test holds the two together.
 */
export const ERROR_TABLE: Readonly<Record<Reason, WireEntry>> = Object.freeze({
  login_code_invalid: grant("The login code is malformed, expired or unknown to the platform."),
  login_code_used: grant("The login code was already used."),
  refresh_token_superseded: grant("A newer refresh token of this session is already in use."),
  refresh_token_invalid: grant("This is not a refresh token of this client."),
  refresh_token_reused: grant("The refresh token was used by two holders, so the session has ended."),
  session_expired: grant("The session has expired."),
  session_kicked: grant("An administrator ended the session."),
  session_replaced: grant("A newer sign-in replaced the session."),
  session_logged_out: grant("The user signed out."),
  account_closed: grant("The account was closed."),

  parameter_missing: request("A required parameter is missing."),
  parameter_repeated: request("A parameter was sent more than once."),
  parameter_invalid: request("A parameter has a value that it cannot have."),
  body_too_large: request("The body is too large."),
  content_type_unsupported: request("The body has another content type than this endpoint takes, or is not in UTF-8."),
  grant_unsupported: { status: 400, error: "unsupported_grant_type", description: "There is no such grant type here." },
  grant_not_allowed: { status: 400, error: "unauthorized_client", description: "This client may not do this." },

  client_unknown: { status: 401, error: "invalid_client", description: "The client is not known here." },
  client_secret_wrong: { status: 401, error: "invalid_client", description: "The client secret is missing or wrong." },

  proof_missing: proof("A proof of possession is required."),
  proof_invalid: proof("The proof of possession is not valid."),
  proof_replayed: proof("The proof of possession was used before."),
  proof_unexpected: proof("This session was signed in without a proof of possession."),
  proof_nonce: {
    status: 400,
    error: "use_dpop_nonce",
    description: "The proof of possession needs the nonce of this answer.",
    guard: { status: 401, error: "use_dpop_nonce" },
  },

  mac_missing: mac("This route asks for a MAC by the key that the platform shares with the user."),
  mac_invalid: mac("The MAC of the request is not valid, or its key is no longer in use."),
  mac_replayed: mac("The MAC of the request was used before."),
  mac_nonce: { status: 401, error: "use_mac_nonce", description: "The MAC needs the nonce of this answer." },
  session_key_stale: mac("The platform no longer takes the session_key of this user, so the MAC cannot be checked."),

  account_banned: denied("The account is banned."),
  platform_blocked: denied("The platform has blocked this user."),
  sign_in_denied: denied("The back end does not let this user sign in."),
  too_many_sessions: denied("The user is signed in on too many devices."),

  rate_limited: { status: 429, error: "slow_down", description: "Too many requests.", retryAfter: 1 },
  platform_rate_limited: {
    status: 429,
    error: "slow_down",
    description: "The platform says that there are too many requests.",
    retryAfter: 60,
  },

  platform_misconfigured: {
    status: 502,
    error: "server_error",
    description: "The platform refuses the configuration of this app; the operator finds details in the log.",
  },

  platform_unavailable: unavailable("The platform does not answer."),
  store_unavailable: unavailable("The database does not answer."),
  host_unavailable: unavailable("The back end did not answer in time who this user is."),
  sign_in_in_progress: unavailable("The same sign-in is under way."),

  credentials_repeated: request("The request carries more than one credential."),
  token_in_query: request("An access token belongs in the Authorization header, not in the URL."),
  token_missing: { status: 401, error: null, description: "An access token is needed." },
  token_malformed: token("The Authorization header carries no access token that could be read."),
  token_signature: token("The access token was not signed by a key of its issuer."),
  token_expired: token("The access token has expired or is not valid yet."),
  token_audience: token("The access token is meant for another audience."),
  token_issuer: token("The access token comes from another issuer."),
  token_revoked: token("The access token was revoked."),
  token_stale: token("The roles of the user have changed since the access token was made."),
  step_up_required: {
    status: 401,
    error: "insufficient_user_authentication",
    description: "A fresher or stronger sign-in is needed.",
  },
  permission_denied: { status: 403, error: "insufficient_scope", description: "The caller may not do this." },
  identity_mismatch: denied("The login code belongs to another user than the session."),
  phone_code_invalid: request("The phone code is malformed, expired, used, or of another user."),
  phone_taken: { status: 409, error: "conflict", description: "The number belongs to another account." },
  phone_quota: {
    status: 429,
    error: "slow_down",
    description: "The platform gives out no more numbers for now.",
    retryAfter: 60,
  },
  biometrics_refused: denied("The platform does not confirm the signature of the finger or face."),
  challenge_invalid: grant("The challenge is unknown, expired, used, or was made for something else."),
  revocations_unknown: unavailable("What has been revoked is not known here at the moment."),

  ticket_invalid: grant("This is no ticket of this issuer, or its session has ended."),
  ticket_expired: grant("The ticket has expired."),
  ticket_mismatch: grant("The ticket was made for another operation or other parameters."),
  ticket_redeemed: { status: 409, error: "conflict", description: "The ticket was already redeemed." },

  not_found: { status: 404, error: "not_found", description: "There is no such thing here." },
  conflict: { status: 409, error: "conflict", description: "This cannot be changed here." },
  precondition_failed: {
    status: 412,
    error: "precondition_failed",
    description: "It has changed since the version that If-Match names.",
  },
  precondition_required: {
    status: 428,
    error: "precondition_required",
    description: "This call needs If-Match with the ETag of what it changes.",
  },
});

function grant(description: string): WireEntry {
  return { status: 400, error: "invalid_grant", description };
}

function request(description: string): WireEntry {
  return { status: 400, error: "invalid_request", description };
}

function proof(description: string): WireEntry {
  const error = "invalid_dpop_proof";
  return { status: 400, error, description, guard: { status: 401, error } };
}

function mac(description: string): WireEntry {
  return { status: 401, error: "invalid_mac", description };
}

function denied(description: string): WireEntry {
  return { status: 403, error: "access_denied", description };
}

function unavailable(description: string): WireEntry {
  return { status: 503, error: "temporarily_unavailable", description, retryAfter: 1 };
}

function token(description: string): WireEntry {
  return { status: 401, error: "invalid_token", description };
}

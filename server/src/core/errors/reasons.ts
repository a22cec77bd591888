/** Why a login code or a refresh token is refused: `invalid_grant`. */
export const GRANT_REASONS = [
  "login_code_invalid",
  "login_code_used",
  "refresh_token_superseded",
  "refresh_token_invalid",
  "refresh_token_reused",
  "session_expired",
  "session_kicked",
  "session_replaced",
  "session_logged_out",
  "account_closed",
] as const;

/** Why a request with an access token is refused before its rights are checked. */
export const TOKEN_REASONS = [
  "credentials_repeated",
  "token_in_query",
  "token_missing",
  "token_malformed",
  "token_signature",
  "token_expired",
  "token_audience",
  "token_issuer",
  "token_revoked",
  "token_stale",
] as const;

/** Every machine word that a refusal may carry, in the order of the tables in docs/protocol.md §3.5 and §5. */
export const REASONS = [
  ...GRANT_REASONS,
  "parameter_missing",
  "parameter_repeated",
  "parameter_invalid",
  "body_too_large",
  "content_type_unsupported",
  "grant_unsupported",
  "grant_not_allowed",
  "client_unknown",
  "client_secret_wrong",
  "proof_missing",
  "proof_invalid",
  "proof_replayed",
  "proof_unexpected",
  "proof_nonce",
  "mac_missing",
  "mac_invalid",
  "mac_replayed",
  "mac_nonce",
  "session_key_stale",
  "account_banned",
  "platform_blocked",
  "sign_in_denied",
  "too_many_sessions",
  "rate_limited",
  "platform_rate_limited",
  "platform_misconfigured",
  "platform_unavailable",
  "store_unavailable",
  "host_unavailable",
  "sign_in_in_progress",
  ...TOKEN_REASONS,
  "step_up_required",
  "permission_denied",
  "identity_mismatch",
  "phone_code_invalid",
  "phone_taken",
  "phone_quota",
  "biometrics_refused",
  "challenge_invalid",
  "revocations_unknown",
  "ticket_invalid",
  "ticket_expired",
  "ticket_mismatch",
  "ticket_redeemed",
  "not_found",
  "conflict",
  "precondition_failed",
  "precondition_required",
] as const;

/** One stable machine word per kind of refusal. Clients decide by it; descriptions may change. */
export type Reason = (typeof REASONS)[number];

/** Why a session ended: one word for the row, the audit record, the refresh answer, the guard and the feed. */
export const END_WHYS = ["logged_out", "replaced", "kicked", "banned", "closed", "reused", "expired", "reset"] as const;

/**
 * Why a session ended.
 * @see docs/protocol.md §3.5, the second table
 */
export type EndWhy = (typeof END_WHYS)[number];

/** By which rule a session ended, so that an operator can explain it: several rules share one {@link EndWhy}. */
export const END_RULES = [
  "sign_out",
  "sign_out_elsewhere",
  "many_tokens_revoked",
  "device",
  "perDeviceType",
  "perIdentity",
  "administrator",
  "ban",
  "close",
  "refresh_token",
  "login_code",
  "old_token_revoked",
  "idle",
  "absolute",
  "reset",
  "identity_move",
] as const;

/**
 * By which rule a session ended.
 * @see docs/protocol.md §9
 */
export type EndRule = (typeof END_RULES)[number];

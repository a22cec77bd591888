import type { Reason } from "./reasons.ts";

/**
 * The HTTP status of a refusal where a guard or handler gives it, so that the error middleware of any framework answers with it.
 * What stands at the token endpoint may differ; `http/error-table.ts` has the whole, and a test holds the two together.
 */
export function statusOf(reason: Reason): number {
  switch (reason) {
    case "token_missing":
    case "token_malformed":
    case "token_signature":
    case "token_expired":
    case "token_audience":
    case "token_issuer":
    case "token_revoked":
    case "token_stale":
    case "step_up_required":
    case "client_unknown":
    case "client_secret_wrong":
    case "proof_missing":
    case "proof_invalid":
    case "proof_replayed":
    case "proof_unexpected":
    case "proof_nonce":
    case "mac_missing":
    case "mac_invalid":
    case "mac_replayed":
    case "mac_nonce":
    case "session_key_stale":
      return 401;
    case "permission_denied":
    case "identity_mismatch":
    case "biometrics_refused":
    case "account_banned":
    case "platform_blocked":
    case "sign_in_denied":
    case "too_many_sessions":
      return 403;
    case "not_found":
      return 404;
    case "conflict":
    case "phone_taken":
    case "ticket_redeemed":
      return 409;
    case "precondition_failed":
      return 412;
    case "precondition_required":
      return 428;
    case "rate_limited":
    case "platform_rate_limited":
    case "phone_quota":
      return 429;
    case "platform_misconfigured":
      return 502;
    case "platform_unavailable":
    case "store_unavailable":
    case "host_unavailable":
    case "sign_in_in_progress":
    case "revocations_unknown":
      return 503;
    default:
      return 400;
  }
}

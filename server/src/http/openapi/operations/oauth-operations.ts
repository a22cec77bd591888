import { GRANT_REASONS } from "../../../core/errors/reasons.ts";
import { FORM_BODY, form, json, type Operations } from "../operation.ts";
import { aboutToken, introspection, tokenAnswer, tokenRequest } from "../schemas/tokens.ts";

/** docs/protocol.md §2 and §3. */
export const OAUTH_OPERATIONS: Operations = {
  "/oauth/token": {
    POST: {
      summary: "Sign in by a login code, refresh, or get a back end's own token",
      section: "3",
      access: { kind: "client" },
      headers: { DPoP: { description: "A proof of possession (RFC 9449); the session is bound to its key." } },
      body: form(tokenRequest),
      answers: { 200: json(tokenAnswer) },
      reasons: [
        ...FORM_BODY,
        "grant_unsupported",
        "grant_not_allowed",
        ...GRANT_REASONS,
        "proof_missing",
        "proof_invalid",
        "proof_replayed",
        "proof_unexpected",
        "proof_nonce",
        "account_banned",
        "platform_blocked",
        "sign_in_denied",
        "too_many_sessions",
        "platform_rate_limited",
        "platform_misconfigured",
        "platform_unavailable",
        "host_unavailable",
        "sign_in_in_progress",
      ],
    },
  },
  "/oauth/revoke": {
    POST: {
      summary: "Revoke a token (RFC 7009); a refresh token ends its session",
      section: "3",
      access: { kind: "client" },
      body: form(aboutToken),
      answers: { 200: null },
      reasons: [...FORM_BODY, "grant_not_allowed"],
    },
  },
  "/oauth/introspect": {
    POST: {
      summary: "What a token is worth at this moment (RFC 7662); needs hufu.tokens:introspect",
      section: "1",
      access: { kind: "confidential" },
      body: form(aboutToken),
      answers: { 200: json(introspection) },
      reasons: [...FORM_BODY, "revocations_unknown"],
    },
  },
};

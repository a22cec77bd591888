import { randomUUID } from "node:crypto";

/** What a client sends: kept, so that the very same can be sent again. */
export interface ClientRequest {
  readonly path: string;
  readonly form: Readonly<Record<string, string>>;
}

const CLIENT_ID = "wx-demo";

/** An attempt id that nobody has used. */
export function newAttempt(): string {
  return `attempt-${randomUUID()}`;
}

/** docs/protocol.md §3.1 */
export function signInRequest(code: string, more: Readonly<Record<string, string>> = {}): ClientRequest {
  const form = { grant_type: "urn:hufu:grant-type:login-code", client_id: CLIENT_ID, code, attempt_id: newAttempt() };
  return { path: "/auth/oauth/token", form: { ...form, ...more } };
}

/** docs/protocol.md §3.2 */
export function refreshRequest(refreshToken: string, attemptId: string = newAttempt()): ClientRequest {
  return {
    path: "/auth/oauth/token",
    form: {
      grant_type: "refresh_token",
      client_id: CLIENT_ID,
      refresh_token: refreshToken,
      attempt_id: attemptId,
    },
  };
}

/** RFC 7009. */
export function signOutRequest(refreshToken: string): ClientRequest {
  return { path: "/auth/oauth/revoke", form: { client_id: CLIENT_ID, token: refreshToken } };
}

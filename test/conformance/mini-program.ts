import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { type Answer, type Ask, ask } from "./ask.ts";
import { APP, OTHER_APP, type Served } from "./served-hufu.ts";
import { openidOf } from "./stand-in-wechat.ts";

export const LOGIN_CODE = "urn:hufu:grant-type:login-code";

type Form = Readonly<Record<string, string>>;

export interface SignedIn {
  readonly access_token: string;
  readonly refresh_token: string;
  readonly token_type: string;
  readonly expires_in: number;
  readonly refresh_token_expires_in: number;
  readonly user: Readonly<Record<string, unknown>>;
}

export const newAttempt = (): string => `at_${randomBytes(12).toString("base64url")}`;

let people = 0;
/** A person that no other test knows. */
export const someone = (): string => `person-${process.pid}-${people++}`;

export const newCode = (served: Served, user: string, clientId: string = APP): string =>
  served.platform.issue(clientId === OTHER_APP.clientId ? OTHER_APP.appId : clientId, { openid: openidOf(user) });

/** The request of a silent sign-in; `more` adds and overrides. */
export const signInForm = (served: Served, more: Form = {}, user: string = someone()): Form => ({
  grant_type: LOGIN_CODE,
  client_id: APP,
  ...(more["code"] === undefined ? { code: newCode(served, user, more["client_id"]) } : {}),
  ...more,
});

export const askToken = (served: Served, form: Ask["form"] & object, headers: Form = {}): Promise<Answer> =>
  ask(served.issuer, { method: "POST", path: "/oauth/token", form, headers });

export async function signIn(served: Served, user: string = someone(), more: Form = {}): Promise<SignedIn> {
  return granted(await askToken(served, signInForm(served, more, user)));
}

export function granted(answer: Answer): SignedIn {
  assert.equal(answer.status, 200, answer.text);
  const { json } = answer;
  const user = json["user"];
  return {
    access_token: String(json["access_token"]),
    refresh_token: String(json["refresh_token"]),
    token_type: String(json["token_type"]),
    expires_in: Number(json["expires_in"]),
    refresh_token_expires_in: Number(json["refresh_token_expires_in"]),
    user: typeof user === "object" && user !== null ? { ...user } : {},
  };
}

export function refresh(served: Served, token: string, attempt?: string, more: Form = {}): Promise<Answer> {
  const remembered = attempt === undefined ? {} : { attempt_id: attempt };
  return askToken(served, {
    grant_type: "refresh_token",
    client_id: APP,
    refresh_token: token,
    ...remembered,
    ...more,
  });
}

export const bearer = (token: string): Form => ({ authorization: `Bearer ${token}` });

export const getMe = (served: Served, token: string): Promise<Answer> =>
  ask(served.issuer, { path: "/me", headers: bearer(token) });

export const revoke = (served: Served, token: string, more: Form = {}): Promise<Answer> =>
  ask(served.issuer, { method: "POST", path: "/oauth/revoke", form: { client_id: APP, token, ...more } });

/** The claims, read without any check. */
export function claimsOf(token: string): Readonly<Record<string, unknown>> {
  return partOf(token, 1);
}

export function headerOf(token: string): Readonly<Record<string, unknown>> {
  return partOf(token, 0);
}

function partOf(token: string, index: number): Readonly<Record<string, unknown>> {
  const value: unknown = JSON.parse(Buffer.from(token.split(".")[index] ?? "", "base64url").toString("utf8"));
  assert.ok(typeof value === "object" && value !== null);
  return { ...value };
}

/** The session of an access token. */
export const sidOf = (token: string): string => String(claimsOf(token)["sid"]);

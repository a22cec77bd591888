import type { Answer } from "./http.ts";
import type { Session, Target } from "./target.ts";

/** A request below `/admin`. */
export interface Asked {
  readonly method?: string;
  /** Sent as JSON; text as it is. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Signs mallory in, who has these roles of the lab. */
export async function administrator(target: Target, roles: readonly string[]): Promise<Session> {
  await target.setRoles(await target.signIn("mallory"), roles);
  return target.signIn("mallory");
}

/** Asks an administration endpoint in this user's name. */
export function askAdmin(target: Target, session: Session, path: string, asked: Asked = {}): Promise<Answer> {
  const { method = "GET", body, headers = {} } = asked;
  return target.askIssuer(`/admin${path}`, {
    method,
    headers: {
      ...target.credentials(session),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
}

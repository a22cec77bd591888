import type { TestContext } from "node:test";
import { createHttp } from "hufu/http";
import { form } from "../../../attack/lab/http.ts";
import { HUFU_PERMISSIONS } from "../../../server/src/access/hufu-permissions.ts";
import { describedFetch } from "../../../server/src/http/openapi/described.fixture.ts";
import { ISSUER, openStack, type SignedIn, type Stack, type StackOptions } from "../stack.fixture.ts";

/** What was answered over HTTP. */
export interface Said {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body; empty if there is none. */
  readonly json: Readonly<Record<string, unknown>>;
}

/** A request to the endpoints below `/admin`. */
export interface Asked {
  readonly method?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Asks in one administrator's name. */
export type Ask = (path: string, asked?: Asked) => Promise<Said>;

/** A stack behind its own endpoints, with administrators of several kinds. */
export interface Administered {
  readonly stack: Stack;
  /** Asks without any token. */
  readonly send: (path: string, init?: RequestInit) => Promise<Said>;
  /** Signs somebody in who has these roles. */
  administrator(name: string, roles: readonly string[]): Promise<Ask & { readonly held: SignedIn }>;
  /** Asks with this access token. */
  as(access: string): Ask;
  /** A refresh over HTTP, as a mini program sends it. */
  renew(refresh: string): Promise<Said>;
}

const ROLES = {
  member: ["order:read:own"],
  root: HUFU_PERMISSIONS,
  support: ["hufu.users:read", "hufu.sessions:read"],
  keeper: ["hufu.users:read", "hufu.users:write"],
  editor: ["hufu.roles:read", "hufu.roles:write"],
  everything: ["*:*"],
};

export async function openAdministered(
  t: Pick<TestContext, "after">,
  options: StackOptions = {},
): Promise<Administered> {
  const stack = await openStack(t, { roles: ROLES, rolesFrom: "hufu", ...options });
  const fetch = describedFetch(createHttp(stack.hufu).fetch, ISSUER);

  async function send(path: string, init?: RequestInit): Promise<Said> {
    const response = await fetch(new Request(`${ISSUER}${path}`, init));
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, json: text === "" ? {} : JSON.parse(text) };
  }

  const as =
    (access: string): Ask =>
    (path, { method = "GET", body, headers = {} } = {}) =>
      send(`/admin${path}`, {
        method,
        headers: {
          authorization: `Bearer ${access}`,
          ...(body === undefined ? {} : { "content-type": "application/json" }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
      });

  return {
    stack,
    send,
    as,
    async administrator(name, roles) {
      const { userId } = await stack.signIn(name);
      await stack.hufu.users.setRoles(userId, roles);
      const held = await stack.signIn(name);
      return Object.assign(as(held.access), { held });
    },
    renew: (refresh) =>
      send("/oauth/token", form({ grant_type: "refresh_token", client_id: "wx-bakery", refresh_token: refresh })),
  };
}

/** Changes a thing by what was seen of it. */
export function seen(said: Said): Readonly<Record<string, string>> {
  return { "if-match": said.headers.get("etag") ?? "" };
}

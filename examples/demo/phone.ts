import { randomUUID } from "node:crypto";

/** The two halves that a phone keeps. */
export interface Tokens {
  readonly access: string;
  readonly refresh: string;
}

/** What came back; the body holds whatever of these the answer has. */
export interface Answer {
  readonly status: number;
  readonly body: {
    readonly reason?: string;
    readonly why?: string;
    readonly access_token?: string;
    readonly refresh_token?: string;
    readonly expires_in?: number;
    readonly user?: { readonly external_id: string; readonly roles: readonly string[] };
    readonly orders?: readonly { readonly id: number }[];
    readonly roles?: readonly string[];
    readonly ended?: number;
    /** Names a refusal, for support. */
    readonly request_id?: string;
    /** Users that were found, and the session that a refusal was about. */
    readonly items?: readonly { readonly id: string }[];
    readonly session?: { readonly ended: { readonly why: string; readonly rule: string; readonly by: string } | null };
    readonly external_id?: string;
    readonly status?: string;
    readonly ban?: { readonly reason: string } | null;
    /** A link, and how many identities changed hands. */
    readonly move?: string;
    readonly moved?: number;
  };
}

type Method = "GET" | "POST" | "PUT" | "DELETE";

/** A mini program on a phone, with nothing but `fetch`: what `@hufu/client` does unseen is done by hand here. */
export interface Phone {
  tokens(): Tokens;
  /** `wx.login`, and its code exchanged. */
  signIn(): Promise<Answer>;
  /** The refresh token exchanged; after a lost answer with the same `attempt_id` again. */
  refresh(): Promise<Answer>;
  /** The same, but the answer never arrives: what is returned here the phone does not get to see. */
  refreshUnheard(): Promise<Answer>;
  /** A request with the access token. */
  call(method: Method, path: string, body?: object): Promise<Answer>;
}

/**
 * @param login what `wx.login` gives; absent on an attacker's machine
 * @param stolen somebody else's tokens
 */
export function createPhone(origin: string, login?: () => string, stolen?: Tokens): Phone {
  const device = randomUUID();
  let tokens = stolen;
  /** Made before the request leaves, and kept until an answer has come. */
  let attempt: string | undefined;

  function held(): Tokens {
    if (tokens === undefined) throw new TypeError("this phone has not signed in yet");
    return tokens;
  }

  async function grant(parameters: Readonly<Record<string, string>>): Promise<Answer> {
    attempt ??= randomUUID();
    const body = new URLSearchParams({ client_id: "wx-demo", attempt_id: attempt, ...parameters });
    return send(`${origin}/auth/oauth/token`, { method: "POST", body });
  }

  function keep(answer: Answer): Answer {
    attempt = undefined;
    const { access_token: access, refresh_token: refresh } = answer.body;
    if (access !== undefined && refresh !== undefined) tokens = { access, refresh };
    return answer;
  }

  const exchange = () => grant({ grant_type: "refresh_token", refresh_token: held().refresh });

  return Object.freeze({
    tokens: held,
    async signIn(): Promise<Answer> {
      if (login === undefined) throw new TypeError("only the phone's owner can wx.login");
      attempt = undefined;
      const code = login();
      return keep(await grant({ grant_type: "urn:hufu:grant-type:login-code", code, device_id: device }));
    },
    refresh: async () => keep(await exchange()),
    refreshUnheard: exchange,
    call: (method: Method, path: string, body?: object) =>
      send(`${origin}${path}`, {
        method,
        headers: { authorization: `Bearer ${held().access}`, "content-type": "application/json" },
        body: body === undefined ? null : JSON.stringify(body),
      }),
  });
}

/** One request, and its JSON answer; an answer without a body has no members. */
export async function send(url: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(url, { ...init, signal: AbortSignal.timeout(15_000) });
  const text = await response.text();
  return { status: response.status, body: text === "" ? {} : JSON.parse(text) };
}

import type { SigningKey } from "../token/keys/signing-key.ts";

/** What one address answers. */
export type Answer = (init: RequestInit) => Response | Promise<Response>;

/** A pretended issuer behind `fetch`: what it publishes can be changed, and every request is counted. */
export interface IssuerServer {
  readonly fetch: typeof globalThis.fetch;
  readonly requests: string[];
  /** Sets what an address answers. */
  answer(url: string, answer: Answer): void;
  /** Publishes exactly these keys. */
  publish(...keys: readonly SigningKey[]): void;
  /** While it is down, every request fails. */
  down: boolean;
}

export function createIssuerServer(issuer: string, ...keys: readonly SigningKey[]): IssuerServer {
  const { origin, pathname } = new URL(issuer);
  const metadata = `${origin}/.well-known/oauth-authorization-server${pathname === "/" ? "" : pathname}`;
  const jwks = `${issuer}/.well-known/jwks.json`;
  const answers = new Map<string, Answer>();
  const requests: string[] = [];
  const server: IssuerServer = {
    requests,
    down: false,
    answer: (url, answer) => answers.set(url, answer),
    publish: (...published) => answers.set(jwks, () => Response.json({ keys: published.map((key) => key.publicJwk) })),
    fetch: async (input, init) => {
      const url = input instanceof Request ? input.url : String(input);
      requests.push(url);
      if (server.down) throw new TypeError("fetch failed");
      return (await answers.get(url)?.(init ?? {})) ?? new Response("nothing here", { status: 404 });
    },
  };
  answers.set(metadata, () => Response.json({ issuer, jwks_uri: jwks }));
  server.publish(...keys);
  return server;
}

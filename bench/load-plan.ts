/** What a load generator sends. */
export type LoadPlan =
  /** These requests, round and round. */
  | { readonly kind: "cycle"; readonly requests: readonly string[] }
  /** This request, with a word that no other has in each place of `{word}`; an answer must contain `proof`. */
  | {
      readonly kind: "unique";
      readonly path: string;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string;
      readonly proof: string;
    }
  /** One refresh after the other, each with the refresh token of the answer before. */
  | {
      readonly kind: "refresh";
      readonly path: string;
      readonly clientId: string;
      /** First refresh tokens, one for each connection. */
      readonly tokens: readonly string[];
      /** Sends an `attempt_id`, as our client does. */
      readonly attempts: boolean;
    };

/** To the load generator, once. */
export interface LoadOrder {
  readonly port: number;
  readonly connections: number;
  readonly plan: LoadPlan;
}

/** What happened in one round. */
export interface Round {
  /** Answered with 200 and complete. */
  readonly answered: number;
  /** Any other answer, and what broke off. */
  readonly errors: number;
  /** How long it took until the last answer, in milliseconds. */
  readonly ms: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** The generator's own share of its core. Near 1, it is the generator that was measured. */
  readonly busy: number;
}

/** A request as it goes over the wire. */
export function requestText(
  method: "GET" | "POST",
  path: string,
  headers: Readonly<Record<string, string>>,
  body = "",
): string {
  const lines = Object.entries({ host: "127.0.0.1", ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  const length = method === "POST" ? `content-length: ${Buffer.byteLength(body)}\r\n` : "";
  return `${method} ${path} HTTP/1.1\r\n${lines.join("")}${length}\r\n${body}`;
}

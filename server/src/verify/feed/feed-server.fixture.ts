import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createSigningKey } from "../../token/keys/signing-key.ts";
import { clientClaims, START, sign } from "../issuer.fixture.ts";

export const CLIENT = { clientId: "orders-api", clientSecret: "a secret: with + signs" } as const;

/** One open stream, from the server's side. */
export interface Stream {
  readonly lastEventId: string | undefined;
  send(text: string): void;
  entry(cursor: string, data: object): void;
  reset(): void;
  ready(): void;
  beat(cursor: string, at?: number): void;
  /** Ends it as an answer ends. */
  end(): void;
  /** Breaks the connection. */
  cut(): void;
  readonly closed: boolean;
}

/** An issuer on a loopback port that speaks docs/protocol.md §6 the way a test tells it to. */
export interface FeedServer {
  readonly issuer: string;
  readonly key: ReturnType<typeof createSigningKey>;
  /** Every request, as `GET /revocations`. */
  readonly requests: string[];
  readonly streams: Stream[];
  /** What happens to a new stream. Default: `ready` and a beat, at cursor 3.0 if it names none. */
  onStream: (stream: Stream) => void;
  /** Answers instead of a path, if it says so. Return true when answered. */
  instead: (path: string, request: IncomingMessage, response: ServerResponse, body: string) => boolean;
  /** Epoch seconds that its tokens count from. */
  now: () => number;
  /** What its tokens say who made them; default the issuer. */
  tokenIssuer: string | undefined;
  count(path: string): number;
  close(): Promise<void>;
}

export async function openFeedServer(): Promise<FeedServer> {
  const http = createServer((request, response) => void answer(request, response));
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  const issuer = `http://127.0.0.1:${(http.address() as AddressInfo).port}/auth`;
  const key = createSigningKey("ES256");
  const basic = `Basic ${Buffer.from("orders-api:a+secret%3A+with+%2B+signs").toString("base64")}`;
  const valid = new Set<string>();

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = "";
    for await (const piece of request) body += String(piece);
    const path = String(request.url);
    server.requests.push(`${request.method} ${path}`);
    if (server.instead(path, request, response, body)) return;
    const json = (status: number, value: unknown): void => {
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
    };
    const authorized = valid.has(String(request.headers.authorization).replace("Bearer ", ""));
    switch (path) {
      case "/.well-known/oauth-authorization-server/auth":
        return json(200, {
          issuer,
          jwks_uri: `${issuer}/jwks`,
          token_endpoint: `${issuer}/token`,
          introspection_endpoint: `${issuer}/introspect`,
        });
      case "/auth/jwks":
        return json(200, { keys: [key.publicJwk] });
      case "/auth/token": {
        const good = request.headers.authorization === basic && body === "grant_type=client_credentials";
        if (!good) return json(401, { error: "invalid_client" });
        const iat = server.now();
        const token = sign(clientClaims({ iss: server.tokenIssuer ?? issuer, iat, exp: iat + 600 }), key);
        valid.add(token);
        return json(200, { access_token: token, token_type: "Bearer", expires_in: 600 });
      }
      case "/auth/introspect":
        return json(request.headers.authorization === basic ? 200 : 401, { active: true });
      case "/auth/revocations":
        if (!authorized || request.headers.accept !== "text/event-stream") return json(401, {});
        return server.onStream(openStream(request, response));
      default:
        return json(404, {});
    }
  }

  function openStream(request: IncomingMessage, response: ServerResponse): Stream {
    response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8" });
    response.flushHeaders();
    const send = (text: string): void => void response.write(text);
    const stream: Stream = {
      lastEventId: request.headers["last-event-id"]?.toString(),
      send,
      entry: (cursor, data) => send(`id: ${cursor}\nevent: revoke\ndata: ${JSON.stringify(data)}\n\n`),
      reset: () => send("event: reset\ndata: {}\n\n"),
      ready: () => send("event: ready\ndata: {}\n\n"),
      beat: (cursor, at = server.now()) => send(`event: beat\ndata: ${JSON.stringify({ cursor, at })}\n\n`),
      end: () => void response.end(),
      cut: () => void response.destroy(),
      get closed(): boolean {
        return response.closed;
      },
    };
    server.streams.push(stream);
    return stream;
  }

  const server: FeedServer = {
    issuer,
    key,
    requests: [],
    streams: [],
    onStream(stream) {
      stream.ready();
      stream.beat(stream.lastEventId ?? "3.0");
    },
    instead: () => false,
    now: () => START,
    tokenIssuer: undefined,
    count: (path) => server.requests.filter((request) => request.endsWith(path)).length,
    async close() {
      http.closeAllConnections();
      http.close();
      await once(http, "close");
    },
  };
  return server;
}

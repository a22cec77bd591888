import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from "node:http";
import type { TestContext } from "node:test";
import { Webhook } from "standardwebhooks";

/** `whsec_` and base64 of 32 bytes, different for every name. */
export function webhookSecret(name: string): string {
  const bytes = `${name.padEnd(8, "~").repeat(8).slice(0, 24)}0x9Q-Lm3`;
  return `whsec_${Buffer.from(bytes).toString("base64")}`;
}

/** A request as the receiver got it. */
export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A back end on a loopback port that keeps what it was sent. */
export interface Receiver {
  readonly url: string;
  readonly received: readonly Received[];
  /** How the next requests are answered. */
  answer: (response: ServerResponse, request: Received) => void;
  /** Connections that are open. */
  readonly connections: () => number;
}

/** @param answer default: 200 with `{}` */
export async function startReceiver(
  t: Pick<TestContext, "after">,
  answer: Receiver["answer"] = answerJson({}),
): Promise<Receiver> {
  const received: Received[] = [];
  let open = 0;
  const receiver = { url: "", received, answer, connections: () => open };
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const one = { headers: request.headers, body: Buffer.concat(chunks).toString("utf8") };
      received.push(one);
      receiver.answer(response, one);
    });
  });
  server.on("connection", (socket) => {
    open += 1;
    socket.on("close", () => {
      open -= 1;
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the receiver has no port");
  receiver.url = `http://127.0.0.1:${address.port}/hufu`;
  return receiver;
}

/** Answers with JSON. */
export function answerJson(value: unknown, status = 200): Receiver["answer"] {
  return (response) => {
    response.writeHead(status, { "content-type": "application/json" });
    response.end(JSON.stringify(value));
  };
}

/** Writes chunks until the other side has closed the connection, and returns then. */
export function answerForEver(status: number, cut: (bytes: number) => void): Receiver["answer"] {
  return (response) => {
    const chunk = Buffer.alloc(64 * 1024, "x");
    let bytes = 0;
    response.writeHead(status, { "content-type": "application/json" });
    response.on("close", () => cut(bytes));
    const write = (): void => {
      if (response.destroyed) return;
      bytes += chunk.length;
      response.write(chunk, () => setImmediate(write));
    };
    write();
  };
}

/** What a message says, after the public library has accepted its signature. @throws WebhookVerificationError */
export function verified(secret: string, { headers, body }: Received): Readonly<Record<string, unknown>> {
  const sent = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
  const value: unknown = new Webhook(secret).verify(body, sent);
  if (typeof value !== "object" || value === null) throw new TypeError("the message is no object");
  return Object.fromEntries(Object.entries(value));
}

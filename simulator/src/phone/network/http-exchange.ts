import { type ClientRequest, Agent as HttpAgent, request as httpRequest, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";

/** One HTTP request as it leaves the phone. */
export interface OutgoingRequest {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | undefined;
}

/** What came back. */
export interface IncomingAnswer {
  readonly status: number;
  /** Names and values in turn, spelled as they came. */
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
}

/** A request under way. */
export interface Exchange {
  /** Rejects if the connection fails. */
  readonly answer: Promise<IncomingAnswer>;
  /** Breaks the connection, unless all has come back. */
  destroy(): void;
}

/** What is heard of an answer before its end. */
export interface ExchangeListeners {
  readonly headers?: (answer: Omit<IncomingAnswer, "body">) => void;
  readonly chunk?: ((chunk: Buffer) => void) | undefined;
}

/** Real connections to real servers. */
export interface Http {
  send(request: OutgoingRequest, listeners?: ExchangeListeners): Exchange;
  close(): void;
}

export function createHttp(): Http {
  const plain = new HttpAgent({ keepAlive: true });
  const secure = new HttpsAgent({ keepAlive: true });
  return Object.freeze({
    send({ url, method, headers, body }: OutgoingRequest, listeners: ExchangeListeners = {}) {
      const [open, agent] = url.protocol === "https:" ? [httpsRequest, secure] : [httpRequest, plain];
      const length = body === undefined ? {} : { "content-length": String(body.length) };
      let outgoing: ClientRequest | undefined;
      // What Node refuses to send, such as a header with a line end in it, fails as a broken connection does.
      const answer = new Promise<IncomingAnswer>((resolve, reject) => {
        outgoing = open(url, { method, headers: { ...headers, ...length }, agent });
        outgoing.on("error", reject);
        outgoing.on("response", (incoming: IncomingMessage) => {
          const { statusCode: status = 0, rawHeaders } = incoming;
          listeners.headers?.({ status, rawHeaders });
          const chunks: Buffer[] = [];
          incoming.on("data", (chunk: Buffer) => {
            chunks.push(chunk);
            listeners.chunk?.(chunk);
          });
          incoming.on("end", () => resolve({ status, rawHeaders, body: Buffer.concat(chunks) }));
          incoming.on("error", reject);
          incoming.on("close", () => reject(new Error("the connection was closed")));
        });
        outgoing.end(body);
      });
      // A caller that lost interest must not make the process end.
      answer.catch(() => undefined);
      return { answer, destroy: () => void outgoing?.destroy() };
    },
    close() {
      plain.destroy();
      secure.destroy();
    },
  });
}

// A back end under test, reached over a socket or by calling it.
import { createServer, request as httpRequest, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { HufuError } from "../core/errors/errors.ts";

export interface Sent {
  readonly method?: string;
  readonly path: string;
  /** Names may come twice. */
  readonly headers?: readonly (readonly [string, string])[];
  readonly body?: string | Buffer;
}

export interface Received {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** An answer that goes on. */
export interface Receiving {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** More of its text, or `undefined` when it has ended. */
  next(): Promise<string | undefined>;
  /** Goes away in the middle of it. */
  leave(): Promise<void>;
}

/** A host with Hufu and a few guarded routes under `/api`, in one framework. */
export interface Stage {
  readonly send: (request: Sent) => Promise<Received>;
  /** A GET whose answer may go on for ever. */
  readonly open: (request: Sent) => Promise<Receiving>;
  readonly close: () => Promise<void>;
  /** Where it listens, unless it is called without a socket. */
  readonly port?: number;
}

/** So that what Node refuses by itself, with 431, comes through to us. */
export const LARGE_HEADERS = { maxHeaderSize: 131_072 };

/** A body that begins and then fails. */
export async function* breaksOff(): AsyncGenerator<string> {
  yield "begun";
  throw new HufuError("permission_denied");
}

/** The route that takes bodies proves them. */
export const DIGEST = { proof: true, body: "digest" } as const;

/** Calls a back end of the Fetch standard without a socket. */
export function fetchStage(fetch: (request: Request) => Response | Promise<Response>): Stage {
  function headersOf(headers: Sent["headers"] = []): Headers {
    const given = new Headers();
    for (const [name, value] of headers) given.append(name, value);
    return given;
  }
  return {
    async open({ path, headers }) {
      const response = await fetch(new Request(`http://localhost${path}`, { headers: headersOf(headers) }));
      const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
      return {
        status: response.status,
        headers: Object.fromEntries(response.headers),
        next: async () => (await reader?.read())?.value,
        leave: async () => reader?.cancel(),
      };
    },
    async send({ method = "GET", path, headers = [], body }) {
      const given = headersOf(headers);
      const init = body === undefined ? { method, headers: given } : { method, headers: given, body };
      const response = await fetch(new Request(`http://localhost${path}`, init));
      return { status: response.status, headers: Object.fromEntries(response.headers), text: await response.text() };
    },
    close: async () => undefined,
  };
}

/** Serves a listener of `node:http` on a port of its own. */
export async function listen(handle: RequestListener): Promise<Stage> {
  const server = createServer(LARGE_HEADERS, handle);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return nodeStage(server);
}

interface Listening {
  address(): AddressInfo | string | null;
  close(done: () => void): unknown;
}

/** Speaks to a server that listens already. */
export function nodeStage(server: Listening): Stage {
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    port,
    open: ({ path, headers = [] }) =>
      new Promise((resolve, reject) => {
        const raw = [["Host", "localhost"], ["Connection", "close"], ...headers].flat();
        const request = httpRequest({ host: "127.0.0.1", port, path, headers: raw, agent: false }, (response) => {
          response.setEncoding("utf8");
          const chunks: AsyncIterator<string> = response[Symbol.asyncIterator]();
          const flat = Object.entries(response.headers).map(([name, value]) => [name, String(value)] as const);
          resolve({
            status: response.statusCode ?? 0,
            headers: Object.fromEntries(flat),
            next: async () => {
              const { done, value } = await chunks.next();
              return done === true ? undefined : value;
            },
            leave: async () => void request.destroy(),
          });
        });
        request.on("error", reject);
        request.end();
      }),
    send: ({ method = "GET", path, headers = [], body }) =>
      new Promise((resolve, reject) => {
        const length: [string, string][] =
          body === undefined || headers.some(([name]) => name.toLowerCase() === "transfer-encoding")
            ? []
            : [["Content-Length", String(Buffer.byteLength(body))]];
        const raw = [["Host", "localhost"], ["Connection", "close"], ...headers, ...length].flat();
        const request = httpRequest(
          { host: "127.0.0.1", port, method, path, headers: raw, agent: false },
          (response) => {
            const chunks: Buffer[] = [];
            response.on("data", (chunk: Buffer) => chunks.push(chunk));
            response.on("error", reject);
            response.on("end", () => {
              const flat = Object.entries(response.headers).map(([name, value]) => [name, String(value)] as const);
              resolve({
                status: response.statusCode ?? 0,
                headers: Object.fromEntries(flat),
                text: Buffer.concat(chunks).toString("utf8"),
              });
            });
          },
        );
        request.on("error", reject);
        request.end(body);
      }),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

import type { IncomingMessage } from "node:http";
import { HufuError } from "../../core/errors/errors.ts";
import { authorizationHeaders, queryOf } from "../authentication/credentials-in-request.ts";
import type { Body, Call } from "./call.ts";
import { decodeBody } from "./decode-body.ts";

/** What is still read and thrown away of a body that is too large, so that its sender hears the answer. */
const DISCARD_MOST = 2_097_152;

/** What frameworks on Node add to a request. */
export type NodeRequest = IncomingMessage & {
  /** Express: the target as it came, when a router below has shortened `url`. */
  readonly originalUrl?: string;
  /** What a body parser has made of the body. */
  readonly body?: unknown;
  /** The bytes of a body that something in front of us has read. */
  readonly rawBody?: unknown;
  /** HTTP/2. */
  readonly stream?: { readonly endAfterHeaders: boolean; readonly readableEnded: boolean };
};

/** A request of `node:http`, before or after a body parser. */
export function nodeCall(request: NodeRequest): Call {
  const target = targetOf(request);
  const mark = target.indexOf("?");
  return {
    method: request.method ?? "",
    path: mark === -1 ? target : target.slice(0, mark),
    query: queryOf(target),
    peer: request.socket?.remoteAddress,
    authorization: authorizationHeaders(request),
    header(name: string): string | undefined {
      const value = request.headers[name];
      return typeof value === "string" ? value : value?.join(", ");
    },
    readBody: (most: number) => readNodeBody(request, most),
  };
}

/** Path and query, also of a request in absolute form (RFC 9112 §3.2.2). */
export function targetOf(request: Pick<NodeRequest, "url" | "originalUrl">): string {
  const target = request.originalUrl ?? request.url ?? "";
  if (target.startsWith("/")) return target;
  const url = URL.parse(target);
  return url === null ? target : url.pathname + url.search;
}

async function readNodeBody(request: NodeRequest, most: number): Promise<Body> {
  if (Number(request.headers["content-length"] ?? 0) > most) {
    discard(request);
    throw new HufuError("body_too_large");
  }
  if (request.rawBody instanceof Uint8Array) return decodeBody(request.rawBody, most);
  // What imitates a request without being a stream has its body in `body`.
  const isStream = typeof request.iterator === "function";
  const wasRead = !isStream || request.readableDidRead || request.readableEnded;
  if (!wasRead) return decodeBody(await readBytes(request, most), most);
  const { body } = request;
  if (body instanceof Uint8Array) return decodeBody(body, most);
  if (typeof body === "string") return decodeBody(Buffer.from(body, "utf8"), most);
  if (typeof body === "object" && body !== null) return Object.fromEntries(Object.entries(body));
  if (!request.readableDidRead) return "";
  throw new TypeError("something has read the body of this request and left nothing in request.body");
}

/** By events, because the iterator of a stream costs more than all else that a small body costs. */
function readBytes(request: IncomingMessage, most: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    // The listeners stay: to take four away costs as much as to add them, and the request is soon gone.
    let isOver = false;
    function take(chunk: Buffer): void {
      if (isOver) return;
      size += chunk.length;
      if (size <= most) {
        chunks.push(chunk);
        return;
      }
      isOver = true;
      chunks.length = 0;
      // The stream is kept: what else comes is thrown away, and its sender hears the answer.
      discard(request);
      reject(new HufuError("body_too_large"));
    }
    function end(): void {
      if (isOver) return;
      isOver = true;
      resolve(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks, size));
    }
    function breakOff(cause?: unknown): void {
      if (isOver) return;
      isOver = true;
      reject(new HufuError("parameter_invalid", { detail: "the body broke off", cause }));
    }
    // It says so only once.
    if (request.destroyed) {
      breakOff(request.errored);
      return;
    }
    request.on("data", take).on("end", end).on("error", breakOff).on("close", breakOff);
    // Something in front may have stopped it for the time being.
    request.resume();
  });
}

/** Reads on and throws away what was too large, so that its sender hears the answer. */
export function discard(request: IncomingMessage): void {
  let size = 0;
  request.on("error", () => undefined);
  request.on("data", (chunk: Buffer) => {
    size += chunk.length;
    if (size > DISCARD_MOST) request.destroy();
  });
}

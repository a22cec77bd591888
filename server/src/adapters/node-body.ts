import { HufuError } from "../core/errors/errors.ts";
import { discard, type NodeRequest } from "../http/messages/node-call.ts";
import { RAW_BODY_MOST } from "./guard.ts";

const EMPTY = new Uint8Array(0);
/** Bodies that were read here already: two guards may stand before one handler. */
const peeked = new WeakMap<NodeRequest, Promise<Uint8Array>>();

/**
 * Can the bytes of the body still be had as they came?
 * @param advice where the guard must stand, or what must keep the bytes
 * @throws TypeError if a body parser has read them and kept nothing in `rawBody`
 */
export function assertUnread(request: NodeRequest, advice: string): void {
  if (peeked.has(request) || request.rawBody instanceof Uint8Array) return;
  const isStream = typeof request.iterator === "function";
  if (isStream && !request.readableDidRead && !request.readableEnded) return;
  throw new TypeError(`guard: body: "digest" needs the body as it came, and a body parser has read it. ${advice}`);
}

/**
 * The body's bytes. They are put back, so that a parser behind the guard finds them.
 * @throws HufuError `body_too_large`, `parameter_invalid` if the body breaks off
 */
export function rawBody(request: NodeRequest): Promise<Uint8Array> {
  let reading = peeked.get(request);
  if (reading === undefined) {
    reading = request.rawBody instanceof Uint8Array ? kept(request.rawBody) : peek(request);
    peeked.set(request, reading);
  }
  return reading;
}

async function kept(bytes: Uint8Array): Promise<Uint8Array> {
  if (bytes.length > RAW_BODY_MOST) throw new HufuError("body_too_large");
  return bytes;
}

async function peek(request: NodeRequest): Promise<Uint8Array> {
  const { "content-length": length, "transfer-encoding": coding } = request.headers;
  if (coding === undefined && Number(length ?? 0) === 0 && !mayBeUntold(request)) return EMPTY;
  if (Number(length ?? 0) > RAW_BODY_MOST) throw tooLarge(request);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    function take(): void {
      // Never past the end: a read there ends the stream for the parser.
      while (request.readableLength > 0) {
        const chunk: Buffer = request.read();
        chunks.push(chunk);
        size += chunk.length;
        if (size > RAW_BODY_MOST) {
          settle(() => reject(tooLarge(request)));
          return;
        }
      }
      if (!isComplete(request, size)) return;
      const bytes = Buffer.concat(chunks, size);
      // In the same turn as the last read, or the stream ends.
      if (size > 0) request.unshift(bytes);
      settle(() => resolve(bytes));
    }
    function broken(cause: unknown): void {
      settle(() => reject(new HufuError("parameter_invalid", { detail: "the body broke off", cause })));
    }
    const empty = (): void => settle(() => resolve(EMPTY));
    function settle(done: () => void): void {
      request.off("readable", take).off("end", empty).off("error", broken).off("close", broken);
      done();
    }
    request.on("readable", take).on("end", empty).on("error", broken).on("close", broken);
  });
}

/** In HTTP/2 a body needs no header that announces it. */
function mayBeUntold({ headers, httpVersionMajor, stream }: NodeRequest): boolean {
  return httpVersionMajor >= 2 && headers["content-length"] === undefined && stream?.endAfterHeaders !== true;
}

/** What imitates node:http may never say that a request is complete, but gives its length. HTTP/2 says it by its stream. */
function isComplete(request: NodeRequest, size: number): boolean {
  if (request.httpVersionMajor >= 2 && request.stream !== undefined) return request.stream.readableEnded;
  const complete: boolean | undefined = request.complete;
  return complete ?? size >= Number(request.headers["content-length"]);
}

function tooLarge(request: NodeRequest): HufuError {
  discard(request);
  return new HufuError("body_too_large");
}

import type { IncomingMessage, ServerResponse } from "node:http";
import type { Answer, StreamedAnswer } from "../../http/messages/call.ts";
import type { NodeRequest } from "../../http/messages/node-call.ts";
import { sendAnswer } from "../../http/messages/send-answer.ts";

/** What of Koa's context is used here; those of Koa 2 and 3 fit. */
export interface KoaContext {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  /** The target as it came, when something has cut off the path under which it is mounted. */
  readonly originalUrl: string;
  readonly headerSent: boolean;
  /** What a router has found in the path. */
  readonly params?: Readonly<Record<string, string | undefined>>;
  status: number;
  body: unknown;
  respond?: boolean | undefined;
  set(headers: Record<string, string>): unknown;
  remove(name: string): unknown;
}

/** A middleware of Koa, without Koa's own types. */
export type KoaMiddleware = (ctx: KoaContext, next: () => Promise<unknown>) => Promise<unknown>;

const EMPTY = Buffer.alloc(0);

/** The request of `node:http`, with the target as it came. */
export function incomingOf({ req, originalUrl }: KoaContext): NodeRequest {
  return req.url === originalUrl ? req : Object.assign(req, { originalUrl });
}

/** Answers through Koa, so that middleware around it still has its say; a stream goes past it. */
export function answerKoa(ctx: KoaContext, answer: Answer | StreamedAnswer): void {
  if ("stream" in answer) {
    ctx.respond = false;
    sendAnswer(ctx.res, answer);
    return;
  }
  const { status, headers, body } = answer;
  ctx.status = status;
  ctx.set({ ...headers });
  // `null` would be 204, and what has no type would get one.
  ctx.body = body ?? EMPTY;
  if (headers["content-type"] === undefined) ctx.remove("Content-Type");
}

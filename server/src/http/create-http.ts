import type { IncomingMessage } from "node:http";
import { Hono } from "hono";
import type { Answer, BodyStream, StreamedAnswer } from "./messages/call.ts";
import { nodeCall } from "./messages/node-call.ts";
import { requestCall } from "./messages/request-call.ts";
import { createRouter, type HufuEndpoints, type Router, type RouterOptions } from "./router.ts";

/** What `@hono/node-server` hands on beside the request. */
export interface HttpBindings {
  readonly incoming?: IncomingMessage;
}

/** The Hono app that answers every endpoint. */
export type HttpApp = Hono<{ Bindings: HttpBindings }>;

/**
 * All endpoints as a Hono app, at the issuer's path and where RFC 8414 looks for the metadata.
 * @example
 * serve({ fetch: createHttp(hufu).fetch, port: 8080 });
 */
export function createHttp(hufu: HufuEndpoints, options: RouterOptions = {}): HttpApp {
  const router = createRouter(hufu, options);
  const app: HttpApp = new Hono<{ Bindings: HttpBindings }>();
  app.all("*", (c) => answerRequest(router, c.req.raw, c.env));
  return app;
}

/** One request of the Fetch standard through the router. */
export async function answerRequest(
  router: Router,
  request: Request,
  bindings: HttpBindings | undefined,
): Promise<Response> {
  const incoming = bindings?.incoming;
  const call = incoming === undefined ? requestCall(request) : nodeCall(incoming);
  return responseOf(await router.answer(call));
}

/** An answer in the form of the Fetch standard. */
export function responseOf(answer: Answer | StreamedAnswer): Response {
  const { status, headers } = answer;
  const body = "stream" in answer ? readableOf(answer.stream) : answer.body;
  return new Response(body, { status, headers: { ...headers } });
}

function readableOf(stream: BodyStream): ReadableStream<Uint8Array> {
  const chunks = stream.chunks[Symbol.asyncIterator]();
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await chunks.next();
      if (done === true) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    // Not the iterator's own end: that would wait for the news that it waits for.
    cancel: stream.close,
  });
}

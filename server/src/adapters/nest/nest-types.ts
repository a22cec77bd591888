import type { IncomingMessage, ServerResponse } from "node:http";
import type { NodeRequest } from "../../http/messages/node-call.ts";

/** Express's request, or Fastify's with the one of `node:http` in `raw`. */
export type NestRequest = (IncomingMessage | { readonly raw: IncomingMessage }) & {
  readonly params: Readonly<Record<string, string | undefined>>;
  readonly body: unknown;
};

/** Express's response, or Fastify's reply with the one of `node:http` in `raw`. */
export type NestResponse = (ServerResponse | { readonly raw: ServerResponse }) & {
  send(body: unknown): unknown;
};

/** The request of `node:http`, with the bytes that Nest keeps of a body (`rawBody: true`). */
export function incomingOf(request: NestRequest): NodeRequest {
  if (!("raw" in request)) return request;
  const { raw } = request;
  const rawBody: unknown = Reflect.get(request, "rawBody");
  return rawBody === undefined ? raw : Object.assign(raw, { rawBody });
}

/** The response of `node:http`. */
export function outgoingOf(response: NestResponse): ServerResponse {
  return "raw" in response ? response.raw : response;
}

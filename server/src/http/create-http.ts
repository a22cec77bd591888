import type { IncomingMessage } from "node:http";
import { Hono } from "hono";
import type { Answer } from "./call.ts";
import { createFrontDoor, type FrontDoor, type FrontDoorOptions, type Host } from "./front-door.ts";
import { nodeCall } from "./node-call.ts";
import { requestCall } from "./request-call.ts";

/** What `@hono/node-server` hands on beside the request. */
export interface HttpBindings {
  readonly incoming?: IncomingMessage;
}

export type HttpApp = Hono<{ Bindings: HttpBindings }>;

/**
 * All endpoints as a Hono app, at the issuer's path and where RFC 8414 looks for the metadata.
 * @example
 * serve({ fetch: createHttp(hufu).fetch, port: 8080 });
 */
export function createHttp(hufu: Host, options: FrontDoorOptions = {}): HttpApp {
  const door = createFrontDoor(hufu, options);
  const app: HttpApp = new Hono<{ Bindings: HttpBindings }>();
  app.all("*", (c) => answerRequest(door, c.req.raw, c.env));
  return app;
}

/** One request of the Fetch standard through the front door. */
export async function answerRequest(
  door: FrontDoor,
  request: Request,
  bindings: HttpBindings | undefined,
): Promise<Response> {
  const incoming = bindings?.incoming;
  const call = incoming === undefined ? requestCall(request) : nodeCall(incoming);
  return responseOf(await door.answer(call));
}

function responseOf({ status, headers, body }: Answer): Response {
  return new Response(body, { status, headers: { ...headers } });
}

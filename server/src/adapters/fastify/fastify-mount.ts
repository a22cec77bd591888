import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { nodeCall } from "../../http/messages/node-call.ts";
import { createRouter, type HufuEndpoints, type RouterOptions } from "../../http/router.ts";
import { checkHufu } from "../check-hufu.ts";
import { sendReply } from "./fastify-answer.ts";

/** What of a Fastify instance is used here; one with a type provider or a logger of its own fits. */
export type FastifyApp = Pick<FastifyInstance, "prefix" | "supportedMethods"> & { route(options: never): unknown };

/**
 * Puts all endpoints into a Fastify instance, in any place. In one with a prefix, the prefix must begin the issuer's path, and the
 * metadata where RFC 8414 looks for it cannot be reached.
 * @throws TypeError if this is no Hufu, such as the promise of one, or the issuer's path is not below the prefix
 * @example
 * mount(app, hufu);
 */
export function mount(app: FastifyApp, hufu: HufuEndpoints, options: RouterOptions = {}): void {
  checkHufu(hufu);
  const router = createRouter(hufu, options);
  const { prefix } = app;
  const inside = router.patterns.filter((pattern) => pattern.startsWith(`${prefix}/`));
  if (inside.length === 0) {
    throw new TypeError(`mount: the endpoints are under "${router.path}", which is not below the prefix "${prefix}"`);
  }

  /** Before Fastify reads the body: its parsers would take away what endpoints must see as it came. */
  function answer(request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void): void {
    const call = nodeCall(request.raw);
    // Fastify decodes a path before it compares; the router takes it as it came.
    if (!router.owns(call.path)) reply.callNotFound();
    else router.answer(call).then((known) => sendReply(reply, known), done);
  }
  for (const pattern of inside) {
    (app as FastifyInstance).route({
      method: [...app.supportedMethods],
      url: pattern.slice(prefix.length),
      exposeHeadRoute: false,
      onRequest: answer,
      handler: neverReached,
    });
  }
}

/** Fastify wants a handler, though the hook before it has answered. */
function neverReached(): never {
  throw new Error("Hufu's endpoints answer in onRequest");
}

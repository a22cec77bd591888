import { type NodeRequest, nodeCall } from "../../http/messages/node-call.ts";
import { createRouter, type HufuEndpoints, type RouterOptions } from "../../http/router.ts";
import { checkHufu } from "../check-hufu.ts";
import { answerKoa, incomingOf, type KoaContext, type KoaMiddleware } from "./koa-context.ts";

/** What of a Koa application is used here. */
export interface KoaApp {
  use(middleware: KoaMiddleware): unknown;
}

/**
 * Puts all endpoints into a Koa application, before or after its body parsers. In one that is itself mounted below a path
 * (`koa-mount`) the issuer's path still counts from the root, and the metadata where RFC 8414 looks for it cannot be reached.
 * @throws TypeError if this is no Hufu, such as the promise of one
 * @example
 * mount(app, hufu);
 */
export function mount(app: KoaApp, hufu: HufuEndpoints, options: RouterOptions = {}): void {
  checkHufu(hufu);
  const router = createRouter(hufu, options);
  app.use((ctx, next) => {
    const call = nodeCall(withBody(ctx));
    if (!router.owns(call.path)) return next();
    return router.answer(call).then((answer) => answerKoa(ctx, answer));
  });
}

/** Koa's parsers keep the body beside the request of `node:http`, and its text if they have it. */
function withBody(ctx: KoaContext & { readonly request?: unknown }): NodeRequest {
  const incoming = incomingOf(ctx);
  const { request } = ctx;
  if (typeof request !== "object" || request === null) return incoming;
  const text: unknown = Reflect.get(request, "rawBody");
  const body: unknown = text ?? Reflect.get(request, "body");
  return body === undefined || incoming.body !== undefined ? incoming : Object.assign(incoming, { body });
}

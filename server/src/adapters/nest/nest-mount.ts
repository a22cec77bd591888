import type { IncomingMessage, ServerResponse } from "node:http";
import { createRouter, type HufuEndpoints, type RouterOptions } from "../../http/router.ts";
import { checkHufu } from "../check-hufu.ts";
import { nodeEndpoints } from "../node-endpoints.ts";

/** What of a Nest application is used here. */
export interface NestApp {
  use(handler: (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => void): unknown;
}

/**
 * Puts all endpoints into a Nest application, on Express or on Fastify, before it listens. A global prefix changes nothing: the issuer's
 * path counts from the root.
 * @throws TypeError if this is no Hufu, such as the promise of one
 * @example
 * mount(app, hufu);
 */
export function mount(app: NestApp, hufu: HufuEndpoints, options: RouterOptions = {}): void {
  checkHufu(hufu);
  const router = createRouter(hufu, options);
  app.use(nodeEndpoints(router));
}

import { responseOf } from "../../http/create-http.ts";
import { pathOf, requestCall } from "../../http/messages/request-call.ts";
import { createRouter, type HufuEndpoints, type RouterOptions } from "../../http/router.ts";
import { checkHufu } from "../check-hufu.ts";

/** All endpoints as one function. */
export interface HufuHandler {
  /**
   * Answers a request; with 404 what is not Hufu's.
   * @param peer the address at the other end of the connection, for limits and the audit log; without it there are no
   * limits by address
   * @example
   * Bun.serve({ fetch: (request, server) => handle(request, server.requestIP(request)?.address) });
   */
  (request: Request, peer?: string): Promise<Response>;
  /**
   * Is this request Hufu's to answer?
   * @example
   * if (handle.owns(request)) return handle(request);
   */
  owns(request: Request): boolean;
}

/**
 * All endpoints for anything that speaks `Request` and `Response`, at the issuer's path and where RFC 8414 looks for the
 * metadata.
 * @throws TypeError if this is no Hufu, such as the promise of one
 * @example
 * const handle = createHandler(hufu);
 */
export function createHandler(hufu: HufuEndpoints, options: RouterOptions = {}): HufuHandler {
  checkHufu(hufu);
  const router = createRouter(hufu, options);

  async function handle(request: Request, peer?: string): Promise<Response> {
    // Bun.serve({ fetch: handle }) hands on its server, and Deno.serve facts of the connection.
    const address = typeof peer === "string" ? peer : undefined;
    const response = responseOf(await router.answer(requestCall(request, address)));
    return request.method === "HEAD" ? new Response(null, response) : response;
  }

  return Object.freeze(Object.assign(handle, { owns: (request: Request) => router.owns(pathOf(request.url)) }));
}

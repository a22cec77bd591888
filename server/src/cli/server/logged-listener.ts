import type { RequestListener } from "node:http";
import type { Logger } from "../../core/log/log.ts";

/** What a line of a listener's access log needs. */
export interface LoggedListenerParts {
  readonly log: Pick<Logger, "info">;
  /** The one path that is served; another one is not written. */
  readonly endpoint: string;
  /** Asked for each request: SIGHUP may change it. */
  readonly isLogged: () => boolean;
}

/** A listener beside Hufu's endpoints, with a line for each request in the form of their access log. */
export function loggedListener(
  listener: RequestListener,
  { log, endpoint, isLogged }: LoggedListenerParts,
): RequestListener {
  return (request, response) => {
    if (isLogged()) {
      const startedAt = performance.now();
      const [path] = (request.url ?? "").split("?", 1);
      response.once("close", () => {
        const length = request.method === "HEAD" ? 0 : Number(response.getHeader("content-length") ?? 0);
        const fields = {
          method: request.method,
          endpoint: path === endpoint ? endpoint : null,
          status: response.statusCode,
          ms: Math.round((performance.now() - startedAt) * 1000) / 1000,
          bytes: length,
        };
        log.info(fields, "request");
      });
    }
    listener(request, response);
  };
}

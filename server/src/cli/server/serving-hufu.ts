import type { RequestListener } from "node:http";
import type { Logger } from "../../core/log/log.ts";
import { within } from "../../core/time/deadline.ts";
import { createNodeListener } from "../../http/create-node-listener.ts";
import type { RouterOptions } from "../../http/router.ts";
import type { Hufu } from "../../hufu/hufu.ts";
import type { Readiness } from "../../hufu/node/readiness.ts";
import { createLameDuck, type LameDuck } from "./lame-duck.ts";

/** A Hufu behind the server, and the requests that it is answering. */
export interface ServingHufu {
  readonly hufu: Hufu;
  readonly duck: LameDuck;
  readonly listener: RequestListener;
  /** After another has taken its place: waits until its requests are answered, `ms` at most, and closes it. */
  retire(ms: number): Promise<void>;
}

/** How requests arrive, and what is written about each. */
export type ServingOptions = Pick<RouterOptions, "path" | "accessLog">;

/** Makes of this process's readiness that of all who answer at the same address. */
export type JointReadiness = (own: () => Promise<Readiness>) => () => Promise<Readiness>;

export function serveHufu(
  hufu: Hufu,
  log: Logger,
  options: ServingOptions,
  readiness: JointReadiness = (own) => own,
): ServingHufu {
  const duck = createLameDuck(hufu, log);
  const answer = createNodeListener({ ...duck.endpoints, ready: readiness(duck.endpoints.ready) }, options);
  let underWay = 0;
  let whenIdle = (): void => undefined;
  return Object.freeze<ServingHufu>({
    hufu,
    duck,
    listener: (request, response) => {
      underWay += 1;
      response.on("close", () => {
        underWay -= 1;
        if (underWay === 0) whenIdle();
      });
      answer(request, response);
    },
    async retire(ms) {
      hufu.feed.end();
      const idle = new Promise<void>((resolve) => {
        whenIdle = resolve;
        if (underWay === 0) resolve();
      });
      await within({ ms, what: "a request" }, () => idle).catch(() => undefined);
      await within({ ms, what: "background work" }, () => hufu.close()).catch((err: unknown) =>
        log.error({ err }, "the Hufu of the earlier configuration did not close"),
      );
    },
  });
}

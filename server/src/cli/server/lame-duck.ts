import { setTimeout as wait } from "node:timers/promises";
import type { Logger } from "../../core/log/log.ts";
import type { HufuEndpoints } from "../../http/router.ts";

/** A node that goes on answering for a while after it has been told to stop, and says so to load balancers. */
export interface LameDuck {
  /** The endpoints to serve: as given, but `readyz` is 503 while draining. */
  readonly endpoints: HufuEndpoints;
  /** Turns `readyz` red and resolves after so many milliseconds, in which requests go on being answered. */
  drain(ms: number): Promise<void>;
}

/**
 * A load balancer learns that a node goes only by asking, and until then it goes on sending requests: closing the port at
 * once would break them.
 */
export function createLameDuck(hufu: HufuEndpoints, log: Logger): LameDuck {
  let isDraining = false;
  return Object.freeze<LameDuck>({
    endpoints: {
      ...hufu,
      async ready() {
        const { ready, checks } = await hufu.ready();
        return isDraining ? { ready: false, checks: { ...checks, server: "stopping" } } : { ready, checks };
      },
    },
    async drain(ms) {
      isDraining = true;
      log.info({ drain_ms: ms }, "stopping: readyz is 503 from now on, and requests are still answered for a while");
      await wait(ms);
    },
  });
}

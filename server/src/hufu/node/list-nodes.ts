import { silentLogger } from "../../core/log/log.ts";
import { createNotices } from "../../core/log/notices.ts";
import { systemClock } from "../../core/time/clock.ts";
import { type PresentNode, presentNodes } from "../../session/upkeep/node-presence.ts";
import type { Store } from "../../store/store.ts";
import type { HufuOptions } from "../options/options.ts";
import { openShared } from "../redis/open-redis.ts";

/** The nodes of a deployment that run, as they said themselves among its short-lived facts. */
export async function listNodes(
  options: Pick<HufuOptions, "redis" | "hot" | "hints">,
  store: Pick<Store, "hot" | "hints">,
): Promise<readonly PresentNode[]> {
  const log = silentLogger;
  const shared = await openShared(options, store, { clock: systemClock, log, notices: createNotices({ log }) });
  try {
    return await presentNodes(shared.hot);
  } finally {
    await shared.stop();
  }
}

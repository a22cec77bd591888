import { silentLogger } from "../../core/log/log.ts";
import { createNotices } from "../../core/log/notices.ts";
import { systemClock } from "../../core/time/clock.ts";
import type { HufuOptions } from "../../hufu/options/options.ts";
import { openShared } from "../../hufu/redis/open-redis.ts";
import type { Store } from "../../store/store.ts";

/**
 * Tells the running servers, as one of them would, that the outbox has news. Never rejects: servers that are not told
 * read it half a second later.
 */
export async function tellNodes(
  options: Pick<HufuOptions, "redis" | "hot" | "hints">,
  store: Pick<Store, "hot" | "hints">,
): Promise<void> {
  const log = silentLogger;
  try {
    const shared = await openShared(options, store, { clock: systemClock, log, notices: createNotices({ log }) });
    shared.tell();
    await shared.stop();
  } catch {
    // No client of Redis is installed here. What the command did is done, and the servers poll.
  }
}

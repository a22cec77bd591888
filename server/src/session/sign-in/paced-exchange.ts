import { type Caller, USER } from "../../core/caller.ts";
import { HufuError } from "../../core/errors/errors.ts";
import { faultLevel } from "../../core/log/fault-level.ts";
import type { App } from "../../platform/platform.ts";
import type { SessionContext } from "../context.ts";
import type { ExchangedCode } from "./exchanged-code.ts";

const PACE_MS = 60_000;
const PACE_LEAST_SECONDS = 5;
/** The platform knows that this code signs no user in. */
export const REJECTED: ReadonlySet<string> = new Set(["login_code_invalid", "login_code_used"]);

/**
 * Asks the platform about a login code, within `signInsPerMinute`. A rejected code returns its reservation and spends a
 * budget of its own: strangers with made-up codes must not spend what honest users need.
 * @throws HufuError as the platform refuses, `rate_limited`
 */
export async function exchangeCode(
  context: SessionContext,
  app: App,
  code: string,
  { address }: Caller = USER,
): Promise<ExchangedCode> {
  context.limits.beforeCode(app.id, address);
  await reserve(context, app);
  const exchangedAt = context.clock.now();
  try {
    const confirmed = await context.findPlatform(app.platform).exchange(app, code);
    return { confirmed, exchangedAt, phone: null };
  } catch (error) {
    if (error instanceof HufuError && REJECTED.has(error.reason)) {
      await returnReservation(context, app);
      await context.limits.rejectedCode(app.id, address);
    }
    throw error;
  }
}

/**
 * Before the platform is asked: a code that was told to wait is still good, one that the platform has turned away may not
 * be. Each caller is told a different time, or all would come at once.
 */
async function reserve(context: SessionContext, app: App): Promise<void> {
  const { signInsPerMinute } = app;
  if (signInsPerMinute === undefined) return;
  const asked = await context.hot.count(keyOf(app), PACE_MS);
  if (asked <= signInsPerMinute) return;
  context.meter.count("hufu_limits_hit_total", { limit: "signInsPerMinute" });
  await returnReservation(context, app);
  const spread = Math.floor((context.random(1).readUInt8() / 256) * (PACE_MS / 1000 - PACE_LEAST_SECONDS));
  throw new HufuError("rate_limited", { retryAfter: PACE_LEAST_SECONDS + spread });
}

/** What cannot be returned is forgotten with its minute. */
async function returnReservation({ hot, log }: SessionContext, app: App): Promise<void> {
  if (app.signInsPerMinute === undefined) return;
  try {
    await hot.uncount(keyOf(app));
  } catch (cause) {
    log[faultLevel(cause)]({ err: cause, app: app.id }, "a reservation of signInsPerMinute could not be returned");
  }
}

function keyOf(app: App): string {
  return `sign-ins:${app.platform}:${app.appId}`;
}

import { HufuError } from "../../core/errors/errors.ts";
import { silentLogger } from "../../core/log/log.ts";
import { systemRandom } from "../../core/random.ts";
import { systemClock } from "../../core/time/clock.ts";
import type { AppOptions } from "../../platform/app-options.ts";
import { createApps } from "../../platform/apps.ts";
import type { App } from "../../platform/platform.ts";
import { createWeChat } from "../../platform/wechat/wechat.ts";
import { createSealedBox } from "../../token/sealed-box.ts";
import { createSecrets } from "../../token/secrets.ts";
import { explainFailure } from "../output/explain-failure.ts";
import { type Finding, finding } from "./finding.ts";

/** Looks like a login code, and was never issued: only an app with the right secret is told that it is invalid. */
const NEVER_ISSUED = "0hufuCheck0hufuCheck0hufuCheck00";
const MOST_APPS = 20;
const NO_CACHE = { recall: async () => undefined, remember: async () => undefined };

/** Does the platform answer, and does it know each app by its secret? */
export async function checkPlatform(
  apps: readonly AppOptions[],
  secrets: readonly string[],
): Promise<readonly Finding[]> {
  const found = createApps(apps);
  const checked: Finding[] = [];
  for (const { id, appId } of apps.slice(0, MOST_APPS)) {
    const app = await found.find(id ?? appId);
    if (app !== undefined) checked.push(await checkApp(app, secrets));
  }
  if (apps.length > MOST_APPS) {
    checked.push(finding("platform", "warning", `only the first ${MOST_APPS} of ${apps.length} apps were asked about`));
  }
  return checked;
}

async function checkApp(app: App, secrets: readonly string[]): Promise<Finding> {
  const box = createSealedBox(createSecrets(secrets), systemRandom);
  const { fetch } = globalThis;
  const wechat = createWeChat({ fetch, clock: systemClock, log: silentLogger, cache: NO_CACHE, box });
  const what = `app ${app.id}`;
  try {
    await wechat.exchange(app, NEVER_ISSUED);
    return finding(what, "ok", `${app.endpoint} answers`);
  } catch (error) {
    if (!(error instanceof HufuError)) throw error;
    switch (error.reason) {
      case "login_code_invalid":
      case "login_code_used":
        return finding(what, "ok", `${app.endpoint} answers and accepts its appId and appSecret`);
      case "platform_rate_limited":
        return finding(what, "warning", `${app.endpoint} answers, and its rate limit is used up: ask again later`);
      default:
        return finding(what, "error", `${app.endpoint}: ${explainFailure(error)}`);
    }
  }
}

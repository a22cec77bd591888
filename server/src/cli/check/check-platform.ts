import { HufuError } from "../../core/errors/errors.ts";
import type { AppOptions } from "../../platform/app-options.ts";
import { createApps } from "../../platform/apps.ts";
import type { App } from "../../platform/platform.ts";
import { explainFailure } from "../output/explain-failure.ts";
import { type AskedPlatform, askPlatform } from "./ask-platform.ts";
import { type Finding, finding } from "./finding.ts";

/** Looks like a login code, and was never issued: only an app with the right secret is told that it is invalid. */
const NEVER_ISSUED = "0hufuCheck0hufuCheck0hufuCheck00";
const MOST_APPS = 20;

/** Does the platform answer, and does it know each app by its secret? */
export async function checkPlatform(
  apps: readonly AppOptions[],
  secrets: readonly string[],
): Promise<readonly Finding[]> {
  const checked: Finding[] = [];
  for (const app of await appsToAsk(apps)) checked.push(await checkApp(app, secrets));
  if (apps.length > MOST_APPS) {
    checked.push(finding("platform", "warning", `only the first ${MOST_APPS} of ${apps.length} apps were asked about`));
  }
  return checked;
}

/** Only the first apps: asking about all apps of a large deployment would take too long. */
export async function appsToAsk(apps: readonly AppOptions[]): Promise<readonly App[]> {
  const found = createApps(apps);
  const asked: App[] = [];
  for (const { id, appId } of apps.slice(0, MOST_APPS)) {
    const app = await found.find(id ?? appId);
    if (app !== undefined) asked.push(app);
  }
  return asked;
}

async function checkApp(app: App, secrets: readonly string[]): Promise<Finding> {
  const asked = askPlatform(secrets);
  const what = `app ${app.id}`;
  try {
    await asked.platform.exchange(app, NEVER_ISSUED);
    return finding(what, "ok", `${app.endpoint} answers`);
  } catch (error) {
    if (error instanceof HufuError && (error.reason === "login_code_invalid" || error.reason === "login_code_used")) {
      return finding(what, "ok", `${app.endpoint} answers and accepts its appId and appSecret`);
    }
    return refusalOf(app, what, asked, error);
  }
}

/** What a platform that refused a call said, and what to do. @throws what is no refusal */
export function refusalOf(app: App, what: string, asked: AskedPlatform, error: unknown): Finding {
  if (!(error instanceof HufuError)) throw error;
  if (error.reason === "platform_rate_limited") {
    return finding(what, "warning", `${app.endpoint} answers, and its rate limit is used up: ask again later`);
  }
  const advice = asked.advice();
  return finding(what, "error", `${app.endpoint}: ${explainFailure(error)}${advice === "" ? "" : `; ${advice}`}`);
}

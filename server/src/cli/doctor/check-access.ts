import { askPlatform } from "../check/ask-platform.ts";
import { appsToAsk, refusalOf } from "../check/check-platform.ts";
import { clockFinding } from "../check/clock-finding.ts";
import { type Finding, finding } from "../check/finding.ts";
import type { Configured } from "../check/run-checks.ts";

/**
 * May this server call the platform in each app's name? Only such calls are held against the list of allowed addresses:
 * a login code is exchanged from anywhere. Asks for `stable_token` in its normal mode, which ends no token.
 */
export async function checkAccess({ options: { apps }, resolved }: Configured): Promise<readonly Finding[]> {
  if (typeof apps === "function") return [];
  const found: Finding[] = [];
  const clocks = new Map<string, Finding>();
  for (const app of await appsToAsk(apps)) {
    const asked = askPlatform(resolved.secrets);
    const what = `access ${app.id}`;
    try {
      await asked.platform.checkAccess(app);
      found.push(finding(what, "ok", `${app.endpoint} lets this server's address call in the app's name`));
    } catch (error) {
      found.push(refusalOf(app, what, asked, error));
    }
    const skewMs = asked.skewMs();
    if (skewMs !== undefined) clocks.set(app.endpoint, clockFinding(app.endpoint, skewMs));
  }
  return [...found, ...clocks.values()];
}

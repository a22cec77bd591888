import type { ResolvedOptions } from "../../hufu/options/resolve-options.ts";
import { shownUrl } from "../../webhooks/target-url.ts";
import { type Finding, finding } from "./finding.ts";
import { whyUnreachable } from "./unreachable.ts";

const ANSWER_MS = 5000;

/** Are the back ends reached that are asked and told by requests? Each gets one HEAD: it carries no message. */
export async function checkReceivers({ resolveTarget, webhooks }: ResolvedOptions): Promise<readonly Finding[]> {
  const targets = [
    ...(resolveTarget === undefined ? [] : [{ what: "resolveUser", url: resolveTarget.url }]),
    ...webhooks.map(({ id, url }) => ({ what: `webhook ${id}`, url })),
  ];
  return Promise.all(targets.map(({ what, url }) => checkReceiver(what, url)));
}

async function checkReceiver(what: string, url: string): Promise<Finding> {
  const shown = shownUrl(url);
  try {
    const { status } = await fetch(url, {
      method: "HEAD",
      redirect: "manual",
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    if (status >= 300 && status < 400) {
      return finding(what, "error", `${shown} answers ${status}, a redirect, which is never followed: name its target`);
    }
    if (status >= 500) return finding(what, "warning", `${shown} answers ${status}: see what is wrong there`);
    return finding(what, "ok", `${shown} is reached; whether it accepts the signature shows at the first message`);
  } catch (error) {
    return finding(what, "error", `${shown} is not reached from here: ${whyUnreachable(error).text}`);
  }
}

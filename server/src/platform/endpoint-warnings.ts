import { isLoopback } from "../core/issuer.ts";
import type { Logger } from "../core/log/log.ts";
import type { App } from "./platform.ts";

const TOLD_MOST = 1000;

/** Says once for each app what is dangerous about its endpoint. */
export function createEndpointWarnings(log: Logger, isProduction: boolean): (app: App) => void {
  const told = new Set<string>();
  return ({ id, endpoint }) => {
    const url = new URL(endpoint);
    const isLocal = isLoopback(url);
    if (url.protocol === "https:" && !isLocal) return;
    if (told.has(id) || told.size >= TOLD_MOST) return;
    told.add(id);
    if (isLocal && isProduction) {
      log.error(
        { app: id, endpoint },
        "NODE_ENV is production, but apps[].endpoint is on this machine: a simulated platform lets anybody sign in as anybody",
      );
    } else if (!isLocal) {
      log.warn(
        { app: id, endpoint },
        "apps[].endpoint is plain http (allowPlainHttp): anyone who is on the way reads the app secret and can sign in as anybody",
      );
    }
  };
}

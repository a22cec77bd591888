import type { HufuOptions } from "../hufu-options.ts";
import type { ServerConfig } from "./config.ts";
import { Failure } from "./failure.ts";

/**
 * What `createHufu` is given for a configuration.
 * @throws Failure in one sentence for what §10 knows and this version cannot do yet
 */
export function toHufuOptions(config: ServerConfig): HufuOptions & { readonly database: string } {
  const { listen: _listen, metrics, redis, database, resolveUser, ...shared } = config;
  if (metrics !== undefined) throw new Failure("metrics: not available in this version; leave it out");
  if (redis !== undefined) throw new Failure("redis: not available in this version; leave it out and run one process");
  const scheme = /^([a-z+]+):/i.exec(database)?.[1]?.toLowerCase();
  if (scheme !== "sqlite") {
    const known = scheme !== undefined && ["postgres", "postgresql", "mysql", "mariadb"].includes(scheme);
    throw new Failure(
      known
        ? `database: ${scheme}:// is not available in this version; use sqlite:FILE`
        : "database: not understood; write sqlite:FILE",
    );
  }
  if (resolveUser !== undefined && typeof resolveUser !== "function") {
    throw new Failure(
      "resolveUser: a URL is not available in this version; use a JavaScript configuration with a resolveUser function",
    );
  }
  return { ...shared, database, ...(resolveUser === undefined ? {} : { resolveUser }) };
}

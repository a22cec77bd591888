import type { HufuOptions } from "../../hufu/options.ts";
import { Failure } from "../output/failure.ts";
import type { ServerConfig } from "./config.ts";

const SCHEMES: readonly string[] = ["sqlite", "postgres", "postgresql", "mysql", "mariadb"];

/**
 * What `createHufu` is given for a configuration.
 * @throws Failure in one sentence for what §10 knows and this version cannot do yet
 */
export function toHufuOptions(config: ServerConfig): HufuOptions & { readonly database: string } {
  const { listen: _listen, drain: _drain, metrics, database, resolveUser, ...shared } = config;
  const missing: string[] = [];
  if (metrics !== undefined) missing.push("metrics (leave it out)");
  const scheme = /^([a-z+]+):/i.exec(database)?.[1]?.toLowerCase() ?? "";
  if (resolveUser !== undefined && typeof resolveUser !== "function") {
    missing.push("resolveUser with a URL (use a JavaScript configuration with a resolveUser function)");
  }
  // All at once, so that nobody finds them one start after the other.
  if (missing.length > 0) throw new Failure(`not available in this version: ${missing.join(", ")}`);
  if (!SCHEMES.includes(scheme))
    throw new Failure("database: not understood; write sqlite:FILE, postgres://… or mysql://…");
  return { ...shared, database, ...(typeof resolveUser === "function" ? { resolveUser } : {}) };
}

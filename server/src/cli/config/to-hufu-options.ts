import type { HufuOptions } from "../../hufu/options/options.ts";
import type { ServerConfig } from "./config-schema.ts";

/** What `createHufu` is given for a configuration. */
export function toHufuOptions(config: ServerConfig): HufuOptions & { readonly database: string } {
  const {
    $schema: _schema,
    listen: _listen,
    metrics: _metrics,
    drain: _drain,
    logLevel: _logLevel,
    accessLog: _accessLog,
    ...options
  } = config;
  return options;
}

import { type DestinationStream, pino } from "pino";
import type { Logger } from "../../core/log.ts";
import { redact, redactText } from "../../core/redact.ts";

/** The levels that `--log-level` knows. */
export const LOG_LEVELS: readonly ["debug", "info", "warn", "error", "silent"] = [
  "debug",
  "info",
  "warn",
  "error",
  "silent",
];

export type LogLevel = (typeof LOG_LEVELS)[number];

/**
 * One JSON object a line, on standard output. Whatever is named like a secret is hidden at any depth; whatever looks like
 * a token or a credential is hidden wherever it stands, in messages and stacks too.
 * There are no child loggers: pino does not show their fields to whoever hides secrets.
 * @param to for tests
 */
export function createLog(level: LogLevel = "info", to?: DestinationStream): Logger {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    // Errors are made readable by `redact`, at any depth.
    serializers: { err: (value: unknown) => value },
    formatters: {
      level: (label: string) => ({ level: label }),
      log: redactedFields,
    },
    hooks: { streamWrite: redactText },
  };
  return to === undefined ? pino<never>(options) : pino<never>(options, to);
}

function redactedFields(fields: object): Record<string, unknown> {
  const copy = redact(fields instanceof Error ? { err: fields } : fields);
  return typeof copy === "object" && copy !== null ? { ...copy } : {};
}

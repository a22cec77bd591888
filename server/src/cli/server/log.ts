import { pino } from "pino";
import type { Logger } from "../../core/log/log.ts";
import { redact, redactText } from "../../core/log/redact.ts";
import { createLineWriter, type LineWriter, type Output, standardOutput } from "./line-writer.ts";

/** The levels that `--log-level` knows. */
export const LOG_LEVELS: readonly ["debug", "info", "warn", "error", "silent"] = [
  "debug",
  "info",
  "warn",
  "error",
  "silent",
];

export type LogLevel = (typeof LOG_LEVELS)[number];

/** The log of a server process. */
export interface ProcessLog extends Logger {
  readonly dropped: LineWriter["dropped"];
  readonly flush: LineWriter["flush"];
  /** From now on lines of this level and above are written. */
  setLevel(level: LogLevel): void;
}

/**
 * One JSON object a line, on standard output. A member that is named like a secret is hidden at any depth; a text that
 * looks like a token or a credential is hidden everywhere, in messages and stacks too.
 * Writing never waits: lines that cannot be written are counted, and `log_dropped` says how many when it works again.
 * There are no child loggers: pino does not show their fields to the code that hides secrets.
 * @param output for tests
 * @param worker the number that every line carries; of several processes that write to one log
 */
export function createLog(
  level: LogLevel = "info",
  output: Output = standardOutput(),
  worker?: number | undefined,
): ProcessLog {
  const writer = createLineWriter({ output, lossLine });
  const logger = pino<never>(
    {
      level,
      base: worker === undefined ? null : { worker },
      timestamp: pino.stdTimeFunctions.isoTime,
      // Errors are made readable by `redact`, at any depth.
      serializers: { err: (value: unknown) => value },
      formatters: {
        level: (label: string) => ({ level: label }),
        log: redactedFields,
      },
      hooks: { streamWrite: redactText },
    },
    writer,
  );
  return Object.freeze<ProcessLog>({
    // pino replaces its methods when the level changes.
    debug: (fields, message) => logger.debug(fields, message),
    info: (fields, message) => logger.info(fields, message),
    warn: (fields, message) => logger.warn(fields, message),
    error: (fields, message) => logger.error(fields, message),
    dropped: writer.dropped,
    flush: writer.flush,
    setLevel(next) {
      logger.level = next;
    },
  });
}

function lossLine(lines: number): string {
  const time = new Date().toISOString();
  const msg = "lines of this log were dropped: its disk was full, or nobody read it";
  return `${JSON.stringify({ level: "warn", time, log_dropped: lines, msg })}\n`;
}

function redactedFields(fields: object): Record<string, unknown> {
  const copy = redact(fields instanceof Error ? { err: fields } : fields);
  return typeof copy === "object" && copy !== null ? { ...copy } : {};
}

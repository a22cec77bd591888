/** Where Hufu writes what an operator may want to read. pino's loggers and `console` fit. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  /** How many lines could not be written so far, where the log counts them. */
  readonly dropped?: () => number;
}

const LEVELS = ["debug", "info", "warn", "error"] as const;
const quiet = (): void => undefined;

/** Drops everything. */
export const silentLogger: Logger = Object.freeze({ debug: quiet, info: quiet, warn: quiet, error: quiet });

/** @throws TypeError that names what is missing, if `log` has not all four methods */
export function checkLogger(log: unknown): Logger {
  if (isLogger(log)) return log;
  const given = typeof log === "object" && log !== null ? log : undefined;
  const missing = LEVELS.filter((level) => typeof Reflect.get(given ?? {}, level) !== "function");
  throw new TypeError(
    `log: it must have the methods ${LEVELS.join(", ")}, as console and pino have; it lacks ${missing.join(", ")}`,
  );
}

function isLogger(log: unknown): log is Logger {
  return (
    typeof log === "object" && log !== null && LEVELS.every((level) => typeof Reflect.get(log, level) === "function")
  );
}

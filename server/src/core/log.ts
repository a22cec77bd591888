/** Where Hufu writes what an operator may want to read. pino's loggers fit. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

const quiet = (): void => undefined;

/** Drops everything. */
export const silentLogger: Logger = Object.freeze({ debug: quiet, info: quiet, warn: quiet, error: quiet });

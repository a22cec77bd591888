import { createGenerationMap } from "../generation-map.ts";
import { type Clock, systemClock } from "../time/clock.ts";
import type { Logger } from "./log.ts";
import { redact, redactText } from "./redact.ts";

const MINUTE_MS = 60_000;
const MOST_MESSAGES = 200;

export interface StderrLogOptions {
  readonly clock?: Clock;
  /** Writes one line. Default: `console.error`. */
  readonly write?: (line: string) => void;
}

/**
 * The log of a deployment that has named none: warnings and errors as one line each on standard error, the same message
 * at most once a minute. Secrets are hidden by name and by shape.
 */
export function createStderrLog({ clock = systemClock, write = console.error }: StderrLogOptions = {}): Logger {
  const written = createGenerationMap<string, { readonly at: number; repeats: number }>(MOST_MESSAGES);

  function line(level: "warn" | "error", fields: object, message: string): void {
    const now = clock.monotonic();
    const last = written.get(message);
    if (last !== undefined && now - last.at < MINUTE_MS) {
      last.repeats += 1;
      return;
    }
    written.set(message, { at: now, repeats: 0 });
    const repeats = last === undefined || last.repeats === 0 ? "" : ` (and ${last.repeats} times before)`;
    write(redactText(`hufu: ${level}: ${message}${repeats} ${JSON.stringify(redact(fields))}`));
  }

  return Object.freeze<Logger>({
    debug: () => undefined,
    info: () => undefined,
    warn: (fields, message) => line("warn", fields, message),
    error: (fields, message) => line("error", fields, message),
  });
}

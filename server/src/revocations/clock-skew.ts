import type { Logger } from "../core/log/log.ts";
import type { Notices } from "../core/log/notices.ts";
import type { Clock } from "../core/time/clock.ts";
import type { Reading } from "./follow-outbox.ts";

/** Beyond this a guard soon refuses good tokens, or lets in what is over. A slow answer stays far below it. */
const SKEW_MOST_MS = 5000;

/** How far this machine's clock is from the database's. */
export interface ClockSkew {
  /** Takes the database's time of a reading. */
  note(reading: Pick<Reading, "at">): void;
  /** `ok`, or what is wrong, for `readyz`. */
  check(): string;
  /** Milliseconds that this machine's clock is ahead. */
  ms(): number;
}

/** The database's time decides on lives, a guard's own clock on what it lets in: the two must agree. */
export function createClockSkew(options: {
  readonly clock: Clock;
  readonly log: Logger;
  readonly notices: Notices;
}): ClockSkew {
  const { clock, log, notices } = options;
  let skewMs = 0;
  let wasFar = false;

  function inWords(): string {
    const seconds = Math.round(Math.abs(skewMs) / 1000);
    return `${seconds} s ${skewMs > 0 ? "ahead of" : "behind"} the database's`;
  }
  const isFar = (): boolean => Math.abs(skewMs) > SKEW_MOST_MS;

  return Object.freeze<ClockSkew>({
    note({ at }) {
      skewMs = clock.now() - at;
      const fields = { skew_ms: Math.round(skewMs) };
      const advice = "set both clocks by NTP";
      if (isFar()) notices.warn("clock_off", fields, `this machine's clock is ${inWords()}; ${advice}`);
      else if (wasFar) log.info(fields, "this machine's clock agrees with the database's again");
      wasFar = isFar();
    },
    check: () => (isFar() ? inWords() : "ok"),
    ms: () => skewMs,
  });
}

import { InvalidArgumentError } from "commander";
import { durationMs } from "../core/time/duration.ts";
import { PAGE_MOST } from "../session/administration/page.ts";

/** `7d` → milliseconds. */
export function readDuration(text: string): number {
  const ms = durationMs(text);
  if (ms === undefined || ms === 0) throw new InvalidArgumentError("Write a whole number and one of s, m, h, d.");
  return ms;
}

/** A day, or a time with its offset. */
export function readTime(text: string): Date {
  const time = new Date(text);
  if (!Number.isNaN(time.getTime()) && /^\d{4}-\d\d-\d\d(?:$|T.*(?:Z|[+-]\d\d:\d\d)$)/.test(text)) return time;
  throw new InvalidArgumentError("Write a day such as 2027-01-31 (UTC), or a time such as 2027-01-31T08:00:00+08:00.");
}

/** How many lines a page has. */
export function readLimit(text: string): number {
  const limit = Number(text);
  if (Number.isInteger(limit) && limit >= 1 && limit <= PAGE_MOST) return limit;
  throw new InvalidArgumentError(`Write a number from 1 to ${PAGE_MOST}.`);
}

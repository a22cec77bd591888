import { type Finding, finding } from "./finding.ts";

/** The HTTP header Date has whole seconds, and the answer takes its time. */
const HEADER_MOST_MS = 10_000;

/**
 * @param skewMs the time there less the time of this machine
 * @param mostMs how much of it is no fault
 */
export function clockFinding(there: string, skewMs: number, mostMs: number = HEADER_MOST_MS): Finding {
  if (Math.abs(skewMs) <= mostMs) return finding("clock", "ok", `this machine and ${there} agree on the time`);
  const side = skewMs > 0 ? "behind" : "ahead of";
  const seconds = Math.round(Math.abs(skewMs) / 1000);
  return finding("clock", "error", `this machine is ${seconds} s ${side} ${there}; set the clocks by NTP`);
}

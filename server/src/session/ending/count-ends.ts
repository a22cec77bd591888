import type { Meter } from "../../core/meter/meter.ts";
import type { EndCause } from "./end-records.ts";

/** Counts ends that are committed. */
export function countEnds(meter: Meter, sessions: number, { why, rule }: EndCause): void {
  if (sessions > 0) meter.count("hufu_session_ends_total", { why, rule }, sessions);
}

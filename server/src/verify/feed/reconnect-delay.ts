import type { Random } from "../../core/random.ts";

/** Longest wait between two tries, in milliseconds. */
const LONGEST_DELAY_MS = 2000;
const FIRST_DELAY_MS = 100;

/** Milliseconds to wait before the next try, after so many in a row that brought nothing: at once after the first. */
export function reconnectDelay(failures: number, random: Random): number {
  if (failures <= 1) return 0;
  const most = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (failures - 1));
  // From half of it up, so that a fleet which lost one server does not come back as one.
  return most * (0.5 + random(1).readUInt8() / 510);
}

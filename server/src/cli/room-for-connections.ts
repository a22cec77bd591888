import { readFileSync } from "node:fs";

/** How many connections a server takes. */
export interface RoomForConnections {
  /** So many are served. */
  readonly served: number;
  /** Those between are told 503 and closed; beyond this many they are closed without a word. */
  readonly most: number;
}

/** For files, the database, Redis and the platform, which must not wait because too many are at the door. */
const OWN_MOST = 128;
const OWN_SHARE = 0.75;
const TOLD_MOST = 64;

/** What fits into so many file descriptors. */
export function roomFor(descriptors: number): RoomForConnections {
  const most = descriptors - Math.min(OWN_MOST, Math.ceil(descriptors * OWN_SHARE));
  return { served: most - Math.min(TOLD_MOST, Math.floor(most / 4)), most };
}

/** What fits into this process, by its limit of open files; without an end where the system does not say. */
export function roomHere(): RoomForConnections {
  try {
    const found = /^Max open files\s+(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8"));
    if (found !== null) return roomFor(Number(found[1]));
  } catch {
    // No Linux.
  }
  return { served: Number.POSITIVE_INFINITY, most: Number.POSITIVE_INFINITY };
}

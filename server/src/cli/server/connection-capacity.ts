import { readFileSync } from "node:fs";
import type { Server, Socket } from "node:net";

/** How many connections a server takes. */
export interface ConnectionCapacity {
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
export function capacityFor(descriptors: number): ConnectionCapacity {
  const most = descriptors - Math.min(OWN_MOST, Math.ceil(descriptors * OWN_SHARE));
  return { served: most - Math.min(TOLD_MOST, Math.floor(most / 4)), most };
}

/** What fits into this process, by its limit of open files; without an end where the system does not say. */
export function capacityHere(): ConnectionCapacity {
  try {
    const found = /^Max open files\s+(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8"));
    if (found !== null) return capacityFor(Number(found[1]));
  } catch {
    // No Linux.
  }
  return { served: Number.POSITIVE_INFINITY, most: Number.POSITIVE_INFINITY };
}

/** Who is served. */
export interface Door {
  /** Notes that this connection has asked something. `false`: it was turned away, and nothing answers it any more. */
  asks(socket: Socket): boolean;
}

/**
 * Takes no more connections than there is capacity for. When there is none, whoever has not asked anything yet goes, the oldest
 * first; where all have asked, the new one is turned away.
 * @param turnAway tells it so and sees that it goes
 */
export function keepCapacity(server: Server, capacity: ConnectionCapacity, turnAway: (socket: Socket) => void): Door {
  const served = new Set<Socket>();
  const silent = new Set<Socket>();
  const turnedAway = new WeakSet<Socket>();
  const leave = (socket: Socket): void => {
    served.delete(socket);
    silent.delete(socket);
  };

  if (Number.isFinite(capacity.most)) server.maxConnections = capacity.most;
  server.on("connection", (socket) => {
    if (served.size >= capacity.served) {
      const [oldest] = silent;
      if (oldest === undefined) {
        turnedAway.add(socket);
        turnAway(socket);
        return;
      }
      leave(oldest);
      oldest.destroy();
    }
    served.add(socket);
    silent.add(socket);
    socket.once("close", () => leave(socket));
  });
  return {
    asks(socket: Socket): boolean {
      silent.delete(socket);
      return !turnedAway.has(socket);
    },
  };
}

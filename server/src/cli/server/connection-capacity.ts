import { readFileSync } from "node:fs";
import type { ServerResponse } from "node:http";
import type { Server, Socket } from "node:net";

/** How many connections a server takes. */
export interface ConnectionCapacity {
  /** So many are served. */
  readonly served: number;
  /** Those between are told 503 and closed; beyond this many they are closed without a word. */
  readonly most: number;
}

/** For files, the database, Redis and the platform, which must not wait because too many connections are open. */
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

/** The connections that are served. */
export interface ServedConnections {
  /**
   * Notes that this connection has sent a request. `false`: it was turned away, and nothing answers it any more.
   * Above the watermark the first answer closes its connection.
   */
  asks(socket: Socket, response: ServerResponse): boolean;
}

/** Above this part of the capacity, new connections are not kept once they have had their answer. */
const WATERMARK = 0.75;

/**
 * Takes no more connections than there is capacity for. Above the watermark a new connection takes the place of the one
 * that asked once and has been idle for longest since its answer. At capacity one goes that has asked nothing, else one
 * that asked once, else one that asked more often, as a load balancer's do; of each kind the oldest. Where all wait for an
 * answer or read a stream, the new one is turned away.
 * @param turnAway tells it so and sees that it goes
 */
export function keepCapacity(
  server: Server,
  capacity: ConnectionCapacity,
  turnAway: (socket: Socket) => void,
): ServedConnections {
  const watermark = Math.max(1, Math.floor(capacity.served * WATERMARK));
  const served = new Set<Socket>();
  const silent = new Set<Socket>();
  /** Those that sent one request and those that sent more, each in the order in which they had their answers. */
  const idleAfterOne = new Set<Socket>();
  const idleAfterMore = new Set<Socket>();
  const askedAgain = new WeakSet<Socket>();
  const asked = new WeakSet<Socket>();
  /** Requests under way: clients may send several at once. */
  const underWay = new Map<Socket, number>();
  const turnedAway = new WeakSet<Socket>();

  function leave(socket: Socket): void {
    for (const state of [served, silent, idleAfterOne, idleAfterMore, underWay]) state.delete(socket);
  }

  function close(socket: Socket): void {
    leave(socket);
    socket.destroy();
  }

  /** Makes room for one more; `false` if there is none. */
  function makeRoom(): boolean {
    const isFull = served.size >= capacity.served;
    const candidates = isFull ? [silent, idleAfterOne, idleAfterMore] : [idleAfterOne];
    const [leaving] = candidates.flatMap(([first]) => first ?? []);
    if (leaving !== undefined) close(leaving);
    return !isFull || leaving !== undefined;
  }

  function answered(socket: Socket): void {
    const left = (underWay.get(socket) ?? 1) - 1;
    if (left > 0) {
      underWay.set(socket, left);
      return;
    }
    underWay.delete(socket);
    if (!served.has(socket) || socket.destroyed) return;
    if (askedAgain.has(socket)) idleAfterMore.add(socket);
    else idleAfterOne.add(socket);
  }

  if (Number.isFinite(capacity.most)) server.maxConnections = capacity.most;
  // Else a cluster's workers that have no place pass a connection on to each other until one has.
  Object.assign(server, { dropMaxConnection: true });
  server.on("connection", (socket) => {
    if (served.size >= watermark && !makeRoom()) {
      turnedAway.add(socket);
      turnAway(socket);
      return;
    }
    served.add(socket);
    silent.add(socket);
    socket.once("close", () => leave(socket));
  });

  return {
    asks(socket: Socket, response: ServerResponse): boolean {
      if (turnedAway.has(socket)) return false;
      for (const state of [silent, idleAfterOne, idleAfterMore]) state.delete(socket);
      if (asked.has(socket)) askedAgain.add(socket);
      asked.add(socket);
      underWay.set(socket, (underWay.get(socket) ?? 0) + 1);
      response.once("close", () => answered(socket));
      if (served.size > watermark && !askedAgain.has(socket)) response.shouldKeepAlive = false;
      return true;
    },
  };
}

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
  /** Notes that this answer is over, sent or broken off. */
  answered(socket: Socket, response: ServerResponse): void;
  /** Each connection that waits for an answer is closed with it, unless its headers are already on the way. */
  closeAfterAnswers(): void;
}

/**
 * What is known of a connection that is served. It is changed in place: what each request puts into a map or set and takes
 * out again lives on in the tables that these have outgrown, until the next full collection of garbage.
 */
interface Connection {
  /** Requests under way: clients may send several at once. */
  underWay: number;
  /** The newest answer, while it is under way. */
  answer: ServerResponse | undefined;
  /** Has it asked more than once? */
  askedAgain: boolean;
  /** Those among which it waits, the longest idle first. */
  idleAmong: Set<Socket> | undefined;
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
  const served = new Map<Socket, Connection>();
  const silent = new Set<Socket>();
  /** Those that sent one request and those that sent more, each in the order in which they had their answers. */
  const idleAfterOne = new Set<Socket>();
  const idleAfterMore = new Set<Socket>();
  const turnedAway = new WeakSet<Socket>();

  function leave(socket: Socket): void {
    served.get(socket)?.idleAmong?.delete(socket);
    served.delete(socket);
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

  if (Number.isFinite(capacity.most)) server.maxConnections = capacity.most;
  // Else a cluster's workers that have no place pass a connection on to each other until one has.
  Object.assign(server, { dropMaxConnection: true });
  server.on("connection", (socket) => {
    if (served.size >= watermark && !makeRoom()) {
      turnedAway.add(socket);
      turnAway(socket);
      return;
    }
    served.set(socket, { underWay: 0, answer: undefined, askedAgain: false, idleAmong: silent });
    silent.add(socket);
    socket.once("close", () => leave(socket));
  });

  return {
    asks(socket: Socket, response: ServerResponse): boolean {
      const connection = served.get(socket);
      if (connection === undefined) return !turnedAway.has(socket);
      if (connection.idleAmong !== silent) connection.askedAgain = true;
      connection.idleAmong?.delete(socket);
      connection.idleAmong = undefined;
      connection.underWay += 1;
      connection.answer = response;
      if (served.size > watermark && !connection.askedAgain) response.shouldKeepAlive = false;
      return true;
    },
    answered(socket: Socket, response: ServerResponse): void {
      const connection = served.get(socket);
      if (connection === undefined) return;
      if (connection.answer === response) connection.answer = undefined;
      connection.underWay -= 1;
      if (connection.underWay > 0 || socket.destroyed) return;
      connection.idleAmong = connection.askedAgain ? idleAfterMore : idleAfterOne;
      connection.idleAmong.add(socket);
    },
    closeAfterAnswers(): void {
      for (const { answer } of served.values()) {
        if (answer !== undefined && !answer.headersSent) answer.shouldKeepAlive = false;
      }
    },
  };
}

import { within } from "../../../core/time/deadline.ts";
import type { Hints } from "../../hints.ts";
import { keepListening, pause } from "../../keep-listening.ts";
import { type RedisConnection, type RedisServerClient, serversOf } from "./redis-client.ts";
import type { RedisLink } from "./redis-link.ts";

/** Time limits of the hints that nodes send each other through Redis. */
export interface RedisHintsOptions {
  /** Most milliseconds for a connection to subscribe, and for a subscribed one to answer a ping. Default: 5000. */
  readonly answerMs?: number;
  /** Milliseconds between two pings, which find a connection that gets no answers. Default: 10,000. */
  readonly pingMs?: number;
}

/** Connects once, and ends when that is lost: what comes next is decided here, where it is noticed. */
const ONCE = Object.freeze({
  lazyConnect: true,
  retryStrategy: null,
  maxRetriesPerRequest: 0,
  autoResubscribe: false,
  enableOfflineQueue: true,
});

/**
 * Hints by publish and subscribe. Listening takes one connection of its own, on a cluster to any node: messages reach all.
 * `listen` resolves when it is subscribed, or has failed to for the first time and goes on trying.
 * @throws TypeError for numbers that are not above zero
 */
export function createRedisHints(link: RedisLink, options: RedisHintsOptions = {}): Hints {
  const { answerMs = 5000, pingMs = 10_000 } = options;
  for (const [name, ms] of Object.entries({ answerMs, pingMs })) {
    if (!Number.isSafeInteger(ms) || ms < 1) throw new TypeError(`${name}: must be a whole number above zero`);
  }
  const channel = `${link.prefix}hints`;

  /** Each turn another node of a cluster, which knows none before it was reached. */
  async function serverOf(turn: number, signal: AbortSignal): Promise<RedisServerClient | undefined> {
    if (serversOf(link.client).length === 0) await Promise.race([link.connected(), pause(answerMs, signal)]);
    const servers = signal.aborted ? [] : serversOf(link.client);
    return servers[turn % servers.length];
  }

  /** Hears what comes until the connection is lost. */
  async function hear(connection: RedisConnection, onHint: () => void, subscribed: () => void): Promise<void> {
    const lost = new AbortController();
    const { signal } = lost;
    connection.once("end", () => lost.abort());
    // Without a listener the driver prints its errors; each of them is followed by the end.
    connection.on("error", () => undefined);
    connection.on("message", () => onHint());
    await within({ ms: answerMs }, () => connection.connect());
    await within({ ms: answerMs }, () => connection.call("subscribe", channel));
    subscribed();
    while (!signal.aborted) {
      await pause(pingMs, signal);
      if (!signal.aborted) await within({ ms: answerMs }, () => connection.call("ping"));
    }
  }

  return Object.freeze<Hints>({
    send: async () => void (await link.send(["publish", channel, ""])),

    listen: (onHint) =>
      keepListening(async ({ turn, signal, subscribed }) => {
        const connection = (await serverOf(turn, signal))?.duplicate(ONCE);
        if (connection === undefined) return;
        const disconnect = (): void => connection.disconnect();
        signal.addEventListener("abort", disconnect, { once: true });
        try {
          if (!signal.aborted) await hear(connection, onHint, subscribed);
        } finally {
          signal.removeEventListener("abort", disconnect);
          disconnect();
        }
      }, onHint),
  });
}

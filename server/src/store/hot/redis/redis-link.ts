import { admit, type BreakerRules, type BreakerState, settle } from "../../../core/breaker-state.ts";
import { HufuError } from "../../../core/errors/errors.ts";
import { type Logger, silentLogger } from "../../../core/log/log.ts";
import { type Clock, systemClock } from "../../../core/time/clock.ts";
import { within } from "../../../core/time/deadline.ts";
import { isRedisClient, type RedisClient } from "./redis-client.ts";

/** A client of ioredis and how commands are sent through it. */
export interface RedisLinkOptions {
  readonly client: RedisClient;
  /** What every key and channel begins with. Default: `hufu:`. */
  readonly prefix?: string;
  /** Most milliseconds that a command may take, the wait for a connection included. Default: 500. */
  readonly timeoutMs?: number;
  /** After so many failures in a row commands are refused at once. Default: 5. */
  readonly failures?: number;
  /** And so many milliseconds later one is tried. Default: 1000. */
  readonly pauseMs?: number;
  /** Default: the machine's. */
  readonly clock?: Clock;
  /** Default: silent. */
  readonly log?: Logger;
}

/** A command and what it is about. */
export type RedisCommand = readonly [name: string, ...args: (string | number)[]];

/** Redis, as something that either answers soon or is away. */
export interface RedisLink {
  readonly client: RedisClient;
  readonly prefix: string;
  /** Resolves when the client has a connection, which may be never. */
  connected(): Promise<void>;
  /**
   * Sends a command and answers its reply. Nothing waits in the client's own queue while there is no connection.
   * @param undo sent right behind a command whose reply never came: it may have been done
   * @throws HufuError `store_unavailable`, after `timeoutMs` at most
   */
  send(command: RedisCommand, undo?: RedisCommand): Promise<unknown>;
}

/**
 * Guards a client: a time limit for each command, and a breaker for all of them. A loss is logged once, and so is its end.
 * @throws TypeError for what is no client of `ioredis`, and for numbers that are not above zero
 */
export function createRedisLink(options: RedisLinkOptions): RedisLink {
  const { client, prefix = "hufu:", timeoutMs = 500, clock = systemClock, log = silentLogger } = options;
  const rules: BreakerRules = { failures: options.failures ?? 5, pauseMs: options.pauseMs ?? 1000 };
  if (!isRedisClient(client)) throw new TypeError("redis: this is no client of ioredis");
  for (const [name, value] of Object.entries({ timeoutMs, ...rules })) {
    if (!Number.isSafeInteger(value) || value < 1) throw new TypeError(`${name}: must be a whole number above zero`);
  }

  let breaker: BreakerState | undefined;
  let isLost = false;
  let connecting: Promise<void> | undefined;

  /** One listener serves all calls that wait. */
  async function connected(): Promise<void> {
    if (client.status === "ready") return;
    connecting ??= new Promise((resolve) => {
      client.once("ready", () => {
        connecting = undefined;
        resolve();
      });
      // A lazy client waits to be asked; why it fails is told by its events.
      if (client.status === "wait") client.connect().catch(() => undefined);
    });
    await connecting;
  }

  function leave(as: "pass" | "probe", cause: Error | undefined): void {
    breaker = settle(breaker, as, cause === undefined, clock.monotonic(), rules);
    if (breaker?.kind === "open" && !isLost) {
      isLost = true;
      const message = "Redis does not answer: sign-ins wait for it, refreshes and guards go on";
      log.warn({ why: cause?.message, pauseMs: rules.pauseMs }, message);
    } else if (breaker === undefined && isLost) {
      isLost = false;
      log.info({}, "Redis answers again");
    }
  }

  async function attempt(
    as: "pass" | "probe",
    [name, ...args]: RedisCommand,
    undo: RedisCommand | undefined,
  ): Promise<unknown> {
    let isSent = false;
    try {
      const reply = await within({ ms: timeoutMs, what: "Redis" }, async (signal) => {
        if (client.status === "end") throw new Error("the client is closed");
        await connected();
        signal.throwIfAborted();
        isSent = true;
        return client.call(name, ...args);
      });
      leave(as, undefined);
      return reply;
    } catch (caught) {
      const cause = caught instanceof Error ? caught : new Error(String(caught));
      leave(as, cause);
      if (isSent && undo !== undefined) client.call(...undo).catch(() => undefined);
      throw unavailable(cause.message);
    }
  }

  return Object.freeze<RedisLink>({
    client,
    prefix,
    connected,
    async send(command, undo) {
      const admission = admit(breaker, clock.monotonic());
      if (typeof admission === "object") throw unavailable("it has not answered lately", admission.waitMs);
      if (admission === "probe") breaker = { kind: "probing" };
      return attempt(admission, command, undo);
    },
  });
}

/** Without the driver's own error, which holds the command with all its arguments, and for `auth` that is the password. */
function unavailable(why: string, waitMs = 0): HufuError {
  const retryAfter = Math.max(1, Math.ceil(waitMs / 1000));
  return new HufuError("store_unavailable", { retryAfter, detail: why.startsWith("Redis") ? why : `Redis: ${why}` });
}

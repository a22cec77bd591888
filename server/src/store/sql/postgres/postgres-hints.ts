import { sql } from "kysely";
import type { Hints } from "../../hints.ts";
import { keepListening, pause } from "../../keep-listening.ts";
import type { Db } from "../dialect.ts";
import type { PostgresClient, PostgresPool, PostgresQuery } from "./postgres-pool.ts";

export interface PostgresHintsOptions {
  /** Ends every listening when the pool is to be closed. Default: never. */
  readonly closing?: AbortSignal;
  /** Can a connection of this pool listen? Behind a pooler it cannot: nodes poll then. Default: yes. */
  readonly canListen?: () => boolean;
  /** Told when a connection is taken for listening, and when it is given back. */
  readonly onHeld?: (change: 1 | -1) => void;
  /** Most milliseconds for an answer. Default: 5000. */
  readonly answerMs?: number;
  /** Milliseconds between two pings: a dead connection would stay silent for ever. Default: 10,000. */
  readonly pingMs?: number;
}

const DEAF_MS = 3_600_000;
/** A name without quotes, so that `listen` and `pg_notify` mean the same. */
const CHANNEL = "hufu_hints";

/**
 * Hints by LISTEN and NOTIFY. Listening takes one connection out of the pool for as long as it lasts. All Hufus of one
 * database hear each other, in any schema: an extra hint costs one reading.
 */
export function createPostgresHints(pool: PostgresPool, db: Db, options: PostgresHintsOptions = {}): Hints {
  const { answerMs = 5000, pingMs = 10_000, closing = new AbortController().signal, canListen = () => true } = options;
  const { onHeld = () => undefined } = options;
  const words = (text: string): PostgresQuery => ({
    text,
    values: [],
    types: { getTypeParser: () => (value) => value },
    query_timeout: answerMs,
  });

  async function hear(
    client: PostgresClient,
    onHint: () => void,
    subscribed: () => void,
    ended: AbortSignal,
  ): Promise<void> {
    client.on("notification", onHint);
    await client.query(words(`listen ${CHANNEL}`));
    subscribed();
    while (!ended.aborted) {
      await pause(pingMs, ended);
      if (!ended.aborted) await client.query(words("select 1"));
    }
  }

  return Object.freeze<Hints>({
    send: async () => void (await sql`select pg_notify(${sql.lit(CHANNEL)}, '')`.execute(db)),

    listen: (onHint) =>
      keepListening(async ({ signal, subscribed }) => {
        if (!canListen()) return waitFor(AbortSignal.any([signal, closing]), subscribed);
        const client = await pool.connect();
        onHeld(1);
        const lost = new AbortController();
        const lose = (): void => lost.abort();
        client.on("error", lose);
        client.on("end", lose);
        const ended = AbortSignal.any([signal, lost.signal, closing]);
        let isOver = false;
        const tell = (): void => {
          if (!isOver) onHint();
        };
        try {
          if (!ended.aborted) await hear(client, tell, subscribed, ended);
        } finally {
          isOver = true;
          // Thrown away: back in the pool it would go on listening.
          client.release(true);
          onHeld(-1);
        }
      }, onHint),
  });
}

/** A pooler would not pass notifications on: nothing is heard, and no connection is taken. */
async function waitFor(ended: AbortSignal, subscribed: () => void): Promise<void> {
  subscribed();
  while (!ended.aborted) await pause(DEAF_MS, ended);
}

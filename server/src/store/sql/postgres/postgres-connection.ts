import type { QueryResult } from "kysely";
import type { Patience, ServerConnection, ServerPool, UnitStatement } from "../pool/server-pool.ts";
import { createStatementNames } from "../statements/prepared/statement-names.ts";
import { isRefusal } from "./postgres-faults.ts";
import type { PostgresLimits } from "./postgres-limits.ts";
import type { PostgresClient, PostgresPool, PostgresQuery, PostgresResult } from "./postgres-pool.ts";
import { READ_ONLY_FACTS, whyItOnlyReads } from "./postgres-read-only.ts";

/** Longer than the server's own `statement_timeout`: this one is for a server that says nothing at all. */
const ANSWER_MS = 6000;
/** For a migration, which waits for those of other nodes. */
const MIGRATION_MS = 600_000;
/** The server has no statement of this name, or has one already: a pooler gave the connection to another process. */
const NAME_CODES: ReadonlySet<unknown> = new Set(["26000", "42P05"]);

/** Connections of a `pg` pool, each made ready once. */
export interface PostgresConnections {
  borrow(patience: Patience): Promise<ServerConnection>;
  readonly readTogether: NonNullable<ServerPool["readTogether"]>;
  /** Does a pooler stand between? Known once a connection was borrowed. */
  isPooled(): boolean;
}

/** @param limits set on each connection, or with each unit where a pooler stands between; `undefined` = as the pool has them */
export function createPostgresConnections(pool: PostgresPool, limits: PostgresLimits | undefined): PostgresConnections {
  const ready = new WeakSet<PostgresClient>();
  const names = createStatementNames("hufu_");
  let isPooled = false;
  let areNamesUnsafe = false;

  async function prepare(client: PostgresClient): Promise<void> {
    // A connection that is lost between two statements would end the process; the next statement tells.
    client.on("error", () => undefined);
    // A pooler makes up the number that it gives to its clients.
    const pid: unknown = Reflect.get(client, "processID");
    const isOwn = typeof pid === "number" ? `pg_backend_pid() = ${pid}` : "true";
    const [row] = firstOf(await client.query(plain(firstWords(isOwn, isPooled ? undefined : limits), ANSWER_MS))).rows;
    // A standby would answer what was true some time ago.
    if (textIn(row, "only_reads") !== "off") {
      const [facts] = firstOf(await client.query(plain(READ_ONLY_FACTS, ANSWER_MS))).rows;
      throw whyItOnlyReads((name) => textIn(facts, name));
    }
    if (textIn(row, "is_own") !== "true") isPooled = true;
    ready.add(client);
  }

  /** The server's default may be another: units lock what they depend on, and read what is committed by then. */
  const begin = (): string => {
    const words = "begin isolation level read committed";
    // One message, so that no pooler can send the settings elsewhere.
    return limits !== undefined && isPooled ? `${words};${localSettings(limits)}` : words;
  };

  async function lend(): Promise<PostgresClient> {
    const client = await pool.connect();
    if (ready.has(client)) return client;
    try {
      await prepare(client);
      return client;
    } catch (error) {
      client.release(true);
      throw error;
    }
  }

  /** Ends a unit of which nothing is left to know, and gives the connection back. */
  const end = (client: PostgresClient, statement: "commit" | "rollback"): Promise<void> =>
    client.query(plain(statement, ANSWER_MS)).then(
      () => client.release(),
      () => client.release(true),
    );

  return Object.freeze<PostgresConnections>({
    isPooled: () => isPooled,
    async readTogether(texts) {
      const client = await lend();
      // A pooler that allows no units says so only where one is left open.
      const tail = isPooled ? [] : ["commit"];
      try {
        const answer = await client.query(plain([begin(), ...texts, ...tail].join(";"), ANSWER_MS));
        const results = isSeveral(answer) ? answer : [answer];
        if (isPooled) void end(client, "commit");
        else client.release();
        const last = results.length - tail.length;
        return results.slice(last - texts.length, last).map(({ rows }) => rows);
      } catch (error) {
        if (isRefusal(error)) return end(client, "rollback").then(() => undefined);
        client.release(true);
        throw error;
      }
    },
    async borrow(patience) {
      const client = await lend();
      const query_timeout = patience === "soon" ? ANSWER_MS : MIGRATION_MS;
      return Object.freeze<ServerConnection>({
        async run<Row>(text: string, values: readonly unknown[]): Promise<QueryResult<Row>> {
          const name = isPooled || areNamesUnsafe ? undefined : names(text);
          try {
            const query = { name, text, values: [...values], types: TYPES, query_timeout };
            const { rows, rowCount } = firstOf(await client.query(query));
            return { rows: rows as Row[], numAffectedRows: BigInt(rowCount ?? 0) };
          } catch (error) {
            if (error instanceof Error && "code" in error && NAME_CODES.has(error.code)) areNamesUnsafe = true;
            throw error;
          }
        },
        async control(statement) {
          const text = statement === "begin" ? begin() : statement;
          return unitStatementOf(firstOf(await client.query(plain(text, query_timeout))).command);
        },
        release: (isBroken) => client.release(isBroken),
      });
    },
  });
}

/** Without values and without a name, so that the server takes it in one message and prepares nothing. */
function plain(text: string, query_timeout: number): PostgresQuery {
  return { text, values: [], types: TYPES, query_timeout };
}

/** Asks of which kind the connection is and sets its limits, but not on one that a pooler lends to others as well. */
function firstWords(isOwn: string, limits: PostgresLimits | undefined): string {
  const set =
    limits === undefined ? [] : namedLimits(limits).map(([name, ms]) => `set_config('${name}', '${ms}', false)`);
  const settings = set.map((setting, place) => `, case when ${isOwn} then ${setting} end as limit_${place}`).join("");
  return `select current_setting('transaction_read_only') as only_reads, (${isOwn})::text as is_own${settings}`;
}

function localSettings(limits: PostgresLimits): string {
  return namedLimits(limits)
    .map(([name, ms]) => `set local ${name} = ${ms}`)
    .join(";");
}

function namedLimits({ lockMs, statementMs, stalledMs }: PostgresLimits): readonly (readonly [string, number])[] {
  return [
    ["lock_timeout", lockMs],
    ["statement_timeout", statementMs],
    ["idle_in_transaction_session_timeout", stalledMs],
  ];
}

/** Several statements in one message have several results. */
function firstOf(result: PostgresResult | readonly PostgresResult[]): PostgresResult {
  if (!isSeveral(result)) return result;
  const [first] = result;
  if (first === undefined) throw new Error("the server answered nothing");
  return first;
}

function isSeveral(result: PostgresResult | readonly PostgresResult[]): result is readonly PostgresResult[] {
  return Array.isArray(result);
}

function unitStatementOf(command: string): UnitStatement | undefined {
  switch (command) {
    case "BEGIN":
      return "begin";
    case "COMMIT":
      return "commit";
    case "ROLLBACK":
      return "rollback";
    default:
      throw new Error(`the server answered a statement of a unit with ${command}`);
  }
}

function textIn(row: unknown, name: string): string | undefined {
  const value: unknown = typeof row === "object" && row !== null ? Reflect.get(row, name) : undefined;
  return typeof value === "string" ? value : undefined;
}

const WHOLE_NUMBERS: ReadonlySet<number> = new Set([20, 21, 23]);
const asText = (text: string): string => text;

/** Numbers below 2^53 as numbers; everything else that Hufu stores is text. */
const TYPES: PostgresQuery["types"] = Object.freeze({
  getTypeParser: (type: number) => (WHOLE_NUMBERS.has(type) ? Number : asText),
});

import type { QueryResult } from "kysely";
import type { Patience, ServerConnection, UnitStatement } from "../pool/server-pool.ts";
import { createStatementNames } from "../statements/prepared/statement-names.ts";
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
    const { rows } = firstOf(
      await client.query(
        plain(
          "select current_setting('transaction_read_only') as only_reads, pg_backend_pid()::text as pid",
          ANSWER_MS,
        ),
      ),
    );
    const [row] = rows;
    // A standby would answer what was true some time ago.
    if (textIn(row, "only_reads") !== "off") {
      const [facts] = firstOf(await client.query(plain(READ_ONLY_FACTS, ANSWER_MS))).rows;
      throw whyItOnlyReads((name) => textIn(facts, name));
    }
    // A pooler makes up the number that it gives to its clients.
    const pid: unknown = Reflect.get(client, "processID");
    if (typeof pid === "number" && textIn(row, "pid") !== String(pid)) isPooled = true;
    if (limits !== undefined && !isPooled) await client.query(plain(settingsOf("", limits), ANSWER_MS));
    ready.add(client);
  }

  /** The server's default may be another: units lock what they depend on, and read what is committed by then. */
  const begin = (): string => {
    const words = "begin isolation level read committed";
    // One message, so that no pooler can send the settings elsewhere.
    return limits !== undefined && isPooled ? `${words};${settingsOf("local ", limits)}` : words;
  };

  return Object.freeze<PostgresConnections>({
    isPooled: () => isPooled,
    async borrow(patience) {
      const client = await pool.connect();
      if (!ready.has(client)) {
        await prepare(client).catch((error: unknown) => {
          client.release(true);
          throw error;
        });
      }
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

function settingsOf(scope: "" | "local ", { lockMs, statementMs, stalledMs }: PostgresLimits): string {
  return [
    `set ${scope}lock_timeout = ${lockMs}`,
    `set ${scope}statement_timeout = ${statementMs}`,
    `set ${scope}idle_in_transaction_session_timeout = ${stalledMs}`,
  ].join(";");
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

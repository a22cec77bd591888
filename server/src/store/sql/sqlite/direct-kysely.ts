import {
  type AbortableQueryOptions,
  type Compilable,
  type CompiledQuery,
  Kysely,
  type QueryResult,
  SqliteDialect,
  type SqliteStatement,
} from "kysely";
import type { HufuTables } from "../schema.ts";

/** A connection as far as statements need it. */
export interface StatementSource {
  /** Prepares a statement, or finds it prepared. */
  prepare(text: string): SqliteStatement;
  close(): void;
}

/**
 * Kysely on one SQLite connection. A statement that is compiled goes straight to the connection: Kysely's own way there
 * takes a lock and a dozen promises, around a call that is over before anything else can run.
 */
export class DirectKysely extends Kysely<HufuTables> {
  readonly #source: StatementSource;

  constructor(source: StatementSource) {
    super({ dialect: new SqliteDialect({ database: source }) });
    this.#source = source;
  }

  override async executeQuery<Row>(
    query: CompiledQuery<Row> | Compilable<Row>,
    options?: AbortableQueryOptions,
  ): Promise<QueryResult<Row>> {
    if (!("sql" in query) || options !== undefined) return super.executeQuery(query, options);
    const statement = this.#source.prepare(query.sql);
    if (statement.reader) return { rows: statement.all(query.parameters) as Row[] };
    const { changes } = statement.run(query.parameters);
    return { rows: [], numAffectedRows: BigInt(changes) };
  }
}

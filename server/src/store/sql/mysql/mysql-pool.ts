/** What Hufu stores; numbers travel as digits. */
export type MysqlValue = string | null;

/** A connection of `mysql2/promise`, as far as Hufu uses one. */
export interface MysqlConnection {
  /** The driver's own connection, which outlives this loan. */
  readonly connection: { on(event: "error", listener: () => void): unknown };
  query(sql: string): Promise<readonly [result: unknown, fields: unknown]>;
  /** A statement with values, which the server parses once per connection. */
  execute(sql: string, values: MysqlValue[]): Promise<readonly [result: unknown, fields: unknown]>;
  release(): void;
  destroy(): void;
}

/**
 * A pool of `mysql2/promise` (3.11 or newer), known by its structure. It belongs to the store that it is given to, which
 * ends it and sets what it needs on each connection. The driver's `FOUND_ROWS`, which is its default, must stay.
 */
export interface MysqlPool {
  getConnection(): Promise<MysqlConnection>;
  end(): Promise<void>;
  readonly pool?: {
    readonly config?: { readonly connectionLimit?: unknown; readonly connectionConfig?: { readonly ssl?: unknown } };
  };
}

/** Does this look like a pool of `mysql2/promise`? */
export function isMysqlPool(value: unknown): value is MysqlPool {
  if (typeof value !== "object" || value === null) return false;
  return ["getConnection", "end", "execute"].every(
    (name) => name in value && typeof Reflect.get(value, name) === "function",
  );
}

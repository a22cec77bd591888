/** What a statement answers. */
export interface PostgresResult {
  readonly command: string;
  readonly rowCount: number | null;
  readonly rows: readonly unknown[];
}

/** A statement as `pg` takes it. */
export interface PostgresQuery {
  /** Statements with a name are parsed by the server once per connection. */
  readonly name?: string | undefined;
  readonly text: string;
  readonly values: unknown[];
  readonly types: { readonly getTypeParser: (type: number) => (text: string) => unknown };
  /** Milliseconds after which the driver gives up waiting. */
  readonly query_timeout: number;
}

/** A connection of `pg`, as far as Hufu uses one. */
export interface PostgresClient {
  /** Several statements in one text have several results. */
  query(query: PostgresQuery): Promise<PostgresResult | readonly PostgresResult[]>;
  release(destroy?: boolean): void;
  on(event: "error" | "end" | "notification", listener: () => void): unknown;
}

/**
 * A `Pool` of `pg` (8.16 or newer), known by its structure. It belongs to the store that it is given to, which ends it.
 */
export interface PostgresPool {
  connect(): Promise<PostgresClient>;
  end(): Promise<void>;
  on(event: "error", listener: () => void): unknown;
  readonly options?: { readonly max?: unknown };
}

/** Does this look like a `Pool` of `pg`? */
export function isPostgresPool(value: unknown): value is PostgresPool {
  if (typeof value !== "object" || value === null) return false;
  return ["connect", "end", "on", "query"].every(
    (name) => name in value && typeof Reflect.get(value, name) === "function",
  );
}

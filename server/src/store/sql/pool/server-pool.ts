import type { QueryResult } from "kysely";

/** How long a statement may take: `soon` while a caller waits, `whenever` for migrations. */
export type Patience = "soon" | "whenever";

/** What a database server's failure means for the sender of the statement. */
export type Fault =
  /** The statement is wrong: our mistake. */
  | { readonly kind: "ours" }
  /** It would have broken a uniqueness: `table.index`, or as much of it as is known. */
  | { readonly kind: "repeats"; readonly where: string }
  /** It conflicted with another unit of work: the whole unit may be run again. */
  | { readonly kind: "race" }
  /** The server refused: nothing was done. */
  | { readonly kind: "refused" }
  /** The server only reads, as a standby does: nothing was done, and a client that connects anew may find another one. */
  | { readonly kind: "standby" }
  /** No answer: it may have been done, and the connection cannot be used any more. */
  | { readonly kind: "silent" };

/** The statements around a unit of work. */
export type UnitStatement = "begin" | "commit" | "rollback";

/** A connection that is borrowed from a pool. */
export interface ServerConnection {
  /** Rejects with the driver's own error. */
  run<Row>(text: string, values: readonly unknown[]): Promise<QueryResult<Row>>;
  /**
   * Begins or ends a unit of work, never by a prepared statement. Answers what the server says it carried out; `undefined`
   * where it does not say. Rejects with the driver's own error.
   */
  control(statement: UnitStatement): Promise<UnitStatement | undefined>;
  /** Gives it back, or throws it away. */
  release(isBroken: boolean): void;
}

/** Connections to a database server, through any driver. */
export interface ServerPool {
  /** Rejects with the driver's own error if none can be had within seconds. */
  borrow(patience: Patience): Promise<ServerConnection>;
  /**
   * Sends readings as one message on a connection that is given back afterwards, and answers the rows of each. `undefined` where
   * the server cannot do that or refuses one of them. Rejects with the driver's own error if the server says nothing.
   */
  readTogether?(texts: readonly string[]): Promise<readonly (readonly unknown[])[] | undefined>;
  faultOf(error: unknown): Fault;
  /** Refuses further borrowing; resolves when every connection is returned and closed. */
  end(): Promise<void>;
}

/** Most milliseconds that the server itself allows, so that a process that has stalled holds its locks no longer. */
export interface PostgresLimits {
  readonly lockMs: number;
  readonly statementMs: number;
  /** For a unit of work that waits for its process. */
  readonly stalledMs: number;
}

/**
 * A connection that fills a database in bulk, as a DBA would: nothing waits for the disk, foreign keys are not asked (what
 * is copied keeps to them), and every index is in place. One function is there while it is open:
 * `bench_word(seed, length)`, the first characters of the seed's SHA-256 in base64url.
 */
export interface Loader {
  run(statement: string): Promise<void>;
  rows<Row>(query: string): Promise<readonly Row[]>;
  /** What a DBA does after a load: statistics for the planner, nothing left to be cleaned up behind a measurement. */
  tidyUp(): Promise<void>;
  close(): Promise<void>;
}

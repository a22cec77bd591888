import { startPostgresServer } from "../server/src/store/sql/postgres-server.testing.ts";
import { withDurableServer } from "./durable-server.ts";

/** A PostgreSQL with `fsync` and `synchronous_commit` on, for as long as `work` takes. */
export function withPostgres<Result>(work: (url: string) => Promise<Result>): Promise<Result> {
  return withDurableServer(startPostgresServer, (port) => work(`postgres://postgres@127.0.0.1:${port}/postgres`));
}

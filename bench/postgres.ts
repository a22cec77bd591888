import { Client } from "pg";
import { startPostgresServer } from "../server/src/store/sql/postgres/postgres-server.fixture.ts";
import { withDurableServer } from "./durable-server.ts";

/** A PostgreSQL with `fsync` and `synchronous_commit` on, for as long as `work` takes. */
export function withPostgres<Result>(work: (url: string) => Promise<Result>): Promise<Result> {
  return withDurableServer(startPostgresServer, async (port) => {
    const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
    const client = new Client({ connectionString: url });
    await client.connect();
    // A million sign-ins at once would else be checkpointed again and again.
    await client.query("alter system set max_wal_size = '8GB'");
    await client.query("select pg_reload_conf()");
    await client.end();
    return work(url);
  });
}

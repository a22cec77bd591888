import { DatabaseSync } from "node:sqlite";
import { Client } from "pg";

/** A database that takes no write until it is let go. */
export interface HeldWrites {
  letGo(): Promise<void>;
}

/** Keeps every other writer of a fleet's database waiting; one that only reads goes on. */
export function holdWrites({ file, database }: { file: string | undefined; database: string }): Promise<HeldWrites> {
  return file === undefined ? holdServer(database) : holdFile(file);
}

async function holdFile(file: string): Promise<HeldWrites> {
  const holder = new DatabaseSync(file);
  // A node may be writing just now.
  holder.exec("pragma busy_timeout = 10000; begin immediate");
  return {
    async letGo(): Promise<void> {
      holder.exec("rollback");
      holder.close();
    },
  };
}

async function holdServer(url: string): Promise<HeldWrites> {
  const holder = new Client({ connectionString: url });
  await holder.connect();
  await holder.query("begin; lock table hufu_sessions in exclusive mode");
  return {
    async letGo(): Promise<void> {
      // A client that still waits has lost its node. The server finds that out when it answers, which is after the commit.
      await holder.query(
        "select pg_terminate_backend(pid) from pg_locks join pg_stat_activity using (pid) where not granted and datname = current_database()",
      );
      await holder.query("rollback");
      await holder.end();
    },
  };
}

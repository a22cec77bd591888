// The server of the tests never flushes, which a comparison of two programs on it bears. How cost grows with what is in
// the database does not: here a commit is on the disk when it is answered, as with SQLite beside it.
import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { Client } from "pg";
import { type ServerKind, startDatabaseServer } from "../server/src/store/sql/database-server.testing.ts";
import { useAllCores } from "./pinned-process.ts";
import { scratchFolder } from "./scratch-folder.ts";

/** Where Debian puts each version's programs. */
const INSTALLED = "/usr/lib/postgresql";

/** What differs from a server as it is installed. A million sign-ins at once would else be checkpointed again and again. */
const SETTINGS = { fsync: "on", synchronous_commit: "on", max_wal_size: "8GB", max_connections: "100" };

/** A PostgreSQL that flushes, on every core and on the working copy's disk, for as long as `work` takes. */
export async function withDurablePostgres<Result>(work: (url: string) => Promise<Result>): Promise<Result> {
  useAllCores();
  // It takes its folder from there, and a temporary one may be memory.
  process.env["TMPDIR"] = scratchFolder();
  const server = await startDatabaseServer(durablePostgres());
  try {
    return await work(`postgres://postgres@127.0.0.1:${server.port}/postgres`);
  } finally {
    await server.close();
  }
}

function durablePostgres(): ServerKind {
  const programs = join(INSTALLED, String(Math.max(...readdirSync(INSTALLED).map(Number))), "bin");
  return {
    name: "postgres",
    user: "postgres",
    initialise: (folder, as) => {
      const how = ["-D", join(folder, "data"), "-U", "postgres", "-A", "trust", "--locale=C", "--encoding=UTF8"];
      execFileSync(join(programs, "initdb"), how, { ...as, cwd: folder, stdio: "pipe" });
    },
    command: join(programs, "postgres"),
    arguments: (folder, port) => {
      // No socket in the folder: the path to a working copy may be longer than a socket's can be.
      const settings = { ...SETTINGS, listen_addresses: "127.0.0.1", unix_socket_directories: "" };
      const flags = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
      return ["-D", join(folder, "data"), "-p", String(port), ...flags];
    },
    ask: async (port) => {
      const client = new Client({ host: "127.0.0.1", port, user: "postgres" });
      client.on("error", () => undefined);
      try {
        await client.connect();
        await client.query("select 1");
      } finally {
        await client.end();
      }
    },
  };
}

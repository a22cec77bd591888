import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Client } from "pg";
import { type DatabaseServer, startDatabaseServer } from "../../server/src/store/sql/database-server.fixture.ts";

export interface PgbouncerOptions {
  /** The port of the PostgreSQL behind it. */
  readonly serverPort: number;
  /** Connections to the server, for each database. Default: 4. */
  readonly poolSize?: number;
  readonly mode?: "session" | "transaction" | "statement";
  /** Further lines of its `[pgbouncer]` section. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** Debian's PgBouncer in front of a PostgreSQL, with its own defaults but for what the options say. */
export function startPgbouncer(options: PgbouncerOptions): Promise<DatabaseServer> {
  const { serverPort, poolSize = 4, mode = "transaction", settings = {} } = options;
  return startDatabaseServer({
    name: "pgbouncer",
    user: "postgres",
    initialise: (folder) => {
      writeFileSync(join(folder, "users.txt"), '"postgres" ""\n', { mode: 0o644 });
    },
    command: "/usr/sbin/pgbouncer",
    arguments: (folder, port) => {
      const lines = {
        listen_addr: "127.0.0.1",
        listen_port: String(port),
        unix_socket_dir: "",
        auth_type: "any",
        auth_file: join(folder, "users.txt"),
        pool_mode: mode,
        default_pool_size: String(poolSize),
        max_client_conn: "1000",
        ...settings,
      };
      const text = Object.entries(lines).map(([name, value]) => `${name} = ${value}`);
      const server = `* = host=127.0.0.1 port=${serverPort} user=postgres`;
      writeFileSync(join(folder, "pgbouncer.ini"), ["[databases]", server, "[pgbouncer]", ...text, ""].join("\n"), {
        mode: 0o644,
      });
      return [join(folder, "pgbouncer.ini")];
    },
    ask: async (port) => {
      const client = new Client({ host: "127.0.0.1", port, user: "postgres", database: "postgres" });
      client.on("error", () => undefined);
      try {
        await client.connect();
        await client.query("select 1");
      } finally {
        await client.end();
      }
    },
  });
}

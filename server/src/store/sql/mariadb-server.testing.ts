import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { createConnection } from "mysql2/promise";
import { type DatabaseServer, type ServerKind, startDatabaseServer } from "./database-server.testing.ts";

/** A MariaDB whose user `root` needs no password. */
export function startMariadbServer(): Promise<DatabaseServer> {
  return startDatabaseServer(MARIADB);
}

const MARIADB: ServerKind = {
  name: "mariadb",
  user: "mysql",
  initialise: (folder, as) => {
    const how = ["--no-defaults", `--datadir=${join(folder, "data")}`, "--auth-root-authentication-method=normal"];
    execFileSync("mariadb-install-db", [...how, "--skip-test-db"], { ...as, cwd: folder, stdio: "pipe" });
  },
  command: "/usr/sbin/mariadbd",
  arguments: (folder, port) => [
    "--no-defaults",
    `--datadir=${join(folder, "data")}`,
    `--socket=${join(folder, "socket")}`,
    `--pid-file=${join(folder, "pid")}`,
    "--bind-address=127.0.0.1",
    `--port=${port}`,
    "--skip-name-resolve",
    "--max-connections=300",
    // Tests kill processes, not machines: what the operating system was given survives that.
    "--innodb-flush-log-at-trx-commit=2",
    "--skip-innodb-doublewrite",
    // A zone with summer time, which nobody here must notice.
    "--default-time-zone=+08:00",
  ],
  ask: async (port) => {
    const connection = await createConnection({ host: "127.0.0.1", port, user: "root", connectTimeout: 1000 });
    try {
      await connection.query("select 1");
    } finally {
      connection.destroy();
    }
  },
};

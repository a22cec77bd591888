import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { createConnection } from "mysql2/promise";
import { withDurableServer } from "./durable-server.ts";

/** A durable MariaDB: `innodb_flush_log_at_trx_commit` is 1 and pages are written twice, its own defaults. */
export function withMariadb<Result>(work: (url: string) => Promise<Result>): Promise<Result> {
  return withDurableServer(
    {
      name: "mariadb",
      user: "mysql",
      initialise: (folder, as) => {
        const how = [...own(folder), "--auth-root-authentication-method=normal", "--skip-test-db"];
        execFileSync("mariadb-install-db", how, { ...as, cwd: folder, stdio: "pipe" });
      },
      command: "/usr/sbin/mariadbd",
      arguments: (folder, port) => [
        ...[...own(folder), "--socket=socket", "--pid-file=pid"],
        ...["--bind-address=127.0.0.1", `--port=${port}`, "--skip-name-resolve"],
      ],
      ask: (port) => query(port, "select 1"),
    },
    async (port) => {
      await query(port, "create database hufu");
      return work(`mysql://root@127.0.0.1:${port}/hufu`);
    },
  );
}

function own(folder: string): readonly string[] {
  return ["--no-defaults", `--datadir=${join(folder, "data")}`, `--tmpdir=${folder}`];
}

async function query(port: number, statement: string): Promise<void> {
  const connection = await createConnection({ host: "127.0.0.1", port, user: "root", connectTimeout: 1000 });
  try {
    await connection.query(statement);
  } finally {
    connection.destroy();
  }
}

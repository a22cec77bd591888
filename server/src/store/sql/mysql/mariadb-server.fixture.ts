import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { createConnection } from "mysql2/promise";
import {
  type DatabaseServer,
  type DurabilityChoice,
  type ServerKind,
  startDatabaseServer,
} from "../database-server.fixture.ts";

/** Where Debian puts it. */
const SERVER = "/usr/sbin/mariadbd";

export interface MariadbServerOptions extends DurabilityChoice {
  /** Further flags of the server, such as `--wsrep-on=ON`; asked for at each start. */
  readonly flags?: (folder: string) => readonly string[];
}

/** A MariaDB whose user `root` needs no password. */
export async function startMariadbServer(options: MariadbServerOptions = {}): Promise<DatabaseServer> {
  const { durable = false, flags = () => [] } = options;
  if (!existsSync(SERVER)) throw new Error(`MariaDB is missing (${SERVER}): node tools/install-system-packages.ts`);
  return startDatabaseServer({
    ...MARIADB,
    arguments: (folder, port) => [...MARIADB.arguments(folder, port), ...(durable ? [] : FORGETFUL), ...flags(folder)],
  });
}

/** A flush a second instead of one at every commit, and pages written once instead of twice. */
const FORGETFUL = ["--innodb-flush-log-at-trx-commit=2", "--skip-innodb-doublewrite"];

const MARIADB: ServerKind = {
  name: "mariadb",
  user: "mysql",
  initialise: (folder, as) => {
    const how = [...ownFolders(folder), "--auth-root-authentication-method=normal", "--skip-test-db"];
    execFileSync("mariadb-install-db", how, { ...as, cwd: folder, stdio: "pipe" });
  },
  command: SERVER,
  arguments: (folder, port) => [
    ...ownFolders(folder),
    // From its data folder: a long path would be too long for a socket.
    "--socket=socket",
    "--pid-file=pid",
    "--bind-address=127.0.0.1",
    `--port=${port}`,
    "--skip-name-resolve",
    "--max-connections=300",
    // Another time zone, which must change nothing.
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

function ownFolders(folder: string): readonly string[] {
  return ["--no-defaults", `--datadir=${join(folder, "data")}`, `--tmpdir=${folder}`];
}

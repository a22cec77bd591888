import { execFileSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { Client } from "pg";
import {
  type DatabaseServer,
  type DurabilityChoice,
  type ServerKind,
  startDatabaseServer,
} from "../database-server.fixture.ts";

/** Where Debian puts each version's programs. */
const INSTALLED = "/usr/lib/postgresql";

/** Text sorts by language unless a column says otherwise, as it does on most servers. */
const LINGUISTIC = ["--locale-provider=icu", "--icu-locale=en-US"];

export interface PostgresServerOptions extends DurabilityChoice {
  /** The folder of `initdb` and `postgres`. Default: of the newest version that Debian installed. */
  readonly programs?: string;
  /** Further settings of the server, such as `ssl`. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** A PostgreSQL whose superuser is `postgres`, without a password, with an empty database `postgres`. */
export async function startPostgresServer(options: PostgresServerOptions = {}): Promise<DatabaseServer> {
  const { durable = false, programs = newestPrograms() } = options;
  const kind: ServerKind = {
    name: "postgres",
    user: "postgres",
    initialise: (folder, as) => {
      const how = [
        "-D",
        join(folder, "data"),
        "-U",
        "postgres",
        "-A",
        "trust",
        "--no-sync",
        "--locale=C",
        ...LINGUISTIC,
      ];
      execFileSync(join(programs, "initdb"), [...how, "--encoding=UTF8"], { ...as, cwd: folder, stdio: "pipe" });
    },
    command: join(programs, "postgres"),
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
    arguments: (folder, port) => {
      const settings = {
        listen_addresses: "127.0.0.1",
        // None: a long path would be too long for a socket.
        unix_socket_directories: "",
        max_connections: "300",
        fsync: durable ? "on" : "off",
        ...options.settings,
      };
      const flags = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
      return ["-D", join(folder, "data"), "-p", String(port), ...flags];
    },
  };
  return startDatabaseServer(kind);
}

/** The folder of the programs of the newest version that Debian installed. */
export function newestPrograms(): string {
  const versions = existsSync(INSTALLED) ? readdirSync(INSTALLED).map(Number).filter(Number.isInteger) : [];
  if (versions.length === 0) throw new Error("PostgreSQL is missing: node tools/install-system-packages.ts");
  return join(INSTALLED, String(Math.max(...versions)), "bin");
}

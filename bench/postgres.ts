import { startPostgresServer } from "../server/src/store/sql/postgres-server.testing.ts";
import { useAllCores } from "./pinned-process.ts";
import { scratchFolder } from "./scratch-folder.ts";

/** A durable PostgreSQL on every core and on the working copy's disk, for as long as `work` takes. */
export async function withPostgres<Result>(work: (url: string) => Promise<Result>): Promise<Result> {
  useAllCores();
  // It takes its folder from there, and a temporary one may be memory.
  process.env["TMPDIR"] = scratchFolder();
  const server = await startPostgresServer();
  try {
    return await work(`postgres://postgres@127.0.0.1:${server.port}/postgres`);
  } finally {
    await server.close();
  }
}

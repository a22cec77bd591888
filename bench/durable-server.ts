import { type ServerKind, startDatabaseServer } from "../server/src/store/sql/database-server.testing.ts";
import { useAllCores } from "./pinned-process.ts";
import { scratchFolder } from "./scratch-folder.ts";

/**
 * A database server on every core and on the working copy's disk, for as long as `work` takes. Its kind is one of this
 * folder: those of the tests give up durability to be fast, and nothing is compared across durabilities here.
 */
export async function withDurableServer<Result>(
  kind: ServerKind,
  work: (port: number) => Promise<Result>,
): Promise<Result> {
  useAllCores();
  // It takes its folder from there, and a temporary one may be memory.
  process.env["TMPDIR"] = scratchFolder();
  const server = await startDatabaseServer(kind);
  try {
    return await work(server.port);
  } finally {
    await server.close();
  }
}

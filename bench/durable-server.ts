import type { DatabaseServer, DurabilityChoice } from "../server/src/store/sql/database-server.fixture.ts";
import { useAllCores } from "./pinned-process.ts";
import { scratchFolder } from "./scratch-folder.ts";

/** A durable database server on every core and on the working copy's disk, for as long as `work` takes. */
export async function withDurableServer<Result>(
  start: (choice: DurabilityChoice) => Promise<DatabaseServer>,
  work: (port: number) => Promise<Result>,
): Promise<Result> {
  useAllCores();
  // It takes its folder from there, and a temporary one may be memory.
  process.env["TMPDIR"] = scratchFolder();
  const server = await start({ durable: true });
  try {
    return await work(server.port);
  } finally {
    await server.close();
  }
}

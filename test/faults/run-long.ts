// `npm run test:faults`: the long form of the fault tests, on SQLite and then on PostgreSQL.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { globSync } from "node:fs";
import { join } from "node:path";
import { startPostgresServer } from "../../server/src/store/sql/postgres-server.testing.ts";

const files = globSync("*.test.ts", { cwd: import.meta.dirname })
  .map((name) => join(import.meta.dirname, name))
  .sort();

/** Not a call that waits: somebody must read what the database server says, or its processes wait when the pipe is full. */
async function run(name: string, env: NodeJS.ProcessEnv): Promise<boolean> {
  console.log(`\n== on ${name}`);
  const flags = ["--conditions=@hufu/source", "--test", "--test-concurrency=1", "--test-timeout=600000"];
  const tests = spawn(process.execPath, [...flags, ...files], {
    stdio: "inherit",
    env: { ...process.env, HUFU_FAULTS: "long", ...env },
  });
  const [code]: unknown[] = await once(tests, "exit");
  return code === 0;
}

const onSqlite = await run("SQLite", {});
const postgres = await startPostgresServer();
const onPostgres = await run("PostgreSQL", {
  HUFU_FAULTS_DATABASE: `postgres://postgres@127.0.0.1:${postgres.port}/postgres`,
});
await postgres.close();
process.exitCode = onSqlite && onPostgres ? 0 : 1;

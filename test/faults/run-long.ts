// `npm run test:faults`: the long form of the fault tests, on SQLite and then on PostgreSQL.
import { spawnSync } from "node:child_process";
import { globSync } from "node:fs";
import { join } from "node:path";
import { startPostgresServer } from "../../server/src/store/sql/postgres/postgres-server.fixture.ts";

const files = globSync("*.test.ts", { cwd: import.meta.dirname })
  .map((name) => join(import.meta.dirname, name))
  .sort();

function run(name: string, env: NodeJS.ProcessEnv, what: readonly string[] = files): boolean {
  console.log(`\n== on ${name}`);
  const flags = ["--conditions=@hufu/source", "--test", "--test-concurrency=1", "--test-timeout=600000"];
  const { status } = spawnSync(process.execPath, [...flags, ...what], {
    stdio: "inherit",
    env: { ...process.env, HUFU_FAULTS: "long", ...env },
  });
  return status === 0;
}

/** Clusters and other versions of the servers, which are too heavy for every `npm test`. */
const clusters = globSync("*.long.ts", { cwd: import.meta.dirname })
  .map((name) => join(import.meta.dirname, name))
  .sort();

const onSqlite = run("SQLite", {});
const postgres = await startPostgresServer();
const onPostgres = run("PostgreSQL", {
  HUFU_FAULTS_DATABASE: `postgres://postgres@127.0.0.1:${postgres.port}/postgres`,
});
await postgres.close();
const onClusters = run("clusters", {}, clusters);
process.exitCode = onSqlite && onPostgres && onClusters ? 0 : 1;

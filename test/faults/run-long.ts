// `npm run test:faults`: the long form of the fault tests, on SQLite and on PostgreSQL, and then the clusters. With words,
// such as `galera patroni`, only the files that have one of them in their name.
import { spawnSync } from "node:child_process";
import { globSync } from "node:fs";
import { join } from "node:path";
import { startPostgresServer } from "../../server/src/store/sql/postgres/postgres-server.fixture.ts";
import { findUnavailable } from "../../tools/find-unavailable.ts";
import { ROOT } from "../../tools/run-command.ts";
import { readTestGraph, selectTests } from "../../tools/test-selection.ts";

const FOLDER = "test/faults";
const words = process.argv.slice(2);
const unavailable = findUnavailable(process.env["DIALECTS"]);
const graph = readTestGraph();
const skipped: string[] = [];

/** Files of a pattern that this machine can run. */
function chosen(pattern: string): readonly string[] {
  const names = globSync(pattern, { cwd: join(ROOT, FOLDER) }).sort();
  const asked = names.filter((name) => words.length === 0 || words.some((word) => name.includes(word)));
  const { files, leftOut } = selectTests(
    graph,
    asked.map((name) => `${FOLDER}/${name}`),
    unavailable,
  );
  skipped.push(...leftOut.flatMap((one) => one.files.map((file) => `${file}: ${one.why}`)));
  return files;
}

function run(name: string, files: readonly string[], env: NodeJS.ProcessEnv = {}): boolean {
  if (files.length === 0) return true;
  console.log(`\n== on ${name}`);
  const flags = ["--conditions=@hufu/source", "--test", "--test-concurrency=1", "--test-timeout=1200000"];
  const { status } = spawnSync(process.execPath, [...flags, ...files], {
    cwd: ROOT,
    stdio: "inherit",
    env: { ...process.env, HUFU_FAULTS: "long", ...env },
  });
  return status === 0;
}

async function runOnPostgres(files: readonly string[]): Promise<boolean> {
  const why = unavailable.get("PostgreSQL");
  if (why !== undefined) skipped.push(`all of it on PostgreSQL: ${why}`);
  if (why !== undefined || files.length === 0) return true;
  const server = await startPostgresServer();
  try {
    const url = `postgres://postgres@127.0.0.1:${server.port}/postgres`;
    return run("PostgreSQL", files, { HUFU_FAULTS_DATABASE: url });
  } finally {
    await server.close();
  }
}

const files = chosen("*.test.ts");
/** Clusters and other versions of the servers, which are too heavy for every `npm test`. */
const clusters = chosen("*.long.ts");
const held = [run("SQLite", files), await runOnPostgres(files), run("clusters", clusters)];
for (const line of skipped) console.log(`⚠ skipped: ${line}`);
process.exitCode = held.includes(false) || (process.env["CI"] === "true" && skipped.length > 0) ? 1 : 0;

// `npm run bench:growth`: what operations cost as the number of sessions grows, as the chart and the table of docs/growth.md.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { machineText } from "../machine.ts";
import { withPostgres } from "../postgres.ts";
import { gatherScratch, scratchFolder } from "../scratch-folder.ts";
import { openGrown } from "./grown-store.ts";
import { growthChart } from "./growth-chart.ts";
import { CHINESE, ENGLISH, growthTable, type Measured, type Words, withGenerated } from "./growth-page.ts";
import { measureGrowth } from "./measure-growth.ts";
import { type GrownStore, OPERATIONS } from "./operations.ts";

const HELP = `npm run bench:growth -- [options]
  Fills SQLite and PostgreSQL with 1,000 to 1,000,000 sessions, measures a refresh, a sign-in, the list of a user's
  sessions and the purge on each, and writes docs/growth.svg and the tables of docs/growth.md and docs/growth.zh-CN.md.
  --quick        up to 100,000 and fewer rounds: good for a look; writes nothing but the table to standard output
`;

const { values } = parseArgs({
  options: { quick: { type: "boolean", default: false }, help: { type: "boolean", default: false } },
});
if (values.help) {
  process.stdout.write(HELP);
  process.exit(0);
}

const DOCS = join(import.meta.dirname, "../../docs");
const SIZES = values.quick ? [1000, 10_000, 100_000] : [1000, 10_000, 100_000, 1_000_000];
const ROUNDS = values.quick ? 7 : 25;

const startedAt = performance.now();
function say(text: string): void {
  process.stderr.write(`${((performance.now() - startedAt) / 1000).toFixed(0).padStart(4)} s  ${text}\n`);
}

gatherScratch();
const measured: Measured[] = [
  await measureOn("SQLite", (work) => work(SIZES.map(() => `sqlite:${join(scratchFolder(), "hufu.db")}`))),
  await measureOn("PostgreSQL", (work) => withServers(SIZES.length, work)),
];
const table = growthTable(measured, ENGLISH);
process.stdout.write(`${table}\n`);
if (!values.quick) {
  writeDocs();
  say("docs/growth.svg, docs/growth.md and docs/growth.zh-CN.md are written");
}
process.exit(0);

type WithDatabases = (work: (urls: readonly string[]) => Promise<Measured>) => Promise<Measured>;

async function measureOn(database: string, withDatabases: WithDatabases): Promise<Measured> {
  return withDatabases(async (urls) => {
    const stores: GrownStore[] = [];
    try {
      for (const [at, url] of urls.entries()) {
        const size = SIZES[at] ?? 0;
        say(`${database}: making ${size.toLocaleString("en")} sessions`);
        stores.push(await openGrown(url, size, progressOf(size)));
      }
      const costs = await measureGrowth(stores, ROUNDS, (operation) => say(`${database}: ${operation}`));
      return { database, costs };
    } finally {
      for (const { store } of stores) await store.close();
    }
  });
}

/** Ten times for a size, and not for what is there in no time. */
function progressOf(size: number): (there: number) => void {
  let said = 0;
  return (there) => {
    if (size < 100_000 || there - said < size / 10) return;
    said = there;
    say(`  ${there.toLocaleString("en")} are there`);
  };
}

/** A server for each size, so that none has another's pages in its memory. */
function withServers<Result>(
  count: number,
  work: (urls: readonly string[]) => Promise<Result>,
  urls: readonly string[] = [],
): Promise<Result> {
  if (urls.length === count) return work(urls);
  return withPostgres((url) => withServers(count, work, [...urls, url]));
}

function writeDocs(): void {
  const setting = `${new Date().toISOString().slice(0, 10)}, ${machineText()}; Node ${process.versions.node}, SQLite ${process.versions["sqlite"] ?? "?"}`;
  const panels = measured.map(({ database, costs }) => ({
    name: database,
    lines: OPERATIONS.map((operation) => ({
      name: ENGLISH.operations[operation],
      points: costs.filter((cost) => cost.operation === operation),
    })),
  }));
  const caption = [
    `Measured ${setting}.`,
    "At the store's port, 32 under way at once, every commit flushed.",
    "A purge looks at 100 sessions in a batch, of which a tenth are over.",
  ];
  writeFileSync(
    join(DOCS, "growth.svg"),
    growthChart({ title: "What one operation costs as sessions grow", panels, caption }),
  );
  writePage("growth.md", ENGLISH, `Measured ${setting}.`);
  writePage("growth.zh-CN.md", CHINESE, `测量：${setting}。`);
}

function writePage(name: string, words: Words, setting: string): void {
  const file = join(DOCS, name);
  const generated = `${growthTable(measured, words)}\n\n${setting}`;
  writeFileSync(file, withGenerated(readFileSync(file, "utf8"), generated));
}

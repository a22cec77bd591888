// `npm run bench`: Hufu beside its peers and beside what the machine can do at most. A slow machine fails nothing; only a
// measurement that could not be made does.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { BUDGETS, type Budget } from "./budgets.ts";
import type { Finding } from "./figure.ts";
import { isFigure } from "./figure.ts";
import { machineText } from "./machine.ts";
import { arePeersInstalled, installPeers, pinnedPeers } from "./peers.ts";
import { canPin, nextMessage, startPinned, stop } from "./pinned-process.ts";
import { boundText, markdownReport, type Row, rowOf } from "./report.ts";
import { gatherScratch } from "./scratch-folder.ts";
import { threeFigures } from "./three-figures.ts";

const HELP = `npm run bench -- [options]
  --only NAMES   some rows, such as B1 or B1,B7 or proof,import
  --quick        shorter rounds and fewer: good for a look, not for a table
  --json FILE    the rows as JSON
`;

type Message = { readonly progress: string } | { readonly findings: readonly Finding[] };

const { values } = parseArgs({
  options: {
    only: { type: "string" },
    quick: { type: "boolean", default: false },
    json: { type: "string" },
    help: { type: "boolean", default: false },
  },
});
if (values.help) {
  process.stdout.write(HELP);
  process.exit(0);
}
const only = values.only?.split(",").map((name) => name.trim().toLowerCase());
const unknown = only?.filter((name) => !BUDGETS.some((budget) => budget.name.toLowerCase() === name)) ?? [];
if (unknown.length > 0) throw new TypeError(`there is no budget ${unknown.join(", ")}`);

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

async function measured(budget: Budget): Promise<readonly Finding[]> {
  if (budget.measure === undefined) return [];
  say(`▶ ${budget.name} ${budget.what}`);
  const script = join(import.meta.dirname, "measure-one.ts");
  const effort = values.quick ? "quick" : "full";
  const child = startPinned(budget.core ?? "measured", ["--conditions=@hufu/source", script, budget.name, effort]);
  try {
    for (;;) {
      const message = (await nextMessage(child)) as Message;
      if ("findings" in message) return message.findings;
      say(`  … ${message.progress}`);
    }
  } finally {
    await stop(child);
  }
}

function markOf(isHeld: boolean | null | undefined): string {
  if (isHeld === true) return "✔";
  return isHeld === false ? "✖" : "·";
}

let broken = 0;
async function rowFor(budget: Budget): Promise<Row> {
  try {
    const startedAt = performance.now();
    const row = rowOf(budget, await measured(budget));
    for (const found of row.cases) {
      if (!isFigure(found)) continue;
      const mark = markOf(found.holds);
      const ours = `${threeFigures(found.ours)} ${found.unit} beside ${threeFigures(found.peer)} (${found.peerName})`;
      say(`  ${mark} ${found.of}: ${found.ratio.toFixed(2)} (${boundText(found)}); ${ours}`);
      if (found.note !== undefined) say(`    ${found.note}`);
    }
    if (row.cases.length > 0) say(`  ${((performance.now() - startedAt) / 1000).toFixed(0)} s`);
    return row;
  } catch (error) {
    broken += 1;
    const why = `the measurement broke: ${error instanceof Error ? error.message : String(error)}`;
    say(`  ! ${why}`);
    return rowOf({ ...budget, why }, []);
  }
}

if (!arePeersInstalled()) {
  say(`▶ installing the peers in bench/: ${Object.keys(pinnedPeers()).join(", ")}`);
  await installPeers();
}
if (!canPin) say("! without taskset and two cores, server and load share a core: read no figure over HTTP");

gatherScratch();
const rows: Row[] = [];
for (const budget of BUDGETS) {
  if (only === undefined || only.includes(budget.name.toLowerCase())) rows.push(await rowFor(budget));
}
const report = markdownReport(rows, {
  date: new Date().toISOString().slice(0, 10),
  machine: machineText(),
  versions: [
    `Node ${process.versions.node}`,
    `SQLite ${process.versions["sqlite"] ?? "?"}`,
    ...Object.entries(pinnedPeers()).map(([name, version]) => `${name} ${version}`),
  ].join(", "),
  settings: `${values.quick ? "quick rounds" : "full rounds"}, ${canPin ? "server and load on a core each" : "nothing pinned"}`,
});
process.stdout.write(`\n${report}`);
if (values.json !== undefined) {
  writeFileSync(values.json, `${JSON.stringify(rows, null, 2)}\n`);
  say(`rows written to ${values.json}`);
}
process.exitCode = broken === 0 ? 0 : 1;

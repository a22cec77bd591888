// `npm run check:costs`: what the warm guard, the cold guard, a proof and the refresh decision allocate, held against what
// bench/costs/recorded.json says. A step of a fifth fails; `-- --update` records what is measured now, with a reason in the commit.
// Bytes and not milliseconds, because those would be the machine's.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ROOT, runCommand } from "./run-command.ts";

const MEASURE = join(ROOT, "bench", "costs", "measure.ts");
const RECORD = join(ROOT, "bench", "costs", "recorded.json");
const FLAGS = ["--no-opt", "--expose-gc", "--min-semi-space-size=256", "--max-semi-space-size=256"];
const RUNS = 3;
const STEP = 1.2;

type Costs = Readonly<Record<string, number>>;

/** What has grown too much, is no longer measured, or is measured for the first time. */
export function findSteps(recorded: Costs, measured: Costs): string[] {
  const names = [...new Set([...Object.keys(recorded), ...Object.keys(measured)])];
  return names.flatMap((name) => {
    const [before, now] = [recorded[name], measured[name]];
    if (before === undefined || now === undefined) return [`${name}: recorded ${before}, measured ${now}`];
    const text = `${name}: ${now} bytes, recorded ${before}`;
    if (now > before * STEP) return [`${text}: a step of more than a fifth`];
    // Or a later step back up would go unseen.
    return now * STEP < before ? [`${text}: much better; record it`] : [];
  });
}

function measure(): Costs {
  const runs = Array.from({ length: RUNS }, (): Costs => {
    return JSON.parse(runCommand(process.execPath, [...FLAGS, "--conditions=@hufu/source", MEASURE]));
  });
  const names = Object.keys(runs[0] ?? {});
  return Object.fromEntries(
    names.map((name) => [name, runs.map((run) => run[name] ?? 0).toSorted((a, b) => a - b)[Math.floor(RUNS / 2)] ?? 0]),
  );
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { update: { type: "boolean", default: false } } });
  const measured = measure();
  for (const [name, bytes] of Object.entries(measured)) console.log(`${name}: ${bytes} bytes`);
  if (values.update) {
    writeFileSync(RECORD, `${JSON.stringify(measured, null, 2)}\n`);
  } else {
    const steps = findSteps(JSON.parse(readFileSync(RECORD, "utf8")), measured);
    if (steps.length > 0)
      throw new Error(`${steps.join("\n")}\nnpm run check:costs -- --update records it, with a reason`);
  }
}

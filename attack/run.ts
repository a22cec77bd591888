// Runs every attack against Hufu, against the back end that trusts an openid, and against two tokens as tutorials write
// them. Prints three columns. Exit code 1 if Hufu lets one attack through or answers another refusal than the named one.
//   npm run attack                    everything
//   npm run attack -- --only forgery  the attacks whose name contains a text
//   npm run attack -- --write         writes docs/reference/attacks.md
//   npm run attack -- --check         and fails if that page is out of date
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { attackPage } from "./lab/attack-page.ts";
import { loadAttacks } from "./lab/load-attacks.ts";
import { type Result, runAttack } from "./lab/run-attacks.ts";
import { startHufu } from "./targets/hufu.ts";
import { startNaiveOpenid } from "./targets/naive-openid.ts";
import { startTwoTokens } from "./targets/two-tokens.ts";

const PAGE = join(import.meta.dirname, "../docs/reference/attacks.md");
const SIGNS = { refused: "refused", "let through": "LET THROUGH", "does not apply": "-" } as const;
const STARTS = [startHufu, startNaiveOpenid, startTwoTokens] as const;

const { values } = parseArgs({
  options: { only: { type: "string" }, write: { type: "boolean" }, check: { type: "boolean" } },
});
const attacks = await loadAttacks(values.only);
if (attacks.length === 0) throw new TypeError(`no attack has ${values.only} in its name`);

const rows: { readonly name: string; readonly title: string; readonly results: readonly Result[] }[] = [];
let failed = 0;
console.log(`${"attack".padEnd(64)} ${"Hufu".padEnd(12)} ${"openid".padEnd(12)} two tokens`);
for (const { name, attack } of attacks) {
  const results: Result[] = [];
  for (const start of STARTS) {
    // A target of its own, so that no attack finds what another one left.
    const target = await start();
    try {
      results.push(await runAttack(attack, target));
    } finally {
      await target.stop();
    }
  }
  rows.push({ name, title: attack.title, results });
  const [ours] = results;
  console.log(`${name.padEnd(64)} ${results.map(({ outcome }) => SIGNS[outcome].padEnd(12)).join(" ")}`);
  if (ours === undefined || ours.outcome === "let through" || !ours.asNamed) {
    failed += 1;
    console.log(`  expected ${attack.refusal}; seen: ${ours?.detail}`);
  }
}

const count = (index: number, outcome: Result["outcome"]): number =>
  rows.filter(({ results }) => results[index]?.outcome === outcome).length;
console.log(
  `\n${rows.length} attacks. Let through: Hufu ${count(0, "let through")}, openid ${count(1, "let through")}, ` +
    `two tokens ${count(2, "let through")}. "-": the back end has nothing of the kind.`,
);
if (values.write === true) writeFileSync(PAGE, attackPage(rows));
const stale = values.check === true && (!existsSync(PAGE) || readFileSync(PAGE, "utf8") !== attackPage(rows));
if (stale) console.log("docs/reference/attacks.md is out of date: run npm run attack -- --write");
console.log(`${rows.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 && !stale ? 0 : 1;

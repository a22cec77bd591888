import type { Outcome, Result } from "./run-attacks.ts";

export interface AttackRow {
  readonly name: string;
  readonly title: string;
  readonly results: readonly Result[];
}

const CELLS: Readonly<Record<Outcome, string>> = {
  refused: "refused",
  "let through": "**let through**",
  "does not apply": "–",
};

/** What must work is told the other way round. */
const HONEST_CELLS: Readonly<Record<Outcome, string>> = {
  refused: "works",
  "let through": "**fails**",
  "does not apply": "–",
};

/** The page that answers "why not just the openid", as Markdown. */
export function attackPage(rows: readonly AttackRow[]): string {
  const groups = [...new Set(rows.map(({ name }) => name.slice(0, name.indexOf("/"))))];
  const sections = groups.map((group) => {
    const lines = rows
      .filter(({ name }) => name.startsWith(`${group}/`))
      .map(({ name, title, results }) => {
        const cells = results.map(({ outcome }) => (group === "honest" ? HONEST_CELLS : CELLS)[outcome]).join(" | ");
        return `| [${title}](../../attack/attacks/${name}.ts) | ${cells} |`;
      });
    return `## ${group[0]?.toUpperCase()}${group.slice(1)}\n\n| attack | Hufu | openid | two tokens |\n|---|---|---|---|\n${lines.join("\n")}\n`;
  });
  return `# Attacks

Written by \`npm run attack -- --write\`; do not edit. Each row is one file that is run over HTTP against three back ends:
Hufu, [a back end that trusts an openid](../../examples/naive-openid), and
[two tokens as tutorials write them](../../examples/two-tokens). "–": that back end has nothing of the kind to attack.
A row is refused only if every request of the attack got an error; Hufu must also give the reason that the file names. The rows under
"Honest" must work.

${sections.join("\n")}`;
}

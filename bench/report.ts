import type { Budget } from "./budgets.ts";
import { type Figure, type Finding, holds, isFigure, margin } from "./figure.ts";
import { threeFigures } from "./three-figures.ts";

/** One budget as `--json` writes it: the figures of its tightest case, and all cases below. */
export interface Row {
  readonly name: string;
  readonly what: string;
  /** Ours ÷ peer. */
  readonly ratio: number | null;
  readonly unit: string | null;
  /** As the design words it. */
  readonly budget: string;
  /** Do all the cases that were measured and have a bound? `null` = there is none. */
  readonly holds: boolean | null;
  readonly ours: number | null;
  readonly peer: number | null;
  readonly peerName: string | null;
  readonly limit: number | null;
  /** Why something, or everything, was not measured. */
  readonly why?: string | undefined;
  readonly cases: readonly (Finding & { readonly holds?: boolean | null })[];
}

/** Makes the row of a budget from what was found; no findings = not measured. */
export function rowOf({ name, what, budget, why }: Omit<Budget, "measure">, findings: readonly Finding[]): Row {
  const figures = findings.filter(isFigure).filter(({ bound }) => bound !== null);
  const tightest = figures.toSorted((a, b) => margin(a) - margin(b))[0];
  const missing = findings.flatMap((one) => (isFigure(one) ? [] : [`${one.of}: ${one.why}`]));
  const reasons = [...(why === undefined ? [] : [why]), ...missing];
  return {
    name,
    what,
    ratio: tightest?.ratio ?? null,
    unit: tightest?.unit ?? null,
    budget,
    holds: tightest === undefined ? null : figures.every((one) => holds(one) === true),
    ours: tightest?.ours ?? null,
    peer: tightest?.peer ?? null,
    peerName: tightest?.peerName ?? null,
    limit: tightest?.limit ?? null,
    why: reasons.length === 0 ? undefined : reasons.join("; "),
    cases: findings.map((finding) => (isFigure(finding) ? { ...finding, holds: holds(finding) } : finding)),
  };
}

/** Where and when figures were measured. */
export interface Setting {
  readonly date: string;
  readonly machine: string;
  readonly versions: string;
  readonly settings: string;
}

/** The rows as a Markdown table, one line for each case. */
export function markdownReport(rows: readonly Row[], { date, machine, versions, settings }: Setting): string {
  const head = ["", "what", "ours", "beside", "ratio", "budget", "", "raw limit"];
  const lines = rows.flatMap((row) => linesOf(row));
  return [
    tableLine(head),
    tableLine(head.map(() => "---")),
    ...lines.map(tableLine),
    "",
    `Measured ${date} on ${machine}; ${versions}; ${settings}.`,
    "",
  ].join("\n");
}

function linesOf(row: Row): string[][] {
  if (row.cases.length === 0) return [[row.name, row.what, "–", "–", "–", row.budget, "–", row.why ?? ""]];
  return row.cases.map((found) => {
    const what = `${row.what}: ${found.of}`;
    if (!isFigure(found)) return [row.name, what, "–", "–", "–", row.budget, "–", found.why];
    return [
      row.name,
      what,
      `${threeFigures(found.ours)} ${found.unit}`,
      `${threeFigures(found.peer)} ${found.peerName}`,
      `${ratioText(found.ratio)} ± ${Math.round(found.spread * 100)} %`,
      boundText(found),
      verdict(found.holds),
      found.limit === null ? "–" : `${threeFigures(found.limit)}`,
    ];
  });
}

function verdict(isHeld: boolean | null | undefined): string {
  if (isHeld === true) return "holds";
  return isHeld === false ? "**fails**" : "–";
}

function ratioText(ratio: number): string {
  return ratio >= 10 ? ratio.toFixed(1) : ratio.toFixed(2);
}

export function boundText({ bound }: Pick<Figure, "bound">): string {
  if (bound === null) return "–";
  return "least" in bound ? `≥ ${bound.least}` : `≤ ${bound.most}`;
}

function tableLine(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

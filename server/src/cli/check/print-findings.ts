import { redactText } from "../../core/log/redact.ts";
import type { Terminal } from "../output/terminal.ts";
import { textTable } from "../output/text-table.ts";
import type { Finding } from "./finding.ts";

/** Prints what was found, a line each or as JSON, and answers the exit code: 1 if there is an error. */
export function printFindings(findings: readonly Finding[], json: boolean, terminal: Terminal): number {
  const checks = findings.map((found) => ({ ...found, text: redactText(found.text) }));
  const ok = checks.every(({ level }) => level !== "error");
  terminal.out(json ? `${JSON.stringify({ ok, checks }, undefined, 2)}\n` : inLines(checks));
  return ok ? 0 : 1;
}

function inLines(checks: readonly Finding[]): string {
  return textTable(
    ["LEVEL", "CHECK", "FOUND"],
    checks.map(({ what, level, text }) => [level, what, text]),
  );
}

import type { Command } from "commander";
import type { Terminal } from "../../output/terminal.ts";
import { addAuditExport } from "./audit-export.ts";
import { addAuditList } from "./audit-list.ts";
import { addAuditVerify } from "./audit-verify.ts";

/** `hufu audit`: who did what to whom, when and why. */
export function addAudit(program: Command, terminal: Terminal, end: (code: number) => void): void {
  const audit = program
    .command("audit")
    .summary("list, verify and export the audit log")
    .description(
      "The audit log: who did what to whom, when and why. It only grows, and each record covers the one before.",
    )
    .addHelpText(
      "after",
      `
Examples:
  $ hufu audit list --config hufu.json --user 42
  $ hufu audit verify --config hufu.json
  $ hufu audit export --config hufu.json > audit.ndjson`,
    );
  addAuditList(audit, terminal);
  addAuditVerify(audit, terminal, end);
  addAuditExport(audit, terminal);
}

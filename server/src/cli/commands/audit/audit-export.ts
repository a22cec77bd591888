import { type Command, InvalidArgumentError } from "commander";
import { exportedRecord } from "../../../session/audit/exported-record.ts";
import type { AuditStore } from "../../../store/audit.ts";
import { callerHere } from "../../actor.ts";
import { inDeployment, withConfigOption } from "../../config/open-deployment.ts";
import { counted } from "../../output/counted.ts";
import { lineOfJson } from "../../output/printable.ts";
import type { Terminal } from "../../output/terminal.ts";
import { notePersonalRead } from "./note-personal-read.ts";

/** Records that are in memory at once. */
const PAGE = 1000;
const PROGRESS_STEP = 100_000;

interface ExportOptions {
  readonly config: string;
  readonly after?: number;
  readonly showPersonal?: true;
  readonly reason?: string;
}

/** `hufu audit export`: the chain, one JSON object a line. */
export function addAuditExport(audit: Command, terminal: Terminal): void {
  withConfigOption(audit.command("export"))
    .summary("write the chain as one JSON object a line")
    .description("Writes the audit chain to standard output, one JSON object a line (NDJSON), oldest first.")
    .option("--after <seq>", "only records with a higher number, to continue an earlier export", wholeNumber)
    .option("--show-personal", "personal fields too, which the audit log notes")
    .option("--reason <text>", "why, for the audit log; --show-personal notes it")
    .addHelpText(
      "after",
      `
Examples:
  $ hufu audit export --config hufu.json > audit.ndjson
  $ hufu audit export --config hufu.json --after 41200 >> audit.ndjson

Records that wait to be chained are not among them. What a hash covers: docs/guides/audit.md.`,
    )
    .action(({ config, after = 0, showPersonal, reason }: ExportOptions) => {
      const by = callerHere(reason);
      const personal = showPersonal === true;
      return inDeployment(config, terminal, async ({ store }) => {
        if (personal) await notePersonalRead(store.audit, by, { after });
        const count = await exportAll(store.audit, terminal, after, personal);
        terminal.err(`Exported ${counted(count, "record")}.\n`);
      });
    });
}

async function exportAll(audit: AuditStore, terminal: Terminal, after: number, personal: boolean): Promise<number> {
  for (let count = 0, place = after; ; ) {
    const links = await audit.links(place, PAGE);
    if (links.length === 0) return count;
    terminal.out(links.map((link) => `${lineOfJson(exportedRecord(link, personal))}\n`).join(""));
    place = links.at(-1)?.seq ?? place;
    const before = count;
    count += links.length;
    if (Math.floor(before / PROGRESS_STEP) < Math.floor(count / PROGRESS_STEP))
      terminal.err(`${count} records so far …\n`);
  }
}

function wholeNumber(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError("it must be a whole number, such as 41200.");
  return Number(text);
}

import type { Command } from "commander";
import type { ChainFault } from "../../../session/audit/check-link.ts";
import { type AuditVerification, verifyAudit } from "../../../session/audit/verify-audit.ts";
import { inDeployment, withConfigOption } from "../../config/open-deployment.ts";
import { counted } from "../../output/counted.ts";
import type { Terminal } from "../../output/terminal.ts";

const BROKEN = 1;
/** Records between two words of progress. */
const PROGRESS_STEP = 100_000;

const FAULTS: Readonly<Record<ChainFault["what"], string>> = {
  missing: "is not there: it was removed",
  changed: "is not the one that was sealed there: it was changed, or records were inserted, removed or moved before it",
  personal: "has personal fields that are not those that were sealed",
  head: "is not the end that is noted for the chain: the note or the last record was changed",
  beyond: "stands behind the end that is noted for the chain: it was inserted, or the note was changed",
};

/** `hufu audit verify`: is the audit log what was written? */
export function addAuditVerify(audit: Command, terminal: Terminal, end: (code: number) => void): void {
  withConfigOption(audit.command("verify"))
    .summary("verify the chain, and name the first record that does not fit")
    .description(
      "Computes every hash of the audit chain again, and names the first record that is not what was sealed.",
    )
    .option("--head <hash>", "a hash that an earlier verification printed: is it still in the chain?")
    .option("--json", "print one JSON object")
    .addHelpText(
      "after",
      `
Examples:
  $ hufu audit verify --config hufu.json
  $ hufu audit verify --config hufu.json --head q5m0…

It finds what was changed, removed, inserted or moved within the chain. Anyone who can write to the database can also cut
its end, or write it anew from some record on, and note another end. Only --head finds that: keep the hash that this command
prints where the database's administrators cannot write, for instance with the log of hufu serve, which has it every hour.

Exit codes: 0 the chain is whole, 1 it is not, or the hash is not in it, 2 not understood.`,
    )
    .action(({ config, head, json }: { config: string; head?: string; json?: boolean }) =>
      inDeployment(config, terminal, async ({ store }) => {
        let told = 0;
        const verified = await verifyAudit(store.audit, {
          head,
          progress: (done, of) => {
            if (done - told < PROGRESS_STEP) return;
            told = done;
            terminal.err(`verified ${done} of ${of} records …\n`);
          },
        });
        const isLost = head !== undefined && verified.found === null;
        terminal.out(json === true ? `${JSON.stringify(inJson(verified, head))}\n` : inWords(verified, head));
        if (verified.fault !== null || isLost) end(BROKEN);
      }),
    );
}

function inJson({ fault, end, start, erased, waiting, found }: AuditVerification, head: string | undefined): object {
  return {
    ok: fault === null && (head === undefined || found !== null),
    fault,
    verified: end.seq - start.seq,
    head: end,
    start,
    erased,
    waiting,
    ...(head === undefined ? {} : { found }),
  };
}

function inWords(verified: AuditVerification, head: string | undefined): string {
  const { fault, end, start, erased, waiting, found } = verified;
  const begins = start.seq === 0 ? "" : ` (those up to ${start.seq} were purged)`;
  const lines = [`${counted(end.seq - start.seq, "record")} verified, from ${start.seq + 1} to ${end.seq}${begins}.`];
  if (fault !== null) lines.push(`Record ${fault.seq} ${FAULTS[fault.what]}. What follows it proves nothing.`);
  if (erased > 0) lines.push(`Personal fields of ${counted(erased, "record")} were erased.`);
  if (waiting > 0)
    lines.push(`${counted(waiting, "record")} not chained yet: a running server does so within seconds.`);
  if (head !== undefined) lines.push(found === null ? lostHead(verified) : `${head} is record ${found.seq}.`);
  if (fault === null) lines.push(`Head: ${end.hash === "" ? "none yet" : end.hash}`);
  return `${lines.join("\n")}\n`;
}

function lostHead({ start }: AuditVerification): string {
  const purged = start.seq === 0 ? "" : ", unless that record was purged since";
  return `The hash of --head is not in the chain: its end was cut, or it was written anew${purged}.`;
}

import { setTimeout as delay } from "node:timers/promises";
import type { Command } from "commander";
import { countKinds } from "../../session/administration/import-users.ts";
import {
  changing,
  type Desk,
  type DeskOptions,
  inAdministration,
  printJson,
} from "../administration/in-administration.ts";
import { counted } from "../output/counted.ts";
import type { Terminal } from "../output/terminal.ts";
import { awaitStopSignal } from "../server/stop-signal.ts";
import { type ImportFile, openImportFile } from "./import-file.ts";
import { withPatience } from "./patience.ts";
import { createProgress } from "./progress.ts";
import { openSkipped, type Skipped, skippedIn } from "./skipped.ts";

const NOT_ALL_DONE = 1;

interface ImportOptions extends DeskOptions {
  readonly dryRun?: true;
  readonly report?: string;
}

/** How an import ended. */
interface Ended {
  readonly created: number;
  readonly changed: number;
  readonly unchanged: number;
  /** The last line that was looked at. */
  readonly line: number;
  readonly isStopped: boolean;
}

/** `hufu import`: takes users over from another system. */
export function addImport(program: Command, terminal: Terminal, end: (code: number) => void): void {
  changing(program.command("import").argument("<file>", "one JSON object a line (NDJSON)"))
    .summary("take users over from another system")
    .description(
      "Takes users over, with their ids, roles, bans and phone numbers. The same file again changes nothing, so an import " +
        "that was stopped is run again.",
    )
    .option("--dry-run", "check the file and compare it with the database; change nothing")
    .option("--report <file>", "write the lines that are left out, one JSON object a line")
    .option("--json", "print the counts as JSON")
    .addHelpText(
      "after",
      `
Examples:
  $ hufu import users.ndjson --dry-run --config hufu.json
  $ hufu import users.ndjson --report skipped.ndjson --reason "from uni-id" --config hufu.json

A line, of which app and openid must be there:
  {"app": "wx0123456789abcdef", "openid": "o…", "unionid": "o…", "external_id": "42", "roles": ["member"],
   "ban": {"reason": "spam", "until": "2027-01-31T08:00:00+08:00"}, "phone": "+8613800138000"}
app is the client_id, which is the appid unless the configuration says otherwise. external_id is your own id of the user,
which resolveUser answers as userId. A user of several apps has a line for each. A ban without until is for good.

The file is checked first: an unknown member, app or role stops it before anything is written. Then a line that cannot
be used, or that contradicts another line or the database, is left out whole and counted. What a user has is never
taken away. Control-C stops after the batch at hand.

Exit codes: 0 all lines are in, 1 lines were left out, or it failed or was stopped.
Scripts that make such files: docs/guides/migrating-from.md.`,
    )
    .action((file: string, options: ImportOptions) =>
      inAdministration(options, terminal, async (desk) => {
        const { importing } = desk;
        const opened = await openImportFile(file, terminal.folder, importing, terminal.now);
        try {
          await checkFile(opened, terminal);
          const skipped = await openSkipped(options.report, terminal.folder);
          try {
            const ended = await carryOut(opened, skipped, desk, terminal, options.dryRun === true);
            tell(terminal, ended, skipped, options);
            if (ended.isStopped || skipped.counts.size > 0) end(NOT_ALL_DONE);
          } finally {
            await skipped.close();
          }
        } finally {
          await opened.close();
        }
      }),
    );
}

/** Goes through all of it, so that a mistake of the file is found before anything is written. */
async function checkFile({ batches, size }: ImportFile, terminal: Terminal): Promise<void> {
  const progress = createProgress(terminal, "Checked");
  for await (const { last, end } of batches()) progress.at(last, end / size);
  progress.end();
}

async function carryOut(
  { batches, size }: ImportFile,
  skipped: Skipped,
  { importing, by }: Desk,
  terminal: Terminal,
  isDry: boolean,
): Promise<Ended> {
  const progress = createProgress(terminal, isDry ? "Compared" : "Imported");
  const stop = awaitStopSignal(["SIGINT", "SIGTERM"]);
  const stopping = new AbortController();
  const { signal } = stopping;
  stop.received.then(
    () => stopping.abort(),
    () => undefined,
  );
  const say = (sentence: string): void => {
    progress.end();
    terminal.err(`hufu: ${sentence}\n`);
  };
  const sum = { created: 0, changed: 0, unchanged: 0 };
  let line = 0;
  try {
    for await (const batch of batches()) {
      if (signal.aborted) return { ...sum, line, isStopped: true };
      const outcomes = await withPatience(
        () => (isDry ? importing.preview(batch.lines) : importing.write(batch.lines, by)),
        say,
        (ms) => delay(ms, undefined, { signal }),
      );
      const { created, changed, unchanged } = countKinds(outcomes);
      sum.created += created;
      sum.changed += changed;
      sum.unchanged += unchanged;
      await skipped.add(skippedIn(batch, outcomes));
      line = batch.last;
      progress.at(line, batch.end / size);
    }
    return { ...sum, line, isStopped: false };
  } finally {
    progress.end();
    stop.forget();
  }
}

function tell(terminal: Terminal, ended: Ended, { counts, first }: Skipped, options: ImportOptions): void {
  const { created, changed, unchanged, line, isStopped } = ended;
  const left = [...counts.values()].reduce((sum, count) => sum + count, 0);
  if (options.report === undefined) {
    for (const { line: number, skipped, detail, user } of first) {
      terminal.err(`line ${number}: ${[skipped, detail, user].filter((word) => word !== undefined).join(": ")}\n`);
    }
    if (left > first.length) terminal.err(`and ${left - first.length} more; --report FILE has them all\n`);
  }
  if (options.json === true) {
    printJson(terminal, { created, changed, unchanged, skipped: Object.fromEntries(counts), line, stopped: isStopped });
  } else {
    const would = options.dryRun === true ? "Would be: " : "";
    terminal.out(
      `${would}${counted(created, "user")} created, ${counted(changed, "line")} added to a user, ` +
        `${unchanged} unchanged, ${left} left out.\n`,
    );
    if (left > 0) terminal.out(`Left out: ${[...counts].map(([why, count]) => `${why} ${count}`).join(", ")}.\n`);
  }
  if (isStopped) {
    terminal.err(
      `Stopped after line ${line}. Run the same command again: it recognises what is done and continues after it.\n`,
    );
  }
}

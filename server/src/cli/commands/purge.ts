import { setTimeout as delay } from "node:timers/promises";
import type { Command } from "commander";
import { createPurge } from "../../session/upkeep/purge.ts";
import type { PurgeCounts } from "../../store/purge.ts";
import { inDeployment, withConfigOption } from "../config/open-deployment.ts";
import { counted } from "../output/counted.ts";
import type { Terminal } from "../output/terminal.ts";
import { durationInWords } from "../output/time-in-words.ts";

/** Batches between two words of progress: about ten seconds. */
const PROGRESS_STEP = 500;

/** `hufu purge`: deletes now what a server deletes by and by. */
export function addPurge(program: Command, terminal: Terminal): void {
  withConfigOption(program.command("purge"))
    .summary("delete what has been over for long enough")
    .description(
      "Deletes sessions and audit records that are older than the configuration's retention, and what no token needs " +
        "any more. A running server does so by itself, bit by bit; this does all of it now, beside it.",
    )
    .option("--dry-run", "say what would go, and delete nothing")
    .addHelpText(
      "after",
      `
Examples:
  $ hufu purge --config hufu.json --dry-run
  $ hufu purge --config hufu.json

In the configuration, with its defaults:
  "retention": { "sessions": "30d", "audit": "400d", "webhooks": "14d" }

It deletes at most 100 rows at a time and waits between, so that nobody who signs in has to. Safe to repeat and to interrupt.
A live session is never deleted. The file of an SQLite database does not shrink; the room is used again.`,
    )
    .action(({ config, dryRun }: { config: string; dryRun?: boolean }) =>
      inDeployment(config, terminal, async ({ store, options }) => {
        const { retention } = options.settings;
        const purge = createPurge({ store: store.purge, retention, pause: (ms) => delay(ms) });
        const after = `sessions ${durationInWords(retention.sessionsMs)} after their end, audit records after ${durationInWords(retention.auditMs)}`;
        if (dryRun === true) return terminal.out(`Would delete ${inWords(await purge.count())} (${after}).\n`);
        const purged = await purge.everything((so, batches) => {
          if (batches % PROGRESS_STEP === 0) terminal.err(`${inWords(so)} so far …\n`);
        });
        await store.hot.sweep();
        terminal.out(`Deleted ${inWords(purged)} (${after}).\n`);
      }),
    );
}

function inWords({ sessions, revocations, audit, tickets, webhooks }: PurgeCounts): string {
  const first = `${counted(sessions, "session")}, ${counted(revocations, "outbox entry", "outbox entries")}`;
  const second = `${counted(audit, "audit record")}, ${counted(tickets, "redeemed ticket")}`;
  return `${first}, ${second} and ${counted(webhooks, "undelivered message")}`;
}

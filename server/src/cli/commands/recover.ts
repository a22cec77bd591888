import type { Command } from "commander";
import { recover } from "../../session/upkeep/recover.ts";
import { inDeployment, withConfigOption } from "../config/open-deployment.ts";
import { confirm } from "../output/confirm.ts";
import type { Terminal } from "../output/terminal.ts";

interface RecoverOptions {
  readonly config: string;
  readonly keepSessions?: boolean;
  readonly yes?: boolean;
}

/** `hufu recover`: what has to be done once after a backup was restored, before a server starts. */
export function addRecover(program: Command, terminal: Terminal): void {
  withConfigOption(program.command("recover"))
    .summary("make a restored backup safe to serve")
    .description(
      "To be run once after a backup was restored and before a server starts. Everybody signs in again, silently where " +
        "the mini program can, so that nothing that was revoked after the backup comes back to life.",
    )
    .option("--keep-sessions", "end no session; what was revoked after the backup is then valid again")
    .option("--yes", "do not ask")
    .addHelpText(
      "after",
      `
Examples:
  $ hufu recover --config hufu.json
  $ hufu recover --config hufu.json --keep-sessions    (nothing was revoked since the backup, and you know that)

For SQLite: stop the servers, put the backup in the place of the database, delete what is left of FILE-wal and FILE-shm,
run this, start the servers. It refuses while another process has the database open.

The backup has also forgotten, and nothing can bring back: bans and closed accounts, roles given and taken, revoked
signing keys. Repeat those by hand. A user whose first sign-in came after the backup gets another u_ id.`,
    )
    .action(({ config, keepSessions = false, yes = false }: RecoverOptions) =>
      inDeployment(
        config,
        terminal,
        async ({ store, announce }) => {
          const what = keepSessions
            ? "This makes whatever was revoked after the backup valid again."
            : "This ends the sessions of everybody; each signs in again.";
          await confirm(terminal, what, yes);
          const { epoch } = await recover(store, keepSessions, { by: "hufu recover" });
          announce();
          const whom = keepSessions
            ? "Sessions of the backup go on; who refreshed since it signs in again."
            : "Everybody signs in again.";
          terminal.out(
            `Recovered; the epoch is ${epoch}. ${whom}\n` +
              "Repeat by hand what was done after the backup: bans, closed accounts, roles, revoked signing keys.\n",
          );
        },
        { alone: true },
      ),
    );
}

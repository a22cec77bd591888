import type { Command } from "commander";
import { systemRandom } from "../../core/random.ts";
import { longestAccessOf } from "../../hufu/database/entry-life.ts";
import { type Kept, recover } from "../../session/upkeep/recover.ts";
import { createSealedBox } from "../../token/sealing/sealed-box.ts";
import { actor } from "../actor.ts";
import { inDeployment, withConfigOption } from "../config/open-deployment.ts";
import { confirm } from "../output/confirm.ts";
import type { Terminal } from "../output/terminal.ts";

interface RecoverOptions {
  readonly config: string;
  readonly keepSessions?: boolean;
  readonly keepKeys?: boolean;
  readonly yes?: boolean;
}

/** `hufu recover`: what has to be done once after a backup was restored, before a server starts. */
export function addRecover(program: Command, terminal: Terminal): void {
  withConfigOption(program.command("recover"))
    .summary("make a restored backup safe to serve")
    .description(
      "To be run once after a backup was restored and before a server starts. Everybody signs in again, silently where " +
        "the mini program can, and a new signing key replaces the others, so that nothing that was revoked after the " +
        "backup is valid again.",
    )
    .option("--keep-sessions", "end no session; one that was ended after the backup is then valid again")
    .option("--keep-keys", "revoke no signing key; one that was revoked after the backup is then valid again")
    .option("--yes", "do not ask")
    .addHelpText(
      "after",
      `
Examples:
  $ hufu recover --config hufu.json
  $ hufu recover --config hufu.json --keep-sessions    (no session was ended since the backup, and you know that)
  $ hufu recover --config hufu.json --keep-keys        (no key was revoked since the backup, and you know that)

For SQLite: stop the servers, put the backup in the place of the database, delete what is left of FILE-wal and FILE-shm,
run this, start the servers. It refuses while another process has the database open.

The backup has also forgotten, and nothing can bring back: bans and closed accounts, roles given and taken. Repeat
those by hand. A user whose first sign-in came after the backup gets another u_ id.`,
    )
    .action(({ config, keepSessions = false, keepKeys = false, yes = false }: RecoverOptions) =>
      inDeployment(
        config,
        terminal,
        async ({ store, secrets, options: { algorithm }, announce }) => {
          const keep: Kept = { sessions: keepSessions, keys: keepKeys };
          await confirm(terminal, consequencesOf(keep), yes);
          const box = createSealedBox(secrets, systemRandom);
          const context = { store, box, algorithm, longestAccessMs: longestAccessOf(store) };
          const { epoch } = await recover(context, keep, { by: actor() });
          announce();
          terminal.out(`Recovered; the epoch is ${epoch}. ${resultOf(keep)}\n`);
        },
        { alone: true },
      ),
    );
}

function consequencesOf({ sessions, keys }: Kept): string {
  return [
    sessions
      ? "This makes sessions that were ended after the backup valid again."
      : "This ends the sessions of everybody; each signs in again.",
    keys
      ? "This makes signing keys that were revoked after the backup valid again."
      : "This revokes every signing key and makes a new one.",
  ].join(" ");
}

function resultOf({ sessions, keys }: Kept): string {
  const whom = sessions
    ? "Sessions of the backup go on; who refreshed since it signs in again."
    : "Everybody signs in again.";
  const signing = keys ? "The signing keys of the backup go on." : "A new key signs; those of the backup are revoked.";
  const byHand = ["bans", "closed accounts", "roles", ...(keys ? ["revoked signing keys"] : [])].join(", ");
  return `${whom} ${signing}\nRepeat by hand what was done after the backup: ${byHand}.`;
}

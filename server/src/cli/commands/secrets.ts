import type { Command } from "commander";
import { rotateSecrets } from "../../hufu/database/maintenance.ts";
import { inDeployment, withConfigOption } from "../config/open-deployment.ts";
import { counted } from "../output/counted.ts";
import type { Terminal } from "../output/terminal.ts";
import { durationInWords } from "../output/time-in-words.ts";

const EXAMPLE = "\nExamples:\n  $ hufu secrets rotate --config hufu.json";
const PROGRESS_STEP = 10_000;

/** `hufu secrets`: the second half of changing the configured secret. */
export function addSecrets(program: Command, terminal: Terminal): void {
  const secrets = program
    .command("secrets")
    .summary("move what is stored to a new secret")
    .description("Moves what is stored to a new secret.")
    .addHelpText("after", EXAMPLE);

  withConfigOption(secrets.command("rotate"))
    .description("Seals what rests in the database with the newest secret. Safe to repeat and to interrupt.")
    .addHelpText(
      "after",
      `${EXAMPLE}

How to change the secret without signing anybody out:
  1. make one:  openssl rand -hex 32
  2. put it last in the configuration's list and restart every server, so that all of them know it
  3. move it to the front of the list and restart every server
  4. hufu secrets rotate --config hufu.json
  5. take the old one out of the list when the time that step 4 prints has passed`,
    )
    .action(({ config }: { config: string }) =>
      inDeployment(config, terminal, async (deployment) => {
        const { all } = deployment.secrets;
        const resealed = await rotateSecrets(deployment.store, deployment.secrets, (of, seen) => {
          if (seen % PROGRESS_STEP === 0 && seen > 0) terminal.err(`${seen} ${of} looked at …\n`);
        });
        const { signingKeys, sessionKeys, phones } = resealed;
        const what =
          signingKeys + sessionKeys + phones === 0
            ? "Everything is sealed with the newest secret already."
            : `Sealed ${counted(signingKeys, "signing key")}, ${counted(sessionKeys, "session_key")} and ` +
              `${counted(phones, "phone number")} with the newest secret.`;
        terminal.out(`${what}\n${advice(all.length, deployment.options.settings.idleMs)}\n`);
      }),
    );
}

function advice(count: number, idleMs: number): string {
  if (count === 1) return "The configuration lists one secret; to change it, see hufu secrets rotate --help.";
  return (
    `Keep the older secrets in the list for ${durationInWords(2 * idleMs)} after the last server was restarted with ` +
    "the newest one first: a session moves to it with its second refresh. Anyone who comes later signs in silently."
  );
}

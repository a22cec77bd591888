import type { Command } from "commander";
import { readDuration } from "../arguments.ts";
import { printFindings } from "../check/print-findings.ts";
import { runChecks } from "../check/run-checks.ts";
import { withConfigOption } from "../config/open-deployment.ts";
import type { Terminal } from "../output/terminal.ts";
import { checkAccess } from "./check-access.ts";
import { checkBackup } from "./check-backup.ts";
import { checkNodes } from "./check-nodes.ts";

/** A backup of each night, and two hours for it to be made. */
const BACKUP_MOST_MS = 26 * 3_600_000;

interface DoctorOptions {
  readonly config: string;
  readonly backup?: string;
  readonly backupMaxAge: number;
  readonly json?: true;
}

/** `hufu doctor`: what `hufu check` looks at, and what goes wrong while a deployment runs. */
export function addDoctor(program: Command, terminal: Terminal, end: (code: number) => void): void {
  withConfigOption(program.command("doctor"))
    .summary("what hufu check looks at, and IP allow-list, clocks and backups")
    .description(
      "Looks for what is wrong with a deployment: all that hufu check looks at, and whether this server may call the " +
        "platform in each app's name (its IP allow-list), whether clocks and the secrets of all nodes agree, and how old the newest backup is. Each is one " +
        "line that says what is wrong and what to change. It changes nothing. The exit code is 1 if there is an error.",
    )
    .option("--backup <path>", "a backup, or the folder whose newest file is one")
    .option(
      "--backup-max-age <duration>",
      "how old it may be, such as 26h or 7d (default: 26h)",
      readDuration,
      BACKUP_MOST_MS,
    )
    .option("--json", "print one JSON object: { ok, checks: [{ what, level, text }] }")
    .addHelpText(
      "after",
      `
Examples:
  $ hufu doctor --config hufu.json
  $ hufu doctor --config hufu.json --backup /var/backups/hufu --backup-max-age 26h --json

Run it on a server that runs Hufu: the platform allows or refuses the address that the call comes from. Each app costs one
login-code call of its quota, and one call of stable_token, which ends no token and which no sign-in waits for.`,
    )
    .action(async ({ config, backup, backupMaxAge, json }: DoctorOptions) => {
      const findings = await runChecks(config, terminal, {
        access: checkAccess,
        nodes: (configured) => checkNodes(configured, terminal.folder),
        ...(backup === undefined
          ? {}
          : {
              backup: async () => [
                checkBackup({ path: backup, folder: terminal.folder, mostMs: backupMaxAge }, terminal.now()),
              ],
            }),
      });
      end(printFindings(findings, json === true, terminal));
    });
}

import type { Command } from "commander";
import { printFindings } from "../check/print-findings.ts";
import { runChecks } from "../check/run-checks.ts";
import { withConfigOption } from "../config/open-deployment.ts";
import type { Terminal } from "../output/terminal.ts";

/** `hufu check`: asks once whether everything that a start depends on is as it must be. */
export function addCheck(program: Command, terminal: Terminal, end: (code: number) => void): void {
  withConfigOption(program.command("check"))
    .summary("check the configuration, the database, Redis, the platform and the issuer")
    .description(
      "Checks what hufu serve depends on: configuration, secrets, database, Redis, platform, issuer and clock. Each is one " +
        "line. It changes nothing. The exit code is 1 if there is an error.",
    )
    .option("--json", "print one JSON object: { ok, checks: [{ what, level, text }] }")
    .addHelpText(
      "after",
      `
Examples:
  $ hufu check --config hufu.json
  $ hufu check --config hufu.json --json

Each app of a list is tried with a login code that does not exist: the platform's answer shows whether the address, the
appId, the appSecret and the platform's list of allowed IP addresses are right. It counts as one call of the app's quota.`,
    )
    .action(async ({ config, json }: { config: string; json?: boolean }) => {
      end(printFindings(await runChecks(config, terminal), json === true, terminal));
    });
}

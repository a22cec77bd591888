import { Command, CommanderError } from "commander";
import { redactText } from "../core/log/redact.ts";
import { addAdmin } from "./administration/admin.ts";
import { addDeliveries } from "./administration/deliveries.ts";
import { addRegistrations } from "./administration/registrations.ts";
import { addRoles } from "./administration/roles.ts";
import { addSessions } from "./administration/sessions.ts";
import { addUsers } from "./administration/users.ts";
import { addAudit } from "./commands/audit/audit.ts";
import { addCheck } from "./commands/check.ts";
import { addHealth } from "./commands/health.ts";
import { addKeys } from "./commands/keys.ts";
import { kidsAsOperands } from "./commands/kids-as-operands.ts";
import { addMigrate } from "./commands/migrate.ts";
import { addOpenApi } from "./commands/openapi.ts";
import { addPurge } from "./commands/purge.ts";
import { addRecover } from "./commands/recover.ts";
import { addRevoke } from "./commands/revoke.ts";
import { addSecrets } from "./commands/secrets.ts";
import { addServe } from "./commands/serve.ts";
import { addSimulate } from "./commands/simulate.ts";
import { addDoctor } from "./doctor/doctor.ts";
import { addImport } from "./import/import.ts";
import { addInit } from "./init/init.ts";
import { explainFailure } from "./output/explain-failure.ts";
import { systemTerminal, type Terminal } from "./output/terminal.ts";
import { addScan } from "./scan/scan.ts";
import { addTokenInspect } from "./token-inspect/token-inspect.ts";
import { version } from "./version.ts";

const FAILED = 1;
const MISUSED = 2;

/**
 * The command line. Resolves with the exit code, when the command is done or the server has stopped: 0, 1 for a
 * failure, 2 for a mistake in the command line. Never rejects.
 * @param argv what follows the program's name
 */
export async function main(argv: readonly string[], terminal: Terminal = systemTerminal()): Promise<number> {
  let code = 0;
  const program = createProgram(terminal, (ended) => {
    code = ended;
  });
  try {
    await program.parseAsync(kidsAsOperands(argv), { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : MISUSED;
    terminal.err(`hufu: ${explainFailure(error)}\n`);
    if (terminal.env["HUFU_DEBUG"] === "1" && error instanceof Error) terminal.err(`${debugStack(error)}\n`);
    return FAILED;
  }
}

function createProgram(terminal: Terminal, end: (code: number) => void): Command {
  const program = new Command("hufu")
    .description("Sign-in for mini programs: a login code in, a short access token and a rotating refresh token out.")
    .version(version(), "-V, --version", "print the version")
    .helpOption("-h, --help", "explain a command")
    .exitOverride()
    .configureOutput({ writeOut: terminal.out, writeErr: (words) => terminal.err(redactText(words)) })
    .showHelpAfterError("(hufu --help explains)")
    .addHelpText(
      "after",
      `
Examples:
  $ hufu serve --dev                          everything from nothing, for development
  $ hufu init                                 a first configuration, with a secret that stays
  $ hufu serve --config hufu.json             a server, from a configuration
  $ hufu check --config hufu.json             is everything ready that a server needs?
  $ hufu doctor --config hufu.json            what is wrong with one that runs?
  $ hufu users find 42 --config hufu.json     who is this, and why were they signed out?
  $ hufu keys rotate --config hufu.json       the next signing key
  $ hufu revoke --user 42 --config hufu.json  end a user's sessions, an app's, or everybody's
  $ hufu token inspect -                      what is in a token, and what is wrong with it
  $ hufu serve --help                         explains one command

Exit codes: 0 done, 1 failed, 2 not understood. HUFU_DEBUG=1 shows where a failure came from.`,
    );
  program.commandsGroup("Set up and run:");
  addInit(program, terminal);
  addServe(program, terminal, end);
  addHealth(program, terminal);
  addCheck(program, terminal, end);
  addDoctor(program, terminal, end);
  program.helpCommand("help [command]", "explain a command");
  program.commandsGroup("Users, sessions and roles:");
  addUsers(program, terminal);
  addSessions(program, terminal);
  addRoles(program, terminal);
  addAdmin(program, terminal);
  addRegistrations(program, terminal);
  addAudit(program, terminal, end);
  addDeliveries(program, terminal);
  addImport(program, terminal, end);
  program.commandsGroup("Keys, secrets and incidents:");
  addKeys(program, terminal);
  addSecrets(program, terminal);
  addRevoke(program, terminal);
  addRecover(program, terminal);
  program.commandsGroup("Database:");
  addMigrate(program, terminal);
  addPurge(program, terminal);
  program.commandsGroup("For developers:");
  addTokenInspect(program, terminal, end);
  addOpenApi(program, terminal);
  addScan(program, terminal, end);
  addSimulate(program, terminal, end);
  return program;
}

function debugStack(error: Error): string {
  const cause = error.cause instanceof Error ? `\nbecause of ${debugStack(error.cause)}` : "";
  return redactText(`${error.stack ?? error.message}${cause}`);
}

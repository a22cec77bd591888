import type { Command } from "commander";
import { silentLogger } from "../../core/log/log.ts";
import { openAdministration } from "../../hufu/open-administration.ts";
import type { Importing } from "../../hufu/open-import.ts";
import type { PeopleAdministration } from "../../session/administration/administration.ts";
import { type Actor, callerHere } from "../actor.ts";
import { type Deployment, inDeployment, withConfigOption } from "../config/open-deployment.ts";
import type { Terminal } from "../output/terminal.ts";

/** A deployment as an operator acts on it. */
export interface Desk extends Deployment {
  readonly people: PeopleAdministration;
  readonly importing: Importing;
  /** Who acts and why, for the audit log. */
  readonly by: Actor;
}

/** What every command here is given. */
export interface DeskOptions {
  readonly config: string;
  readonly reason?: string;
  readonly json?: true;
}

/** Opens a deployment, lets `work` act, and waits for what goes on after it. */
export function inAdministration<Result>(
  { config, reason }: DeskOptions,
  terminal: Terminal,
  work: (desk: Desk) => Promise<Result>,
): Promise<Result> {
  const by = callerHere(reason);
  return inDeployment(config, terminal, async (deployment) => {
    const { store, configured, announce } = deployment;
    const warn = (_fields: object, message: string): void => terminal.err(`hufu: ${message}\n`);
    const open = await openAdministration(configured, { store, log: { ...silentLogger, warn }, announce });
    try {
      return await work({
        ...deployment,
        people: open.people,
        importing: open.importing,
        by,
      });
    } finally {
      await open.settle();
    }
  });
}

/** `--config` and `--json`, of commands that show something. */
export function showing(command: Command): Command {
  return withConfigOption(command).option("--json", "print JSON, for scripts");
}

/** `--config` and `--reason`, of commands that change something. */
export function changing(command: Command): Command {
  return withConfigOption(command).option("--reason <text>", "why, for the audit log");
}

/** One JSON value and a line break. */
export function printJson(terminal: Terminal, value: unknown): void {
  terminal.out(`${JSON.stringify(value, undefined, 2)}\n`);
}

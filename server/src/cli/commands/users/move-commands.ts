import type { Command } from "commander";
import { silentMeter } from "../../../core/meter/meter.ts";
import { systemClock } from "../../../core/time/clock.ts";
import {
  type MoveContext,
  moveIdentities,
  previewMove,
  undoMove,
} from "../../../session/administration/move-identities.ts";
import type { IdentityMove, MoveRequest } from "../../../store/identity-moves.ts";
import { callerHere } from "../../actor.ts";
import { type Deployment, inDeployment, withConfigOption } from "../../config/open-deployment.ts";
import { confirm } from "../../output/confirm.ts";
import type { Terminal } from "../../output/terminal.ts";
import { findIdentity, type NamedIdentity, openUser } from "./find-identity.ts";
import { moveInWords, moveJson } from "./move-in-words.ts";

const USERS = "Users are named by Hufu's id (u_…) or by your own.";

interface ChangeOptions {
  readonly config: string;
  readonly reason?: string;
  readonly json?: true;
}

interface MoveOptions extends ChangeOptions, NamedIdentity {
  readonly dryRun?: true;
  readonly yes?: true;
}

/** `hufu users link`, `move` and `undo`: settle whose identity is whose. */
export function addMoveCommands(users: Command, terminal: Terminal): void {
  moving(users.command("link"))
    .summary("two users are one person: let every identity of one sign in as the other")
    .description(`Every identity of FROM signs in as INTO from now on. FROM stays, without any. ${USERS}`)
    .addHelpText("after", examples(["link 41 42 --dry-run", 'link u_… 42 --reason "one person, two accounts"']))
    .action((from: string, into: string, options: MoveOptions) => carryOut(terminal, from, into, options, false));

  moving(users.command("move"))
    .summary("let one identity of a user sign in as another user")
    .description(`One identity of FROM, with those of the same unionid, signs in as INTO from now on. ${USERS}`)
    .requiredOption("--app <appid>", "in which app")
    .option("--openid <openid>", "which one, where the user has several in that app")
    .addHelpText("after", examples(["move 41 42 --app wx0123456789abcdef --dry-run"]))
    .action((from: string, into: string, options: MoveOptions) => carryOut(terminal, from, into, options, true));

  changing(users.command("undo"))
    .argument("<move>", "the id that link or move printed: m_…")
    .summary("take a link or a move back, within a day")
    .description("Takes a link or a move back, within a day, if nothing that it changed was changed since.")
    .addHelpText("after", examples(["undo m_…"]))
    .action((id: string, options: ChangeOptions) =>
      inDeployment(options.config, terminal, async (deployment) => {
        const move = await undoMove(contextOf(deployment), id, callerHere(options.reason));
        terminal.out(options.json ? moveJson(move, null) : `Undone: ${moveInWords(move, terminal.now())}`);
      }),
    );
}

function changing(command: Command): Command {
  return withConfigOption(command)
    .option("--reason <text>", "why, for the audit log")
    .option("--json", "print one JSON object");
}

function moving(command: Command): Command {
  return changing(command)
    .argument("<from>", "whose identities")
    .argument("<into>", "whose they become")
    .option("--dry-run", "say what would change, and change nothing")
    .option("--yes", "do not ask");
}

function carryOut(terminal: Terminal, from: string, into: string, options: MoveOptions, isOne: boolean): Promise<void> {
  return inDeployment(options.config, terminal, async (deployment) => {
    const { store } = deployment;
    const [gives, takes] = [await openUser(store, from), await openUser(store, into)];
    const identity = isOne ? findIdentity(gives, options) : null;
    const request: MoveRequest = { from: gives.user.id, into: takes.user.id, identity };
    const preview = await previewMove(contextOf(deployment), request);
    const show = (move: IdentityMove, id: string | null): string =>
      options.json ? moveJson(move, id) : moveInWords(move, terminal.now());
    if (options.dryRun) return terminal.out(show(preview, null));
    await confirm(terminal, moveInWords(preview, terminal.now()), options.yes === true);
    const { id, move } = await moveIdentities(contextOf(deployment), request, callerHere(options.reason));
    terminal.out(
      options.json ? show(move, id) : `Done, as ${id}. To take it back within a day: hufu users undo ${id}\n`,
    );
  });
}

function contextOf({ store, options, announce }: Deployment): MoveContext {
  return { store, settings: options.settings, meter: silentMeter, announce, clock: systemClock };
}

function examples(lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ hufu users ${line} --config hufu.json`).join("\n")}\n
The sessions of these identities end; the mini program signs in again by itself, as the other user.`;
}

import { type Command, Option } from "commander";
import { parseSessionId, type SessionId } from "../../core/ids.ts";
import { PAGE_MOST } from "../../session/administration/page.ts";
import { readLimit } from "../arguments.ts";
import { confirm } from "../output/confirm.ts";
import { counted } from "../output/counted.ts";
import { Failure } from "../output/failure.ts";
import type { Terminal } from "../output/terminal.ts";
import { changing, type Desk, type DeskOptions, inAdministration, printJson, showing } from "./in-administration.ts";
import { namedUser, namedUsers, nameOf } from "./named-users.ts";
import { sessionJson, sessionTable } from "./session-on-paper.ts";

interface ListOptions extends DeskOptions {
  readonly alive?: true;
  readonly limit?: number;
  readonly cursor?: string;
}

interface EndOptions extends DeskOptions {
  readonly user?: readonly string[];
  readonly yes?: true;
}

/** `hufu sessions`: a user's sessions, why they ended, and their end. */
export function addSessions(program: Command, terminal: Terminal): void {
  const sessions = program
    .command("sessions")
    .summary("list a user's sessions with how they ended, and end them")
    .description("Sessions: those of a user, ended ones too with why, by whom and when; and their end.")
    .addHelpText(
      "after",
      `
Examples:
  $ hufu sessions list 42 --config hufu.json
  $ hufu sessions end --user 42 --reason "lost the phone" --config hufu.json`,
    );

  showing(sessions.command("list").argument("<user>", "the user, by Hufu's id (u_…) or your own"))
    .description("Lists a user's sessions, newest first; ended ones too, for as long as they are kept (30 days).")
    .option("--alive", "only those that live")
    .option("--limit <count>", `how many, 1 to ${PAGE_MOST}`, readLimit)
    .option("--cursor <text>", "where the page before ended: its next")
    .addHelpText("after", "\nExamples:\n  $ hufu sessions list 42 --alive --json --config hufu.json")
    .action((name: string, options: ListOptions) =>
      inAdministration(options, terminal, (desk) => list(desk, terminal, name, options)),
    );

  changing(sessions.command("end").argument("[sid...]", "the sessions (s_…)"))
    .description(
      "Ends sessions: those named, or all of the users. The mini program waits until its user signs in again.",
    )
    .addOption(new Option("--user <user...>", "all sessions of these users"))
    .option("--yes", "do not ask")
    .addHelpText(
      "after",
      `
Examples:
  $ hufu sessions end s_0123456789abcdefghijkl --config hufu.json
  $ hufu sessions end --user 42 --reason "lost the phone" --config hufu.json

Running servers know within about a second. hufu revoke ends those of an app, or everybody's.`,
    )
    .action((sids: readonly string[], options: EndOptions, command: Command) => {
      const { user: names } = options;
      if ((names === undefined) === (sids.length === 0)) command.error("error: say which: session ids, or --user");
      return inAdministration(options, terminal, (desk) =>
        names === undefined ? endNamed(desk, terminal, sids, options) : endOfUsers(desk, terminal, names, options),
      );
    });
}

async function list(desk: Desk, terminal: Terminal, name: string, options: ListOptions): Promise<void> {
  const { user } = await namedUser(desk, name, "allowed");
  const { limit, cursor } = options;
  const page = await desk.people.sessions.page(user.id, { limit, cursor });
  const items = options.alive === true ? page.items.filter(({ end }) => end === null) : page.items;
  if (options.json === true) return printJson(terminal, { items: items.map(sessionJson), next: page.next });
  terminal.out(items.length === 0 ? "There is no such session.\n" : sessionTable(items, terminal.now()));
  if (page.next !== null) terminal.err(`There are more: --cursor ${page.next}\n`);
}

async function endNamed(
  { people, by }: Desk,
  terminal: Terminal,
  sids: readonly string[],
  { yes }: EndOptions,
): Promise<void> {
  for (const sid of sids) {
    if ((await people.users.search({ sid: sessionNamed(sid) })).length === 0) {
      throw new Failure(`there is no session "${sid}"; nothing was changed`);
    }
  }
  if (sids.length > 1) await confirm(terminal, `This ends ${counted(sids.length, "session")}.`, yes === true);
  for (const sid of sids) {
    terminal.out(`${sid} ${(await people.sessions.kick(sid, by)) ? "ended" : "had ended before"}.\n`);
  }
}

async function endOfUsers(
  desk: Desk,
  terminal: Terminal,
  names: readonly string[],
  { yes }: EndOptions,
): Promise<void> {
  const { people, by } = desk;
  const found = await namedUsers(desk, names);
  let count = 0;
  for (const { user } of found) count += (await people.sessions.list(user.id)).length;
  const what = `This ends ${counted(count, "session")} of ${counted(found.length, "user")}.`;
  if (found.length > 1) await confirm(terminal, what, yes === true);
  for (const named of found) {
    const ended = await people.sessions.kickAll(named.user.id, by);
    terminal.out(`${nameOf(named)}: ended ${counted(ended, "session")}.\n`);
  }
}

function sessionNamed(text: string): SessionId {
  const sid = parseSessionId(text);
  if (sid === undefined) throw new Failure(`"${text}" is no session id; one begins with s_`);
  return sid;
}

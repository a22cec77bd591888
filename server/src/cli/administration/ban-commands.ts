import { type Command, Option } from "commander";
import type { UserWithIdentities } from "../../store/users.ts";
import { readDuration, readTime } from "../arguments.ts";
import { withConfigOption } from "../config/open-deployment.ts";
import { confirm } from "../output/confirm.ts";
import { counted } from "../output/counted.ts";
import type { Terminal } from "../output/terminal.ts";
import { instantInWords } from "../output/time-in-words.ts";
import { changing, type Desk, type DeskOptions, inAdministration } from "./in-administration.ts";
import { namedUsers, nameOf } from "./named-users.ts";

interface ManyOptions extends DeskOptions {
  readonly yes?: true;
}

interface BanOptions extends ManyOptions {
  readonly reason: string;
  readonly until?: Date;
  readonly for?: number;
}

const USERS = "the users, by Hufu's ids (u_…) or your own";

/** `hufu users ban`, `unban` and `close`, for users that the operator names. */
export function addBanCommands(users: Command, terminal: Terminal): void {
  many(withConfigOption(users.command("ban")))
    .summary("end a user's sessions and refuse sign-in")
    .description("Ends all sessions of the users and refuses their sign-in, for good or until a time.")
    .requiredOption("--reason <text>", "why, for the audit log; the app may show it")
    .addOption(
      new Option("--until <time>", "until when, such as 2027-01-31 or 2027-01-31T08:00:00+08:00")
        .argParser(readTime)
        .conflicts("for"),
    )
    .option("--for <duration>", "for how long, such as 12h or 7d", readDuration)
    .addHelpText("after", examples(["ban 42 --reason spam --for 7d", 'ban u_… u_… --reason "stolen accounts" --yes']))
    .action((names: readonly string[], options: BanOptions) =>
      inAdministration(options, terminal, (desk) => ban(desk, terminal, names, options)),
    );

  many(changing(users.command("unban")))
    .summary("let a banned user sign in again")
    .description("Lifts the users' bans. Their sessions stay ended; they sign in again.")
    .addHelpText("after", examples(['unban 42 --reason "the complaint was wrong"']))
    .action((names: readonly string[], options: ManyOptions) =>
      inAdministration(options, terminal, async (desk) => {
        // A ban outlives the account that it was on.
        const found = await namedUsers(desk, names, "allowed");
        await agreed(terminal, `This lifts the ban of ${counted(found.length, "user")}.`, found, options);
        for (const named of found) {
          await desk.people.users.unban(named.user.id, desk.by);
          terminal.out(`${nameOf(named)} ${named.user.ban === null ? "was not banned" : "may sign in again"}.\n`);
        }
      }),
    );

  many(changing(users.command("close")))
    .summary("close a user's account (注销)")
    .description(
      "Closes the users' accounts: sessions end, identities are released, personal data is erased. For good. A ban stays.",
    )
    .addHelpText("after", examples(['close 42 --reason "asked by mail"', "close 42 --yes"]))
    .action((names: readonly string[], options: ManyOptions) =>
      inAdministration(options, terminal, (desk) => close(desk, terminal, names, options)),
    );
}

function many(command: Command): Command {
  return command.argument("<user...>", USERS).option("--yes", "do not ask");
}

async function ban(desk: Desk, terminal: Terminal, names: readonly string[], options: BanOptions): Promise<void> {
  const until = options.for === undefined ? options.until : new Date(terminal.now() + options.for);
  const found = await namedUsers(desk, names);
  const sessions = await sessionsOf(desk, found);
  const long = until === undefined ? "for good" : `until ${instantInWords(until.getTime(), terminal.now())}`;
  const what = `This bans ${counted(found.length, "user")} ${long} and ends ${counted(sessions, "session")}.`;
  await agreed(terminal, what, found, options);
  const { reason: _, ...by } = desk.by;
  for (const named of found) {
    await desk.people.users.ban(
      named.user.id,
      { reason: options.reason, ...(until === undefined ? {} : { until }) },
      by,
    );
    terminal.out(`${nameOf(named)} is banned ${long}.\n`);
  }
}

async function close(desk: Desk, terminal: Terminal, names: readonly string[], options: ManyOptions): Promise<void> {
  const found = await namedUsers(desk, names);
  const sessions = await sessionsOf(desk, found);
  const what =
    `This closes the account of ${found.map(nameOf).join(", ")}, ends ${counted(sessions, "session")} and erases what is ` +
    "personal. It cannot be undone.";
  await confirm(terminal, what, options.yes === true);
  for (const named of found) {
    await desk.people.users.close(named.user.id, desk.by);
    terminal.out(`The account ${named.user.id} is closed.\n`);
  }
}

/** One is done at once: it was named, and can be taken back. */
async function agreed(
  terminal: Terminal,
  what: string,
  found: readonly UserWithIdentities[],
  { yes }: ManyOptions,
): Promise<void> {
  if (found.length > 1) await confirm(terminal, what, yes === true);
}

async function sessionsOf({ people }: Desk, found: readonly UserWithIdentities[]): Promise<number> {
  let count = 0;
  for (const { user } of found) count += (await people.sessions.list(user.id)).length;
  return count;
}

function examples(lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ hufu users ${line} --config hufu.json`).join("\n")}\n
Running servers know within about a second.`;
}

import { type Command, Option } from "commander";
import { systemRandom } from "../../core/random.ts";
import { USER_STATUSES } from "../../session/administration/check-queries.ts";
import { PAGE_MOST } from "../../session/administration/page.ts";
import { openPhone } from "../../session/phone-at-rest.ts";
import type { UserStatus } from "../../store/directory.ts";
import type { ListedUser } from "../../store/users.ts";
import { createSealedBox } from "../../token/sealing/sealed-box.ts";
import { readLimit } from "../arguments.ts";
import { Failure } from "../output/failure.ts";
import type { Terminal } from "../output/terminal.ts";
import { findUsers, KINDS, type Kind } from "./find-users.ts";
import { type Desk, type DeskOptions, inAdministration, printJson, showing } from "./in-administration.ts";
import { namedUser } from "./named-users.ts";
import { notePersonalRead } from "./note-personal-read.ts";
import { requestJson, requestText } from "./request-on-paper.ts";
import { sessionJson, sessionTable } from "./session-on-paper.ts";
import { MASKED, type Personal, SHOWN, userJson, userTable, userText } from "./user-on-paper.ts";

interface ShowOptions extends DeskOptions {
  readonly showPersonal?: true;
}

interface FindOptions extends ShowOptions {
  readonly by?: Kind;
}

interface ListOptions extends ShowOptions {
  readonly status?: UserStatus;
  readonly limit?: number;
  readonly cursor?: string;
}

/** `hufu users find`, `list` and `show`. */
export function addUserCommands(users: Command, terminal: Terminal): void {
  personal(showing(users.command("find")).argument("<what>", "an id of any kind, see --by; - is standard input"))
    .summary("find users by any of their ids, or by a request_id that a user reads out")
    .description(
      "Finds users by Hufu's id, your own id, an openid, a unionid, a session's id, a phone number or a request_id.",
    )
    .addOption(new Option("--by <kind>", "what kind of id it is; default: every kind that it may be").choices(KINDS))
    .addHelpText(
      "after",
      `
Examples:
  $ hufu users find 42 --config hufu.json
  $ hufu users find o6zAJs0123456789 --by openid --config hufu.json
  $ hufu users find s_0123456789abcdefghijkl --json --config hufu.json

A request_id answers "why was I signed out": what an endpoint of Hufu refused, when and on which node, and how the session
ended. A guard in another process keeps nothing here: ask for the id that the sign-in after it was refused with.`,
    )
    .action((what: string, options: FindOptions) =>
      inAdministration(options, terminal, (desk) => find(desk, terminal, what, options)),
    );

  personal(showing(users.command("list")))
    .summary("list users, newest first")
    .description("Lists users, newest first; with --status banned by the beginning of the ban.")
    .addOption(new Option("--status <status>", "only those").choices(USER_STATUSES))
    .option("--limit <count>", `how many, 1 to ${PAGE_MOST}`, readLimit)
    .option("--cursor <text>", "where the page before ended: its next")
    .addHelpText(
      "after",
      `
Examples:
  $ hufu users list --status banned --config hufu.json
  $ hufu users list --limit 200 --json --config hufu.json`,
    )
    .action((options: ListOptions) => inAdministration(options, terminal, (desk) => list(desk, terminal, options)));

  personal(showing(users.command("show")).argument("<user>", "the user, by Hufu's id (u_…) or your own"))
    .summary("all that is known of a user, and the latest sessions")
    .description("Shows a user: roles, ban, identities, and the latest sessions with how they ended.")
    .addHelpText("after", "\nExamples:\n  $ hufu users show 42 --config hufu.json")
    .action((name: string, options: ShowOptions) =>
      inAdministration(options, terminal, (desk) => show(desk, terminal, name, options)),
    );
}

function personal(command: Command): Command {
  return command
    .option("--show-personal", "openids, unionids and phone numbers whole, which the audit log notes")
    .option("--reason <text>", "why, for the audit log; --show-personal notes it");
}

async function find(desk: Desk, terminal: Terminal, what: string, options: FindOptions): Promise<void> {
  const now = terminal.now();
  const id = what === "-" ? (await terminal.read()).trim() : what;
  const { users, request } = await findUsers(desk, id, options.by, now);
  const mask = await maskFor(desk, options, users);
  if (options.json === true) {
    const items = users.map((user) => userJson(user, now, mask));
    printJson(terminal, { items, request: request === undefined ? null : requestJson(request) });
    return;
  }
  if (request === undefined && users.length === 0) throw notFound(options.by);
  if (request !== undefined) terminal.out(requestText(request, now));
  if (users.length > 0) terminal.out(userTable(users, now, mask));
}

async function list(desk: Desk, terminal: Terminal, options: ListOptions): Promise<void> {
  const { status, limit, cursor } = options;
  const { items, next } = await desk.people.users.list({ status, limit, cursor });
  const mask = await maskFor(desk, options, items);
  const now = terminal.now();
  if (options.json === true) {
    printJson(terminal, { items: items.map((user) => userJson(user, now, mask)), next });
    return;
  }
  terminal.out(items.length === 0 ? "There is no such user.\n" : userTable(items, now, mask));
  if (next !== null) terminal.err(`There are more: --cursor ${next}\n`);
}

async function show(desk: Desk, terminal: Terminal, name: string, options: ShowOptions): Promise<void> {
  const { user } = await namedUser(desk, name, "allowed");
  const [listed] = await desk.people.users.search({ id: user.id });
  if (listed === undefined) throw new Failure(`there is no user "${name}"`);
  const { items } = await desk.people.sessions.page(user.id, { limit: 10 });
  const phone = await openPhone({ store: desk.store, box: createSealedBox(desk.secrets, systemRandom) }, user.id);
  const mask = await maskFor(desk, options, [listed]);
  const now = terminal.now();
  if (options.json === true) {
    const shown = phone === null ? null : mask.phone(phone);
    printJson(terminal, { ...userJson(listed, now, mask), phone: shown, sessions: items.map(sessionJson) });
    return;
  }
  terminal.out(userText(listed, phone, now, mask));
  terminal.out(items.length === 0 ? "No session is kept.\n" : `\n${sessionTable(items, now)}`);
}

/** Personal data is shown whole only after the audit log has it. */
async function maskFor(desk: Desk, { showPersonal }: ShowOptions, users: readonly ListedUser[]): Promise<Personal> {
  if (showPersonal !== true) return MASKED;
  await notePersonalRead(desk, users);
  return SHOWN;
}

/** Does not repeat the id: it may be a phone number, and errors end up in logs. */
function notFound(by: Kind | undefined): Failure {
  const kind = by === undefined ? "of any kind" : `of the kind ${by}`;
  return new Failure(
    `no user has that id ${kind}; a request_id is known for 7 days where an endpoint of Hufu refused the request, and a guard in another process keeps none here`,
  );
}

import { type Command, InvalidArgumentError, Option } from "commander";
import { parseUserId, type UserId } from "../../../core/ids.ts";
import { AUDIT_ACTIONS } from "../../../store/audit-actions.ts";
import type { StoredAuditRecord } from "../../../store/records.ts";
import type { Store } from "../../../store/store.ts";
import { type Actor, callerHere } from "../../actor.ts";
import { inDeployment, withConfigOption } from "../../config/open-deployment.ts";
import { Failure } from "../../output/failure.ts";
import { lineOfJson, printableText } from "../../output/printable.ts";
import type { Terminal } from "../../output/terminal.ts";
import { textTable } from "../../output/text-table.ts";
import { notePersonalRead } from "./note-personal-read.ts";

const LIMIT = 50;
const LIMIT_MOST = 1000;

interface ListOptions {
  readonly config: string;
  readonly user?: string;
  readonly action?: string;
  readonly request?: string;
  readonly before?: number;
  readonly limit?: number;
  readonly showPersonal?: true;
  readonly reason?: string;
  readonly json?: boolean;
}

/** `hufu audit list`: the newest records. */
export function addAuditList(audit: Command, terminal: Terminal): void {
  withConfigOption(audit.command("list"))
    .summary("list records, newest first")
    .description("Lists records of the audit log, newest first.")
    .option("--user <id>", "about one user, by Hufu's id or your own")
    .addOption(new Option("--action <action>", "of one kind").choices(AUDIT_ACTIONS))
    .option("--request <request_id>", "of one request")
    .option("--before <id>", "older than this record: the next page", countUpTo(Number.MAX_SAFE_INTEGER))
    .option("--limit <count>", `at most so many, ${LIMIT_MOST} at most`, countUpTo(LIMIT_MOST), LIMIT)
    .option("--show-personal", "personal fields too, which the audit log notes")
    .option("--reason <text>", "why, for the audit log; --show-personal notes it")
    .option("--json", "one JSON object a line")
    .addHelpText(
      "after",
      `
Examples:
  $ hufu audit list --config hufu.json --user 42
  $ hufu audit list --config hufu.json --action identity.conflict --json`,
    )
    .action((options: ListOptions) => {
      const by = callerHere(options.reason);
      return inDeployment(options.config, terminal, async ({ store }) =>
        terminal.out(await listed(store, options, by)),
      );
    });
}

async function listed({ users, audit }: Store, options: ListOptions, by: Actor): Promise<string> {
  const { user, action, request: requestId, before, limit = LIMIT, json = false } = options;
  const personal = options.showPersonal === true;
  const userId = user === undefined ? undefined : await userNamed({ users }, user);
  if (personal) await notePersonalRead(audit, by, { ...(userId === undefined ? {} : { subject: userId }) });
  const records = await audit.list({ userId, action, requestId, before, limit });
  if (json) return records.map((record) => `${lineOfJson(inJson(record, personal))}\n`).join("");
  const rows = records.map((record) => inCells(record, personal));
  return textTable(["ID", "AT", "ACTION", "SUBJECT", "ACTOR", "WHY", "RULE", "REQUEST", "DETAIL"], rows);
}

/** A closed account is a user here: its records stay. */
async function userNamed({ users }: Pick<Store, "users">, text: string): Promise<UserId> {
  const own = parseUserId(text);
  if (own !== undefined) return own;
  const found = await users.findByExternalId(text);
  if (found === undefined) throw new Failure(`there is no user "${text}"`);
  return found.user.id;
}

function inJson({ personal, ...record }: StoredAuditRecord, withPersonal: boolean): object {
  const { userId, requestId, ...rest } = record;
  const about = { ...rest, user_id: userId, request_id: requestId };
  return withPersonal ? { ...about, personal } : { ...about, personal_fields: personal && Object.keys(personal) };
}

function inCells(record: StoredAuditRecord, withPersonal: boolean): readonly string[] {
  const { id, at, action, userId, sid, actor, why = "", rule = "", requestId = "", detail, personal } = record;
  const more = { ...detail, ...(withPersonal ? personal : {}) };
  const words = Object.entries(more).map(([name, value]) => `${name}=${value}`);
  const cells = [`${id}`, new Date(at).toISOString(), action, [userId, sid].filter(Boolean).join(" "), actor, why];
  return [...cells, rule, requestId, words.join(" ")].map(printableText);
}

function countUpTo(most: number): (text: string) => number {
  return (text) => {
    const count = Number(text);
    if (!/^\d{1,16}$/.test(text) || count < 1 || count > most) {
      throw new InvalidArgumentError(`it must be a whole number from 1 to ${most}.`);
    }
    return count;
  };
}

import { type Command, Option } from "commander";
import { parseSessionId, parseUserId, type UserId } from "../../core/ids.ts";
import { silentMeter } from "../../core/meter/meter.ts";
import { KICK } from "../../session/ending/end-records.ts";
import { endSessions } from "../../session/ending/end-sessions.ts";
import { type ResetScope, revokeMany } from "../../session/ending/revoke-many.ts";
import type { EndTarget } from "../../store/sessions.ts";
import type { Store } from "../../store/store.ts";
import { actor } from "../actor.ts";
import { type Deployment, inDeployment, withConfigOption } from "../config/open-deployment.ts";
import { confirm } from "../output/confirm.ts";
import { counted } from "../output/counted.ts";
import { Failure } from "../output/failure.ts";
import type { Terminal } from "../output/terminal.ts";

const TARGETS = ["all", "app", "user", "session"] as const;

interface RevokeOptions {
  readonly config: string;
  readonly all?: true;
  readonly app?: string;
  readonly user?: string;
  readonly session?: string;
  readonly reason?: string;
  readonly yes?: true;
}

/** `hufu revoke`: ends sessions, of one user or of everybody, now. */
export function addRevoke(program: Command, terminal: Terminal): void {
  const only = (flags: string, about: string, name: (typeof TARGETS)[number]): Option =>
    new Option(flags, about).conflicts(TARGETS.filter((other) => other !== name));
  withConfigOption(program.command("revoke"))
    .summary("end sessions: of one user, of an app, of everybody")
    .description("Ends sessions at once. Their access tokens are refused, and their refresh tokens too.")
    .addOption(only("--all", "everybody", "all"))
    .addOption(only("--app <client_id>", "everybody in one mini program, or the tokens of one back end", "app"))
    .addOption(only("--user <id>", "one user, by Hufu's id or your own", "user"))
    .addOption(only("--session <sid>", "one session", "session"))
    .option("--reason <text>", "why, for the audit log; --all and --app need it")
    .option("--yes", "do not ask")
    .addHelpText(
      "after",
      `
Examples:
  $ hufu revoke --config hufu.json --app wx0123456789abcdef --reason "its appSecret got out"
  $ hufu revoke --config hufu.json --all --reason "restored a backup" --yes
  $ hufu revoke --config hufu.json --user 42

Running servers know within about a second. With --all and --app it is one small write, however many sessions there
are, and anyone who uses the mini program signs in again silently; later sign-ins live. With --user and --session the
sessions count as kicked: the mini program waits until its user signs in again.`,
    )
    .action((options: RevokeOptions, command: Command) => {
      if (TARGETS.every((name) => options[name] === undefined)) {
        command.error("error: say whom: --all, --app, --user or --session");
      }
      const { reason } = options;
      if (options.all === true || options.app !== undefined) {
        if (reason === undefined || reason.trim() === "") command.error("error: --all and --app need a --reason");
        else
          return inDeployment(options.config, terminal, (deployment) =>
            reset(deployment, terminal, { ...options, reason }),
          );
      }
      return inDeployment(options.config, terminal, async (deployment) => {
        terminal.out(await kick(deployment, options));
      });
    });
}

async function reset(
  { store, clientIds, announce }: Deployment,
  terminal: Terminal,
  { app, reason, yes }: RevokeOptions & { readonly reason: string },
): Promise<void> {
  if (app !== undefined && clientIds !== undefined && !clientIds.includes(app)) {
    throw new Failure(`there is no client_id "${app}" in the configuration; there are ${clientIds.join(", ")}`);
  }
  const scope: ResetScope = app === undefined ? { all: true } : { clientId: app };
  const whom = app === undefined ? "everybody" : `everybody of ${app}`;
  await confirm(terminal, `This ends the sessions of ${whom}; each signs in again.`, yes === true);
  await revokeMany({ store, announce }, scope, { by: actor(), reason });
  terminal.out(`Ended the sessions of ${whom}. Running servers refuse their tokens within about a second.\n`);
}

async function kick(
  { store, options, announce }: Deployment,
  { user, session, reason }: RevokeOptions,
): Promise<string> {
  const target = user === undefined ? sessionNamed(session ?? "") : { userId: await userNamed(store, user) };
  const context = { store, settings: options.settings, meter: silentMeter, announce };
  const ended = await endSessions(context, target, KICK, { by: actor(), reason });
  if (ended.length === 0) {
    throw new Failure(user === undefined ? `no session "${session}" is alive` : `user "${user}" has no live session`);
  }
  return `Ended ${counted(ended.length, "session")}. Running servers refuse the tokens within about a second.\n`;
}

function sessionNamed(text: string): EndTarget {
  const sid = parseSessionId(text);
  if (sid === undefined) throw new Failure(`"${text}" is no session id; one begins with s_`);
  return { sid };
}

async function userNamed(store: Store, text: string): Promise<UserId> {
  const own = parseUserId(text);
  const found = own === undefined ? await store.users.findByExternalId(text) : await store.users.find(own);
  if (found === undefined) throw new Failure(`there is no user "${text}"`);
  return found.user.id;
}

import { type Command, Option } from "commander";
import { isRoleName } from "../../session/role-name.ts";
import type { Terminal } from "../output/terminal.ts";
import { changeRolesOf } from "./change-roles-of.ts";
import { changing, type Desk, type DeskOptions, inAdministration, printJson } from "./in-administration.ts";
import { nameOf } from "./named-users.ts";

interface RoleOptions extends DeskOptions {
  readonly add?: readonly string[];
  readonly remove?: readonly string[];
  readonly set?: readonly string[];
}

/** `hufu users roles`: a user's roles, and a change of them. */
export function addUserRoleCommand(users: Command, terminal: Terminal): void {
  changing(users.command("roles").argument("<user>", "the user, by Hufu's id (u_…) or your own"))
    .summary("show or change a user's roles")
    .description("Shows a user's roles, or changes them; the user's tokens are refreshed unseen.")
    .addOption(new Option("--add <role...>", "roles to add").conflicts("set"))
    .addOption(new Option("--remove <role...>", "roles to take away").conflicts("set"))
    .option("--set <role...>", "exactly these roles")
    .option("--json", "print JSON, for scripts: { id, roles, before }")
    .addHelpText(
      "after",
      `
Examples:
  $ hufu users roles 42 --config hufu.json
  $ hufu users roles 42 --add editor --remove trial --reason "moved to the desk" --config hufu.json
  $ hufu users roles 42 --set member editor --config hufu.json`,
    )
    .action((name: string, options: RoleOptions) =>
      inAdministration(options, terminal, (desk) => changeRoles(desk, terminal, name, options)),
    );
}

async function changeRoles(desk: Desk, terminal: Terminal, name: string, options: RoleOptions): Promise<void> {
  const { named, before, roles } = await changeRolesOf(desk, name, (had) => rolesAfter(had, options));
  if (options.json === true) return printJson(terminal, { id: named.user.id, roles, before });
  const words = roles.join(", ") || "none";
  terminal.out(
    roles !== before ? `${nameOf(named)}: ${before.join(", ") || "none"} → ${words}\n` : `${nameOf(named)}: ${words}\n`,
  );
}

/** @throws TypeError for what cannot be a role's name */
function rolesAfter(before: readonly string[], { add = [], remove = [], set }: RoleOptions): readonly string[] {
  for (const role of [...add, ...remove, ...(set ?? [])]) {
    if (!isRoleName(role))
      throw new TypeError(`"${role}" is no role; names are separated by spaces, as in --add editor auditor`);
  }
  const missing = remove.find((role) => !before.includes(role));
  if (missing !== undefined) throw new TypeError(`the user does not have the role "${missing}"`);
  const kept = (set ?? before).filter((role) => !remove.includes(role));
  return [...new Set([...kept, ...add])];
}

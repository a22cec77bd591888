import type { Command } from "commander";
import { isAdministrative } from "../../access/hufu-permissions.ts";
import { Failure } from "../output/failure.ts";
import type { Terminal } from "../output/terminal.ts";
import { changeRolesOf } from "./change-roles-of.ts";
import { changing, type Desk, type DeskOptions, inAdministration } from "./in-administration.ts";
import { namedUser, nameOf } from "./named-users.ts";

const EXAMPLE = "\nExamples:\n  $ hufu admin grant 42 --role administrator --config hufu.json";

interface GrantOptions extends DeskOptions {
  readonly role: string;
}

/** `hufu admin grant`: how the first administrator comes to be. */
export function addAdmin(program: Command, terminal: Terminal): void {
  const admin = program
    .command("admin")
    .summary("give a user a role that administers Hufu: the first administrator")
    .description("Administrators: users whose role has permissions of Hufu's own (hufu.…).")
    .addHelpText("after", EXAMPLE);

  changing(admin.command("grant").argument("<user>", "the user, by Hufu's id (u_…) or your own"))
    .description("Gives a user a role that administers Hufu. The user's other roles stay.")
    .requiredOption("--role <name>", "the role; it must have a permission of Hufu's own, such as hufu.users:read")
    .addHelpText("after", EXAMPLE)
    .action((name: string, options: GrantOptions) =>
      inAdministration(options, terminal, (desk) => grant(desk, terminal, name, options)),
    );
}

async function grant(desk: Desk, terminal: Terminal, name: string, { role }: GrantOptions): Promise<void> {
  await namedUser(desk, name);
  const { roles } = await desk.people.roles.list();
  const allows = roles.get(role);
  if (allows === undefined) {
    throw new Failure(`there is no role "${role}"; there are ${[...roles.keys()].toSorted().join(", ") || "none"}`);
  }
  const administers = allows.filter(isAdministrative);
  if (administers.length === 0) {
    throw new Failure(
      `the role "${role}" has none of Hufu's own permissions, such as hufu.users:read; it administers nothing`,
    );
  }
  const { named } = await changeRolesOf(desk, name, (had) => (had.includes(role) ? had : [...had, role]));
  terminal.out(`${nameOf(named)} has the role ${role} and may: ${administers.join(", ")}.\n`);
}

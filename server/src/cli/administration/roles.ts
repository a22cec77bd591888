import type { Command } from "commander";
import { permissionMistake } from "../../options/permission.ts";
import { isRoleName } from "../../session/role-name.ts";
import { confirm } from "../output/confirm.ts";
import { counted } from "../output/counted.ts";
import { Failure } from "../output/failure.ts";
import type { Terminal } from "../output/terminal.ts";
import { textTable } from "../output/text-table.ts";
import { changing, type Desk, type DeskOptions, inAdministration, printJson, showing } from "./in-administration.ts";
import { readRoles } from "./read-roles.ts";
import { planRoles, planText } from "./role-plan.ts";

interface FileOptions extends DeskOptions {
  readonly remove?: true;
  readonly yes?: true;
}

/** `hufu roles`: what each role allows. */
export function addRoles(program: Command, terminal: Terminal): void {
  const roles = program
    .command("roles")
    .summary("list, change and compare what roles allow")
    .description(
      'Roles: what each allows. Changes need rolesFrom: "hufu"; elsewhere the configuration or your back end owns them.',
    )
    .addHelpText(
      "after",
      `
Examples:
  $ hufu roles list --config hufu.json
  $ hufu roles set editor article:read article:write:own --config hufu.json
  $ hufu roles diff roles.json --config hufu.json
  $ hufu roles apply roles.json --config hufu.json`,
    );

  showing(roles.command("list"))
    .description("Lists the roles as they are stored, with what each allows.")
    .addHelpText("after", "\nExamples:\n  $ hufu roles list --json --config hufu.json")
    .action((options: DeskOptions) => inAdministration(options, terminal, (desk) => list(desk, terminal, options)));

  changing(roles.command("set").argument("<name>", "the role").argument("<permission...>", "all that it allows"))
    .description(
      "Says what a role allows from now on; makes the role if there is none. All who have it get new tokens.",
    )
    .addHelpText("after", "\nExamples:\n  $ hufu roles set editor article:read article:write:own --config hufu.json")
    .action((name: string, permissions: readonly string[], options: DeskOptions) =>
      inAdministration(options, terminal, async ({ people, by }) => {
        const pol = await people.roles.set(name, permissions, by);
        terminal.out(`${name} allows ${permissions.join(", ")} (policy version ${pol}).\n`);
      }),
    );

  showing(roles.command("diff").argument("<file>", "roles as JSON; - is standard input"))
    .description("Shows what hufu roles apply would change. The exit code is 0, whether or not something differs.")
    .option("--remove", "as hufu roles apply --remove")
    .addHelpText("after", "\nExamples:\n  $ hufu roles diff roles.json --config hufu.json")
    .action((file: string, options: FileOptions) =>
      inAdministration(options, terminal, async (desk) => {
        const plan = await planFor(desk, terminal, file, options);
        if (options.json === true) printJson(terminal, plan);
        else terminal.out(planText(plan) || "Nothing differs.\n");
      }),
    );

  changing(roles.command("apply").argument("<file>", "roles as JSON; - is standard input"))
    .description("Makes the stored roles allow what the file says. Shows the plan first, and asks.")
    .option("--remove", "remove the roles that the file does not name")
    .option("--yes", "do not ask")
    .addHelpText(
      "after",
      `
Examples:
  $ hufu roles apply roles.json --config hufu.json
  $ hufu roles apply roles.json --remove --yes --reason "release 7" --config hufu.json

The file is {"member": ["order:read:own"]}, or what hufu roles list --json prints.`,
    )
    .action((file: string, options: FileOptions) =>
      inAdministration(options, terminal, (desk) => apply(desk, terminal, file, options)),
    );
}

async function list({ people, options: { settings } }: Desk, terminal: Terminal, { json }: DeskOptions): Promise<void> {
  const { pol, roles } = await people.roles.list();
  const sorted = [...roles].toSorted(([one], [other]) => (one < other ? -1 : 1));
  if (json === true) {
    printJson(terminal, { pol, owner: settings.rolesFrom, roles: Object.fromEntries(sorted) });
    return;
  }
  if (sorted.length === 0) terminal.out("There is no role.\n");
  else
    terminal.out(
      textTable(
        ["ROLE", "ALLOWS"],
        sorted.map(([name, allows]) => [name, allows.join(" ") || "-"]),
      ),
    );
}

async function apply(desk: Desk, terminal: Terminal, file: string, options: FileOptions): Promise<void> {
  const { people, by } = desk;
  const { rolesFrom } = desk.options.settings;
  if (rolesFrom !== "hufu")
    throw new Failure(`rolesFrom is "${rolesFrom}": Hufu does not own the roles; nothing was changed`);
  const plan = await planFor(desk, terminal, file, options);
  if (plan.steps.length === 0) {
    terminal.out(`${planText(plan)}Nothing differs; nothing was changed.\n`);
    return;
  }
  terminal.err(planText(plan));
  await confirm(
    terminal,
    `This changes ${counted(plan.steps.length, "role")} for all who have them.`,
    options.yes === true,
  );
  const now = await planFor(desk, terminal, file, options);
  if (planText(now) !== planText(plan))
    throw new Failure("the stored roles changed meanwhile; nothing was changed, look again");
  for (const { kind, name, permissions } of plan.steps) {
    if (kind === "remove") await people.roles.remove(name, by);
    else await people.roles.set(name, permissions, by);
  }
  terminal.out(`Changed ${counted(plan.steps.length, "role")}.\n`);
}

async function planFor({ people }: Desk, terminal: Terminal, file: string, { remove }: FileOptions) {
  const wanted = await readRoles(file, terminal);
  // All of it is looked at before one role is changed.
  for (const [name, permissions] of wanted) {
    if (!isRoleName(name)) throw new Failure(`"${name}" is no name of a role: 1–64 letters, digits and _ . : -`);
    for (const permission of permissions) {
      const mistake = permissionMistake(permission);
      if (mistake !== undefined) throw new Failure(`role "${name}": ${mistake}`);
    }
  }
  return planRoles(await people.roles.list(), wanted, remove === true);
}

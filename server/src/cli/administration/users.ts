import type { Command } from "commander";
import { addMoveCommands } from "../commands/users/move-commands.ts";
import type { Terminal } from "../output/terminal.ts";
import { addBanCommands } from "./ban-commands.ts";
import { addUserCommands } from "./user-commands.ts";
import { addUserRoleCommand } from "./user-role-commands.ts";

/** `hufu users`: who is this, and what may they do? */
export function addUsers(program: Command, terminal: Terminal): void {
  const users = program
    .command("users")
    .summary("find, list, ban and close users, change roles, settle whose identity is whose")
    .description("Users: find one by any id, see what is known, change roles, ban, close.")
    .addHelpText(
      "after",
      `
Examples:
  $ hufu users find 42 --config hufu.json
  $ hufu users ban 42 --reason spam --for 7d --config hufu.json
  $ hufu users roles 42 --add editor --config hufu.json

A user is named by Hufu's id (u_…) or by your own. Openids, unionids and phone numbers are masked.`,
    );
  addUserCommands(users, terminal);
  addUserRoleCommand(users, terminal);
  addBanCommands(users, terminal);
  addMoveCommands(users, terminal);
}

import type { Command } from "commander";
import type { Terminal } from "../../output/terminal.ts";
import { addMoveCommands } from "./move-commands.ts";

/** `hufu users`: who is who. */
export function addUsers(program: Command, terminal: Terminal): void {
  const users = program
    .command("users")
    .summary("settle whose identity is whose")
    .description("Users and their identities: link two users, move an identity, take it back.");
  addMoveCommands(users, terminal);
}

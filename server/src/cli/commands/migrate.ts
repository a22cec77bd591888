import type { Command } from "commander";
import { allMigrations, applyMigrations, migrationSql, pendingMigrations } from "../../hufu/database/maintenance.ts";
import { findDatabase } from "../config/find-database.ts";
import { withConfigOption } from "../config/open-deployment.ts";
import { readConfig } from "../config/read-config.ts";
import { toHufuOptions } from "../config/to-hufu-options.ts";
import { Failure } from "../output/failure.ts";
import type { Terminal } from "../output/terminal.ts";

/** `hufu migrate`: brings the database's tables up to date, or says what that would be. */
export function addMigrate(program: Command, terminal: Terminal): void {
  withConfigOption(program.command("migrate"))
    .summary("bring the database's tables up to date")
    .description("Brings the database's tables up to date. hufu serve does so too, at its start.")
    .option("--sql", "print the statements that are missing, and change nothing")
    .option("--check", "say whether something is missing (then the exit code is 1), and change nothing")
    .addHelpText(
      "after",
      `
Examples:
  $ hufu migrate --config hufu.json
  $ hufu migrate --config hufu.json --check
  $ hufu migrate --config hufu.json --sql > migrations.sql   (for a database administrator)`,
    )
    .action(async (options: { config: string; sql?: boolean; check?: boolean }, command: Command) => {
      if (options.sql && options.check) command.error("error: --sql and --check exclude each other");
      const { database } = toHufuOptions(await readConfig(options.config, terminal));
      const { url, shown, mayExist } = findDatabase(database, terminal.folder);
      if (!options.sql && !options.check) return terminal.out(applied(await applyMigrations(url), shown));
      const missing = mayExist ? await pendingMigrations(url) : allMigrations(url);
      if (options.sql) {
        const statements =
          missing.length === 0 ? [] : await migrationSql(url, missing, new Date(terminal.now()).toISOString());
        return terminal.out(statements.map((statement) => `${statement}\n`).join(""));
      }
      if (missing.length > 0) throw new Failure(`the database lacks ${missing.join(", ")}; run hufu migrate`);
      terminal.out("The database is up to date.\n");
    });
}

function applied(names: readonly string[], shown: string): string {
  if (names.length === 0) return "The database is up to date.\n";
  return `Migrated ${shown}:\n${names.map((name) => `  ${name}\n`).join("")}`;
}

import type { Command } from "commander";
import type { HufuOptions } from "../../hufu/options/options.ts";
import type { AppOptions } from "../../platform/app-options.ts";
import { createApps } from "../../platform/apps.ts";
import { readConfig } from "../config/read-config.ts";
import { toHufuOptions } from "../config/to-hufu-options.ts";
import { Failure } from "../output/failure.ts";
import type { Terminal } from "../output/terminal.ts";
import { textTable } from "../output/text-table.ts";
import { type DeskOptions, printJson, showing } from "./in-administration.ts";

const APPS = "\nExamples:\n  $ hufu apps list --config hufu.json";
const CLIENTS = "\nExamples:\n  $ hufu clients list --config hufu.json";

/** `hufu apps list` and `hufu clients list`: what the configuration registers, without a secret. */
export function addRegistrations(program: Command, terminal: Terminal): void {
  const apps = program
    .command("apps")
    .summary("list the mini programs")
    .description("The mini programs that may sign in.")
    .addHelpText("after", APPS);
  showing(apps.command("list"))
    .description("Lists the mini programs of the configuration, without their secrets. Reads no database.")
    .addHelpText("after", APPS)
    .action(async ({ config, json }: DeskOptions) => {
      const items = await appsOf(toHufuOptions(await readConfig(config, terminal)));
      if (json === true) printJson(terminal, { items });
      else terminal.out(appTable(items));
    });

  const clients = program
    .command("clients")
    .summary("list the back ends that may call Hufu")
    .description("The back ends that may call Hufu itself.")
    .addHelpText("after", CLIENTS);
  showing(clients.command("list"))
    .description(
      "Lists the back ends of the configuration with what each may do, without their secrets. Reads no database.",
    )
    .addHelpText("after", CLIENTS)
    .action(async ({ config, json }: DeskOptions) => {
      const { clients: registered = [] } = toHufuOptions(await readConfig(config, terminal));
      const items = registered.map(({ id, permissions }) => ({ id, permissions }));
      if (json === true) printJson(terminal, { items });
      else if (items.length === 0) terminal.out("No back end is registered.\n");
      else
        terminal.out(
          textTable(
            ["CLIENT", "MAY"],
            items.map(({ id, permissions }) => [id, permissions.join(" ") || "-"]),
          ),
        );
    });
}

interface ListedApp {
  readonly id: string;
  readonly platform: string;
  readonly app: string;
  readonly endpoint: string;
  readonly union_scope: string | null;
  readonly require_proof: boolean;
  readonly sign_ins_per_minute: number | null;
}

async function appsOf({ apps }: Pick<HufuOptions, "apps">): Promise<readonly ListedApp[]> {
  if (typeof apps === "function")
    throw new Failure("apps is a function: it knows each mini program by name, and lists none");
  const found = createApps(apps);
  const listed: ListedApp[] = [];
  for (const { id, appId } of apps satisfies readonly AppOptions[]) {
    const app = await found.find(id ?? appId);
    if (app === undefined) continue;
    listed.push({
      id: app.id,
      platform: app.platform,
      app: app.appId,
      endpoint: app.endpoint,
      union_scope: app.unionScope,
      require_proof: app.requireProof,
      sign_ins_per_minute: app.signInsPerMinute ?? null,
    });
  }
  return listed;
}

function appTable(items: readonly ListedApp[]): string {
  if (items.length === 0) return "No mini program is registered: nobody can sign in.\n";
  return textTable(
    ["CLIENT ID", "PLATFORM", "APP", "ENDPOINT", "PROOF"],
    items.map((app) => [app.id, app.platform, app.app, app.endpoint, app.require_proof ? "required" : "-"]),
  );
}

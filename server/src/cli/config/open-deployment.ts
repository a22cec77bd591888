import type { Command } from "commander";
import { isDatabaseInUse, openStoreAsItIs } from "../../hufu/database/maintenance.ts";
import type { HufuOptions } from "../../hufu/options/options.ts";
import { type ResolvedOptions, resolveOptions } from "../../hufu/options/resolve-options.ts";
import type { Store } from "../../store/store.ts";
import { createSecrets, type Secrets } from "../../token/sealing/secrets.ts";
import { Failure } from "../output/failure.ts";
import type { Terminal } from "../output/terminal.ts";
import { findExistingDatabase } from "./find-database.ts";
import { readConfig } from "./read-config.ts";
import { tellNodes } from "./tell-nodes.ts";
import { toHufuOptions } from "./to-hufu-options.ts";

/** A deployment that is looked at or changed without serving. */
export interface Deployment {
  readonly store: Store;
  readonly secrets: Secrets;
  readonly options: ResolvedOptions;
  /** As they are configured. */
  readonly configured: HufuOptions;
  /** The client ids of its mini programs and back ends; `undefined` where a function knows them. */
  readonly clientIds: readonly string[] | undefined;
  /** To be called when the outbox has news. No verifier lives in this process; the running servers are told at the end. */
  announce(): void;
}

/** Adds the option that such commands share. */
export function withConfigOption(command: Command): Command {
  return command.requiredOption("-c, --config <file>", "the configuration that hufu serve is given");
}

/**
 * Opens what a configuration names, lets `work` do its part, and closes it. Nothing is made or migrated.
 * @param alone refuse while another process has the database open
 * @throws Failure, TypeError for a configuration that makes no sense; HufuError if the database cannot be used
 */
export async function inDeployment<Result>(
  configFile: string,
  terminal: Terminal,
  work: (deployment: Deployment) => Promise<Result>,
  { alone = false }: { readonly alone?: boolean } = {},
): Promise<Result> {
  const hufuOptions = toHufuOptions(await readConfig(configFile, terminal));
  const options = resolveOptions(hufuOptions);
  const { database } = hufuOptions;
  const secrets = createSecrets(options.secrets);
  const url = findExistingDatabase(database, terminal.folder);
  const file = /^sqlite:(.+)$/.exec(url)?.[1];
  if (alone && file !== undefined && isDatabaseInUse(file)) {
    throw new Failure(`another process has ${file} open; stop the servers first`);
  }
  const store = await openStoreAsItIs(url, options.settings.accessMs);
  let hasNews = false;
  const announce = (): void => {
    hasNews = true;
  };
  try {
    return await work({
      store,
      secrets,
      options,
      configured: hufuOptions,
      clientIds: clientIdsOf(hufuOptions),
      announce,
    });
  } finally {
    if (hasNews) await tellNodes(hufuOptions, store);
    await store.close();
  }
}

function clientIdsOf({ apps, clients = [] }: HufuOptions): readonly string[] | undefined {
  if (typeof apps === "function") return undefined;
  return [...apps.map(({ id, appId }) => id ?? appId), ...clients.map(({ id }) => id)];
}

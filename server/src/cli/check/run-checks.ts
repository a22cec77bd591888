import type { HufuOptions } from "../../hufu/options/options.ts";
import { type ResolvedOptions, resolveOptions } from "../../hufu/options/resolve-options.ts";
import { faultOfRedis } from "../../hufu/redis/check-redis.ts";
import { weaknessOf } from "../../token/sealing/weak-secret.ts";
import type { ServerConfig } from "../config/config-schema.ts";
import { readConfig } from "../config/read-config.ts";
import { toHufuOptions } from "../config/to-hufu-options.ts";
import { explainFailure } from "../output/explain-failure.ts";
import type { Terminal } from "../output/terminal.ts";
import { checkDatabase, kidsOf } from "./check-database.ts";
import { checkIssuer } from "./check-issuer.ts";
import { checkPlatform } from "./check-platform.ts";
import { checkReceivers } from "./check-receivers.ts";
import { type Finding, finding } from "./finding.ts";

/** A configuration that is valid, as the checks need it. */
export interface Configured {
  readonly config: ServerConfig;
  readonly options: HufuOptions & { readonly database: string };
  readonly resolved: ResolvedOptions;
}

/**
 * Asks everything that a start depends on, one after the other; a check that fails says so and stops no other.
 * @param further by name, what else is asked if the configuration is valid
 */
export async function runChecks(
  configFile: string,
  terminal: Terminal,
  further: Readonly<Record<string, (configured: Configured) => Promise<readonly Finding[]>>> = {},
): Promise<readonly Finding[]> {
  const configured = await readConfig(configFile, terminal)
    .then((config): Configured => {
      const options = toHufuOptions(config);
      return { config, options, resolved: resolveOptions(options) };
    })
    .catch((error: unknown) => explainFailure(error));
  if (typeof configured === "string") return [finding("configuration", "error", configured)];
  const { config, options, resolved } = configured;
  const place = { database: options.database, databaseDirect: options.databaseDirect, folder: terminal.folder };
  const found = [
    finding("configuration", "ok", `${configFile} is valid`),
    ...checkClients(options),
    ...(await orFailure("database", () => checkDatabase(place, resolved))),
    ...(await orFailure("redis", () => checkRedis(options.redis))),
    ...(await orFailure("platform", () => checkApps(options, resolved.secrets))),
    ...(await orFailure("receivers", () => checkReceivers(resolved))),
    ...(await orFailure("issuer", async () => checkIssuer(config, terminal.now, await kidsOf(place)))),
  ];
  for (const [what, check] of Object.entries(further)) {
    found.push(...(await orFailure(what, () => check(configured))));
  }
  return found;
}

async function orFailure(what: string, check: () => Promise<readonly Finding[]>): Promise<readonly Finding[]> {
  try {
    return await check();
  } catch (error) {
    return [finding(what, "error", explainFailure(error))];
  }
}

function checkClients({ clients = [] }: HufuOptions): readonly Finding[] {
  return clients.flatMap(({ secret }, at) => {
    const weakness = weaknessOf(secret);
    if (weakness === undefined) return [];
    return [finding("clients", "error", `clients[${at}].secret ${weakness}; make one with: openssl rand -hex 32`)];
  });
}

async function checkRedis(redis: HufuOptions["redis"]): Promise<readonly Finding[]> {
  if (redis === undefined) return [finding("redis", "ok", "none is configured: short-lived facts are in the database")];
  const fault = await faultOfRedis(redis);
  if (fault === undefined) return [finding("redis", "ok", "it answers, and allows all that Hufu asks for")];
  return [finding("redis", fault.level, fault.text)];
}

async function checkApps({ apps }: HufuOptions, secrets: readonly string[]): Promise<readonly Finding[]> {
  if (typeof apps === "function") return [finding("apps", "ok", "a function knows them; none was asked about")];
  if (apps.length === 0) return [finding("apps", "warning", "apps is empty: nobody can sign in")];
  return checkPlatform(apps, secrets);
}

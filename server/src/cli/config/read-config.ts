import { readFileSync } from "node:fs";
import { dirname, extname, resolve } from "node:path";
import { parseStrictObject } from "../../token/strict-json.ts";
import { explainFailure } from "../output/explain-failure.ts";
import { Failure } from "../output/failure.ts";
import type { ListenAddress, ServerConfig } from "./config.ts";
import { type ConfigMistake, findConfigMistakes, MISSING, pathInWords } from "./config-schema.ts";
import { loadModule } from "./load-module.ts";
import { type ReferenceEnvironment, resolveReferences, whyUnreadable } from "./resolve-references.ts";

const MODULES = new Set([".js", ".mjs", ".cjs", ".ts", ".mts", ".cts"]);
const MOST_SHOWN = 10;

/**
 * Reads a configuration: a JSON file, or a module that default-exports the same object, in which `apps` and
 * `resolveUser` may be functions, `hooks` may hold some, and `redis` may be a client.
 * @param folder from which a relative `file` goes
 * @throws Failure that says in one sentence what is wrong with it and where, without any value
 */
export async function readConfig(
  file: string,
  environment: { readonly env: ReferenceEnvironment["env"]; readonly folder: string },
): Promise<ServerConfig> {
  const path = resolve(environment.folder, file);
  const isModule = MODULES.has(extname(path).toLowerCase());
  const given = isModule ? await fromModule(path) : fromJson(path);
  const { data, functions } = isModule ? apart(given) : { data: given, functions: {} };
  const resolved: unknown = resolveReferences(data, { env: environment.env, folder: dirname(path) });
  // What is a function is checked by createHufu; a list stands in for it here.
  const standIns = "apps" in functions ? { apps: [] } : {};
  const mistakes = findConfigMistakes({ ...(resolved as object), ...standIns });
  if (mistakes.length > 0) throw new Failure(mistakesInWords(path, mistakes));
  // The check above has just said that this is one.
  const { $schema: _, ...members } = { ...(resolved as ServerConfig & { $schema?: string }), ...functions };
  return withNumbers(members);
}

function mistakesInWords(file: string, mistakes: ReturnType<typeof findConfigMistakes>): string {
  const shown = mistakes.slice(0, MOST_SHOWN).map(inWords);
  const more = mistakes.length > shown.length ? `; and ${mistakes.length - shown.length} more` : "";
  return `${file}: ${shown.join("; ")}${more}`;
}

function inWords({ path, what }: ConfigMistake): string {
  if (path === "") return what;
  return what === MISSING ? `${path} is missing` : `${path}: ${what}`;
}

function fromJson(file: string): unknown {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    throw new Failure(`the configuration ${file} ${whyUnreadable(error)}`);
  }
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString("utf8"));
  } catch (error) {
    // The parser's own words quote the text around the mistake, and that may be a secret.
    throw new Failure(`the configuration ${file} is not valid JSON${placeOf(error)}`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new Failure(`the configuration ${file} is not a JSON object`);
  }
  if (parseStrictObject(bytes) === undefined) {
    throw new Failure(`the configuration ${file} names a member twice in one object, or is not UTF-8`);
  }
  return value;
}

function placeOf(error: unknown): string {
  const place = error instanceof Error ? /\(line \d+ column \d+\)/.exec(error.message)?.[0] : undefined;
  return place === undefined ? "" : ` ${place}`;
}

async function fromModule(file: string): Promise<unknown> {
  let value: unknown;
  try {
    value = await loadModule(file);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ERR_UNKNOWN_FILE_EXTENSION") {
      throw new Failure(`the configuration ${file} is TypeScript, which this Node cannot run; use Node 22.18 or newer`);
    }
    throw new Failure(`the configuration ${file} cannot be loaded: ${explainFailure(error)}`, { cause: error });
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new Failure(`the configuration ${file} must default-export an object`);
  }
  return value;
}

/** The members of a module that are functions, hold some or are a client, and the rest. */
function apart(given: unknown): { readonly data: object; readonly functions: Readonly<Record<string, unknown>> } {
  const data: Record<string, unknown> = {};
  const functions: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(given as object)) {
    if (name === "hooks") functions[name] = checkedHooks(value);
    // What it is is checked by createHufu.
    else if (name === "redis" && typeof value === "object" && value !== null) functions[name] = value;
    else if (typeof value === "function" && (name === "apps" || name === "resolveUser")) functions[name] = value;
    else if (value !== undefined) data[name] = value;
  }
  return { data, functions };
}

const HOOKS = ["onSignIn", "onSessionEnd", "onUserClosed"];

function checkedHooks(hooks: unknown): unknown {
  if (typeof hooks !== "object" || hooks === null) throw new Failure("hooks: must be an object");
  for (const [name, hook] of Object.entries(hooks)) {
    const path = pathInWords(["hooks", name]);
    if (!HOOKS.includes(name)) throw new Failure(`${path}: there is no such hook; there are ${HOOKS.join(", ")}`);
    if (hook !== undefined && typeof hook !== "function") throw new Failure(`${path}: must be a function`);
  }
  return hooks;
}

/** A port may come out of the environment, as text. */
function withNumbers(config: ServerConfig): ServerConfig {
  const numbered = <Address extends ListenAddress>(address: Address | undefined) =>
    address?.port === undefined ? address : { ...address, port: Number(address.port) };
  const listen = numbered(config.listen);
  const metrics = numbered(config.metrics);
  return { ...config, ...(listen && { listen }), ...(metrics && { metrics }) };
}

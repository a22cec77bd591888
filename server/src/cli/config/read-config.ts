import { readFileSync } from "node:fs";
import { dirname, extname, resolve } from "node:path";
import { mistakesInWords, readBySchema } from "../../options/mistakes.ts";
import { parseStrictObject } from "../../token/jws/strict-json.ts";
import { explainFailure } from "../output/explain-failure.ts";
import { Failure } from "../output/failure.ts";
import { jsonConfig, moduleConfig, type ServerConfig } from "./config-schema.ts";
import { loadModule } from "./load-module.ts";
import { type ReferenceEnvironment, resolveReferences, whyUnreadable } from "./resolve-references.ts";

const BYTE_ORDER_MARK = Buffer.from("\ufeff", "utf8");
const MODULES = new Set([".js", ".mjs", ".cjs", ".ts", ".mts", ".cts"]);

/**
 * Reads a configuration: a JSON file, or a module that default-exports the same object, in which `apps` and
 * `resolveUser` may be functions, `hooks` may hold some, and `redis` may be a client of `ioredis`.
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
  const resolved: unknown = resolveReferences(given, { env: environment.env, folder: dirname(path) });
  const read = readBySchema<ServerConfig>(isModule ? moduleConfig : jsonConfig, resolved);
  if (read.options === undefined) throw new Failure(`${path}: ${mistakesInWords(read.mistakes)}`);
  return read.options;
}

function fromJson(file: string): unknown {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    throw new Failure(`the configuration ${file} ${whyUnreadable(error)}`);
  }
  if (bytes[0] === 0xff || bytes[0] === 0xfe || bytes[1] === 0) {
    throw new Failure(`the configuration ${file} is UTF-16; save it as UTF-8`);
  }
  // Some editors begin a file with this mark; it says nothing that UTF-8 does not.
  if (bytes.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK)) bytes = bytes.subarray(BYTE_ORDER_MARK.length);
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

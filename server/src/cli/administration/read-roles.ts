import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseStrictObject } from "../../token/jws/strict-json.ts";
import { whyUnreadable } from "../config/resolve-references.ts";
import { Failure } from "../output/failure.ts";
import type { Terminal } from "../output/terminal.ts";

/**
 * Reads roles from a JSON file: `{ "member": ["order:read:own"] }`, or what `hufu roles list --json` prints.
 * @param file `-` is standard input
 * @throws Failure that says what is wrong and where
 */
export async function readRoles(file: string, terminal: Terminal): Promise<ReadonlyMap<string, readonly string[]>> {
  const named = file === "-" ? "standard input" : resolve(terminal.folder, file);
  const value = parseStrictObject(file === "-" ? Buffer.from(await terminal.read()) : bytesOf(named));
  if (value === undefined) throw new Failure(`${named} is not a JSON object, or names a member twice`);
  const { roles } = value;
  const table = isObject(roles) ? roles : value;
  return new Map(
    Object.entries(table).map(([name, permissions]) => {
      if (Array.isArray(permissions) && permissions.every((one) => typeof one === "string")) return [name, permissions];
      throw new Failure(`${named}: "${name}" must be a list of permissions`);
    }),
  );
}

/** PowerShell's `>` writes UTF-16, and some editors put a mark before UTF-8. */
function bytesOf(file: string): Buffer {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    throw new Failure(`${file} ${whyUnreadable(error)}`);
  }
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return Buffer.from(bytes.subarray(2).toString("utf16le"), "utf8");
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return bytes.subarray(3);
  return bytes;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { readPermission } from "../../access/permission.ts";
import { pathInWords } from "../../options/mistakes.ts";
import { Failure } from "../output/failure.ts";

const REFERENCE = /^(env|file):(.+)$/s;
const LONGEST_FILE = 1 << 20;

/** Where references lead. */
export interface ReferenceEnvironment {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The configuration's folder, from which `file:PATH` goes. */
  readonly folder: string;
}

/**
 * A copy of the data with each `env:NAME` and `file:PATH` replaced by what it names; a file loses the line breaks at its
 * end. In lists of permissions, what is a permission stays one: `file:read` is about files.
 * @throws Failure that names the reference and the member, never a value
 */
export function resolveReferences(
  value: unknown,
  environment: ReferenceEnvironment,
  path: readonly PropertyKey[] = [],
): unknown {
  if (typeof value === "string")
    return isPermissionPlace(path) && readPermission(value) ? value : replaced(value, environment, path);
  if (Array.isArray(value)) return value.map((item, at) => resolveReferences(item, environment, [...path, at]));
  if (!isPlain(value)) return value;
  const copy: Record<string, unknown> = {};
  for (const [name, inner] of Object.entries(value)) {
    // Defined, not assigned, so that "__proto__" is a member like any other and refused as unknown.
    const resolved = resolveReferences(inner, environment, [...path, name]);
    Object.defineProperty(copy, name, { value: resolved, enumerable: true, configurable: true, writable: true });
  }
  return copy;
}

/** Is this an object literal? A module may also hold a client of `ioredis`, which stays as it is. */
function isPlain(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function isPermissionPlace(path: readonly PropertyKey[]): boolean {
  return path[0] === "roles" || (path[0] === "clients" && path[2] === "permissions");
}

function replaced(text: string, environment: ReferenceEnvironment, path: readonly PropertyKey[]): string {
  const [, kind, name] = REFERENCE.exec(text) ?? [];
  if (name === undefined) {
    if (text === "env:" || text === "file:") throw new Failure(`${pathInWords(path)}: a name must follow "${text}"`);
    return text;
  }
  return kind === "env" ? fromEnvironment(name, environment, path) : fromFile(name, environment, path);
}

function fromEnvironment(name: string, { env }: ReferenceEnvironment, path: readonly PropertyKey[]): string {
  const found = Object.hasOwn(env, name) ? env[name] : undefined;
  if (found !== undefined && found !== "") return found;
  throw new Failure(
    `${pathInWords(path)}: the environment variable ${name} is ${found === undefined ? "not set" : "empty"}`,
  );
}

function fromFile(name: string, { folder }: ReferenceEnvironment, path: readonly PropertyKey[]): string {
  const file = resolve(folder, name);
  const problem = (what: string) => new Failure(`${pathInWords(path)}: the file ${file} ${what}`);
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    throw problem(whyUnreadable(error));
  }
  if (bytes.length > LONGEST_FILE) throw problem("is too long");
  // Two secrets must never become one because a decoder gave up on both.
  const text = decoded(bytes);
  if (text === undefined) throw problem("is not UTF-8 text; store binary secrets as base64");
  const value = text.replace(/[\r\n]+$/, "");
  if (value === "") throw problem("is empty");
  return value;
}

function decoded(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** `does not exist`, `may not be read`, … for a file that could not be read. */
export function whyUnreadable(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code === "ENOENT") return "does not exist";
  if (code === "EACCES" || code === "EPERM") return "may not be read by this user";
  if (code === "EISDIR") return "is a folder";
  return `cannot be read${code === "" ? "" : ` (${code})`}`;
}

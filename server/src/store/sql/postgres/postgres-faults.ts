import type { Fault } from "../pool/server-pool.ts";
import { uniqueWhere } from "../unique-where.ts";

const UNIQUE = "23505";
/** Serialisation failure, deadlock; a prepared statement that a pooler mixed up, which is not used again. */
const RACES = new Set(["40001", "40P01", "26000", "42P05"]);
/**
 * Codes that mean "not now" or "not allowed", by their beginning: connection, authorisation, missing database,
 * transaction ended for being idle, rolled back, privilege, resources, not in this state,
 * cancelled or shut down, the system's own errors.
 * @see https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const REFUSALS = ["08", "28", "3D", "25P0", "40", "42501", "53", "55", "57", "58", "F0", "XX"];
const READ_ONLY = "25006";
/** After these the server has closed the connection. */
const GOODBYES = ["08", "57P", "25P03"];

/** What an error of `pg` means. Everything without the server's own code is a connection that was lost, or our mistake. */
export function postgresFault(error: unknown): Fault {
  if (!(error instanceof Error) || error instanceof TypeError || error instanceof RangeError) return { kind: "ours" };
  const code = textOf(error, "code");
  // Node's own codes (EPIPE) may look like the server's; only the server's have a severity.
  if (code === undefined || textOf(error, "severity") === undefined) return { kind: "silent" };
  if (code === UNIQUE) return { kind: "repeats", where: uniqueWhere(textOf(error, "constraint") ?? "") };
  if (RACES.has(code)) return { kind: "race" };
  if (code === READ_ONLY) return { kind: "standby" };
  const begins = (beginnings: readonly string[]): boolean => beginnings.some((beginning) => code.startsWith(beginning));
  if (begins(GOODBYES)) return { kind: "silent" };
  return { kind: begins(REFUSALS) ? "refused" : "ours" };
}

/** Did the server itself say no, so that the connection still knows where it is unless it was closed? */
export function isRefusal(error: unknown): boolean {
  return error instanceof Error && textOf(error, "code") !== undefined && textOf(error, "severity") !== undefined;
}

function textOf(error: Error, name: string): string | undefined {
  const value: unknown = Reflect.get(error, name);
  return typeof value === "string" ? value : undefined;
}

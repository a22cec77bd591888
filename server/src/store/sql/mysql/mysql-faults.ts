import type { Fault } from "../pool/server-pool.ts";
import { uniqueWhere } from "../unique-where.ts";

/** @see https://mariadb.com/docs/server/reference/error-codes and https://dev.mysql.com/doc/mysql-errors/8.4/en/ */
const DUPLICATE = 1062;
/** Deadlock, a row that changed since it was read, a group of servers that decided for another one's commit. */
const RACES: ReadonlySet<number> = new Set([1213, 1020, 3101]);
/**
 * "Not now" or "not to you": disks, tables and memory that are full, too many connections, rights, unknown database,
 * engine, lock wait, interrupted or too slow statements, a cluster that has no majority.
 */
const REFUSALS: ReadonlySet<number> = new Set([
  1021, 1030, 1037, 1038, 1040, 1041, 1044, 1045, 1047, 1049, 1114, 1129, 1130, 1142, 1143, 1180, 1203, 1205, 1206,
  1226, 1227, 1317, 1698, 1792, 1969, 3024, 3058, 3100, 3572,
]);
/** `read_only`, InnoDB's read-only mode. A transaction that was begun as one that only reads is 1792. */
const READ_ONLY: ReadonlySet<number> = new Set([1290, 1836]);
/** After these the server has closed the connection. */
const GOODBYES: ReadonlySet<number> = new Set([
  1053, 1077, 1079, 1080, 1152, 1153, 1158, 1159, 1160, 1161, 1184, 1927, 4031,
]);
/** Below are the operating system's numbers, and from 2000 to 2999 those that clients make up. */
const isServers = (number: number): boolean => number >= 1000 && (number < 2000 || number >= 3000);
const INDEX_OF_DUPLICATE = /'(?:[^']*\.)?([^'.]+)'[^']*$/;

/** What an error of `mysql2` means. Everything without the server's own number is a lost connection, or our mistake. */
export function mysqlFault(error: unknown): Fault {
  if (!(error instanceof Error) || error instanceof TypeError || error instanceof RangeError) return { kind: "ours" };
  const number = "errno" in error && typeof error.errno === "number" ? error.errno : undefined;
  if (number === undefined || !isServers(number) || GOODBYES.has(number)) return { kind: "silent" };
  if (number === DUPLICATE)
    return { kind: "repeats", where: uniqueWhere(INDEX_OF_DUPLICATE.exec(error.message)?.[1] ?? "") };
  if (RACES.has(number)) return { kind: "race" };
  if (READ_ONLY.has(number)) return { kind: "standby" };
  return { kind: REFUSALS.has(number) ? "refused" : "ours" };
}

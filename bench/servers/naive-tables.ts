import type { DatabaseSync } from "node:sqlite";
import { createNaiveTables, fillNaiveTables } from "../../examples/naive-openid/naive-openid.ts";

/** The openid of the user of this number. */
export function naiveOpenid(place: number): string {
  return `o${String(place).padStart(27, "0")}`;
}

/** The tables of the naive back end, in WAL, with so many members and one order each. */
export function fillNaively(database: DatabaseSync, members: number): void {
  database.exec("pragma journal_mode = wal; pragma synchronous = normal");
  createNaiveTables(database);
  fillNaiveTables(database, {
    users: Array.from({ length: members }, (_, id) => ({ id, openid: naiveOpenid(id), roles: ["member"] })),
    orders: Array.from({ length: members }, (_, id) => ({ id, owner: id, item: "tea" })),
  });
}

import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import type { SqliteStatement } from "kysely";
import { assertWellFormed } from "../../../core/well-formed.ts";
import { guarded } from "./sqlite-faults.ts";

type Row = Record<string, unknown>;

/** Statements that answer rows, for a Node that cannot tell. Ours begin plainly. */
const ANSWERS_ROWS = /^\s*(?:select|with|pragma)\b|\breturning\b/i;

/** A prepared statement as Kysely's SQLite driver wants it. Node 22.13 to 22.15 have less to offer, and are slower. */
export function asKyselyStatement(statement: StatementSync, text: string): SqliteStatement {
  const rows =
    "columns" in statement && "setReturnArrays" in statement ? rowsFromArrays(statement) : plainRows(statement, text);
  return {
    reader: rows !== undefined,
    all: (values) => guarded(() => rows?.(...bound(values)) ?? []),
    run: (values) => guarded(() => statement.run(...bound(values))),
    iterate: () => {
      throw new TypeError("nothing here streams");
    },
  };
}

/** Rows as arrays, and the objects made here: node:sqlite's own objects cost twice the time of the whole query. */
function rowsFromArrays(statement: StatementSync): ((...values: SQLInputValue[]) => Row[]) | undefined {
  const names = statement.columns().map((column) => column.name);
  if (names.length === 0) return undefined;
  statement.setReturnArrays(true);
  const blank: Row = Object.fromEntries(names.map((name) => [name, null]));
  return (...values) => statement.all(...values).map((row) => toRow(names, blank, row));
}

function plainRows(statement: StatementSync, text: string): ((...values: SQLInputValue[]) => Row[]) | undefined {
  return ANSWERS_ROWS.test(text) ? (...values) => statement.all(...values) : undefined;
}

/** @param blank a row without values: a copy of it has its shape at once, where one built name by name grows thirteen times */
function toRow(names: readonly string[], blank: Row, values: unknown): Row {
  const row: Row = { ...blank };
  if (!Array.isArray(values)) return row;
  for (let index = 0; index < names.length; index += 1) row[names[index] ?? ""] = values[index];
  return row;
}

/** Kysely passes the values of the queries; the schema's types allow nothing but text, numbers and null. */
function bound(values: readonly unknown[]): SQLInputValue[] {
  for (const value of values) if (typeof value === "string") assertWellFormed(value, "text");
  return values as SQLInputValue[];
}

/** Is a transaction open? A Node that has no word for it is asked by beginning one. */
export function isInTransaction(database: DatabaseSync): boolean {
  if ("isTransaction" in database) return database.isTransaction;
  return !canBegin(database);
}

function canBegin(database: DatabaseSync): boolean {
  try {
    database.exec("begin");
  } catch {
    return false;
  }
  database.exec("rollback");
  return true;
}

import type { Migration } from "kysely/migration";
import type { ColumnTypes } from "./dialect.ts";
import { firstTables } from "./migrations/0001-first-tables.ts";

/**
 * Every migration by its name, numbered and forward only. One that was released never changes again. Nodes of two
 * neighbouring versions run side by side: a migration only adds what the older one does not mind.
 */
export function migrations(columns: ColumnTypes): Readonly<Record<string, Migration>> {
  return {
    "0001-first-tables": { up: (db) => firstTables(db, columns) },
  };
}

import type { Loader } from "./loader.ts";
import { openPostgresLoader } from "./postgres-loader.ts";
import { openSqliteLoader } from "./sqlite-loader.ts";

/** Opens as many loaders as help on the database that a URL names: Hufu has made its tables, and has closed it again. */
export async function openLoaders(database: string): Promise<readonly [Loader, ...Loader[]]> {
  const file = /^sqlite:(.+)$/.exec(database)?.[1];
  if (file !== undefined) return [openSqliteLoader(file)];
  return [await openPostgresLoader(database), await openPostgresLoader(database)];
}

import type { BatchStatements, Db, Differences } from "../dialect.ts";
import { preparePostgresChange } from "./postgres-change.ts";
import { preparePostgresReading } from "./postgres-reading.ts";

export function preparePostgresBatches(db: Db, differences: Differences): BatchStatements {
  return Object.freeze<BatchStatements>({
    find: preparePostgresReading(db, differences),
    compareAndSet: preparePostgresChange(db),
    isUnit: false,
  });
}

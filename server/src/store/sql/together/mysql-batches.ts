import type { BatchStatements, Db, Differences } from "../dialect.ts";
import { prepareMysqlChange } from "./mysql-change.ts";
import { prepareMysqlReading } from "./mysql-reading.ts";

export function prepareMysqlBatches(db: Db, differences: Differences): BatchStatements {
  return Object.freeze<BatchStatements>({
    find: prepareMysqlReading(db, differences),
    compareAndSet: prepareMysqlChange(db),
    isUnit: true,
  });
}

import type { DatabaseSync } from "node:sqlite";

/** A sealer moves rows between these tables at any time, independent of the test. */
const TABLES = ["hufu_audit", "hufu_audit_chain", "hufu_audit_personal", "hufu_audit_head"];
const COLUMNS = ["id", "at", "action", "user_id", "sid", "app", "actor", "why", "rule", "request_id", "detail"];

type Rows = readonly Readonly<Record<string, unknown>>[];

/** Every row of every table of Hufu; audit records are `hufu_audit` alone, whether they are chained yet or not. */
export function tablesOf(database: DatabaseSync): Readonly<Record<string, Rows>> {
  const names = database
    .prepare("select name from sqlite_master where type = 'table' and name like 'hufu\\_%' escape '\\' order by name")
    .all()
    .map(({ name }) => String(name));
  const tables: Record<string, Rows> = {};
  for (const name of names) {
    if (name === "hufu_audit") tables[name] = auditRows(database);
    else if (!TABLES.includes(name)) tables[name] = database.prepare(`select * from "${name}" order by 1, 2`).all();
  }
  return tables;
}

function auditRows(database: DatabaseSync): Rows {
  return database
    .prepare(
      `select ${COLUMNS.join(", ")}, personal from hufu_audit
       union all
       select ${COLUMNS.map((column) => `link.${column}`).join(", ")}, side.fields
       from hufu_audit_chain link left join hufu_audit_personal side on side.seq = link.seq
       order by id`,
    )
    .all();
}

import { type CompiledQuery, sql } from "kysely";
import { type DatabaseFinding, errorFinding } from "../database-finding.ts";
import type { Db } from "../dialect.ts";

/** Tables that are named; the rest is a number. */
const NAMED_MOST = 3;

export interface Rights {
  readonly schema: string | null;
  readonly role: string;
  /** May it make tables where it looks for them first? 0 or 1. */
  readonly may_create: number;
  readonly tables: number;
  /** Of the tables: those that it may not read and write, with commas between. */
  readonly lacking: string;
}

export function selectRights(db: Db): CompiledQuery<Rights> {
  return sql<Rights>`
    select current_schema() as schema, current_user as role,
      case when has_schema_privilege(current_schema(), 'create') then 1 else 0 end as may_create,
      count(t.oid)::int as tables,
      coalesce(string_agg(t.relname, ',' order by t.relname) filter (where not (
        has_table_privilege(t.oid, 'select') and has_table_privilege(t.oid, 'insert')
        and has_table_privilege(t.oid, 'update') and has_table_privilege(t.oid, 'delete'))), '') as lacking
    from (select 1) as one left join pg_catalog.pg_class as t on t.relkind in ('r', 'p')
      and t.relname like 'hufu\\_%' and t.relname <> 'hufu_migration' and pg_catalog.pg_table_is_visible(t.oid)
  `.compile(db);
}

/**
 * A missing right looks like an outage that never ends: reading works, and every sign-in is 503. Migrations read and write
 * their own table, which no other statement uses.
 */
export function rightsFindings(rights: Rights): readonly DatabaseFinding[] {
  const { schema, role, may_create: mayCreate, tables } = rights;
  const lacking = rights.lacking.split(",").filter(Boolean);
  if (schema === null) {
    const text = `database: no schema of the search_path exists that ${role} may use; create one, or set search_path for ${role}`;
    return [errorFinding(text)];
  }
  if (tables === 0 && mayCreate === 0) {
    const text = `database: ${role} may not make tables in the schema ${schema}: grant create on schema ${schema} to ${role}, or run hufu migrate with a user who may`;
    return [errorFinding(text)];
  }
  if (lacking.length === 0) return [];
  const more = lacking.length - NAMED_MOST;
  const named = `${lacking.slice(0, NAMED_MOST).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
  const grant = `grant select, insert, update, delete on all tables in schema ${schema} to ${role}`;
  return [errorFinding(`database: ${role} may not read and write ${named}: ${grant}`)];
}

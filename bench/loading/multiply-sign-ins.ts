// A million sign-ins through the store's port take three minutes on SQLite and half an hour on PostgreSQL, longer than the
// whole benchmark may. So some are made through the port, and the database multiplies what they wrote: the same rows in
// the same tables, each with ids of its own that are as random and as long, entered into every index.
import type { IdentityRow, SessionRow, UserRow } from "../../server/src/store/sql/schema.ts";
import { SESSION_COLUMNS } from "../../server/src/store/sql/statements/sessions/session-row.ts";
import { USER_COLUMNS } from "../../server/src/store/sql/statements/users/user-row.ts";
import type { Loader } from "./loader.ts";
import { openLoaders } from "./open-loaders.ts";

/** Copies of a session that one statement makes, about. */
const ROWS_AT_ONCE = 20_000;

/** What stands in each column of a copy; the compiler misses a column that is new. */
type Copied<Row> = Readonly<Record<keyof Row, string>>;

const unchanged = <Column extends string>(columns: readonly Column[]): Record<Column, string> =>
  Object.fromEntries(columns.map((column) => [column, column as string])) as Record<Column, string>;
/** Another word for each copy of a row, the same wherever the same word stands. */
const another = (column: string, length: number): string => `bench_word(concat(${column}, '.', copy), ${length})`;
/** Sixteen bytes in their one canonical spelling: the last character has only two bits. */
const id = (column: string, letter: "u" | "s"): string => `concat('${letter}_', ${another(column, 21)}, 'A')`;
const openid = `concat('o', ${another("openid", 27)})`;

const USERS: Copied<UserRow> = { ...unchanged(USER_COLUMNS), id: id("id", "u") };
const IDENTITIES: Copied<IdentityRow> = {
  ...unchanged(["platform", "app", "client_id", "unionid", "created_at", "session_key_sealed", "session_key_at"]),
  openid,
  user_id: id("user_id", "u"),
};
const SESSIONS: Copied<SessionRow> = {
  ...unchanged(SESSION_COLUMNS),
  openid,
  id: id("id", "s"),
  user_id: id("user_id", "u"),
  current_hash: another("current_hash", 43),
  code_hash: another("code_hash", 43),
};
/** Without audit records: a server would chain a million of them while it is measured. */
const TABLES = { hufu_users: USERS, hufu_identities: IDENTITIES, hufu_sessions: SESSIONS };

/**
 * Makes `times` as many of the sessions that are there, each copy with a user and an identity of its own.
 * @param progress called after each step with the number of sessions that are there
 */
export async function multiplySignIns(
  database: string,
  times: number,
  progress: (sessions: number) => void = () => undefined,
): Promise<void> {
  const loaders = await openLoaders(database);
  const [first] = loaders;
  try {
    const seeds = await Promise.all(loaders.map(takeSeeds));
    const count = seeds[0] ?? 0;
    const step = Math.max(1, Math.floor(ROWS_AT_ONCE / Math.max(count, 1)));
    let next = 1;
    let there = count;
    await Promise.all(
      loaders.map(async (loader) => {
        while (next < times) {
          const from = next;
          next = Math.min(from + step, times);
          const to = next - 1;
          for (const [table, copied] of Object.entries(TABLES)) await loader.run(copying(table, copied, from, to));
          there += count * (to - from + 1);
          progress(there);
        }
      }),
    );
    await first.tidyUp();
  } finally {
    for (const loader of loaders) await loader.close();
  }
}

/** Keeps what is there in tables of this connection, and answers how many sessions. */
async function takeSeeds(loader: Loader): Promise<number> {
  for (const table of Object.keys(TABLES)) {
    await loader.run(`create temporary table seeds_of_${table} as select * from ${table}`);
  }
  const [row] = await loader.rows<{ count: number | string }>("select count(*) as count from seeds_of_hufu_sessions");
  return Number(row?.count ?? 0);
}

function copying(table: string, copied: Readonly<Record<string, string>>, from: number, to: number): string {
  return `
    insert into ${table} (${Object.keys(copied).join(", ")})
    with recursive copies as (select ${from} as copy union all select copy + 1 from copies where copy < ${to})
    select ${Object.values(copied).join(", ")} from seeds_of_${table} cross join copies`;
}

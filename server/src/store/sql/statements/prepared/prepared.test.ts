import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type CompiledQuery,
  DummyDriver,
  Kysely,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from "kysely";
import type { Db } from "../../dialect.ts";
import type { HufuTables, RoleRow } from "../../schema.ts";
import { prepare } from "./prepared.ts";

function listeningDb(): { readonly db: Db; readonly heard: CompiledQuery[] } {
  const heard: CompiledQuery[] = [];
  const driver = new DummyDriver();
  driver.acquireConnection = async () => ({
    executeQuery: async (query) => {
      heard.push(query);
      return { rows: [] };
    },
    streamQuery: () => assert.fail("nothing streams"),
  });
  const db = new Kysely<HufuTables>({
    dialect: {
      createAdapter: () => new SqliteAdapter(),
      createDriver: () => driver,
      createIntrospector: (kysely) => new SqliteIntrospector(kysely),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
  });
  return { db, heard };
}

test("a prepared statement is built once and brings each call's values to their places", async () => {
  const { db, heard } = listeningDb();
  let built = 0;
  const update = prepare<RoleRow & { readonly old: string }, unknown>(["name", "permissions", "old"], (hole) => {
    built += 1;
    return db
      .updateTable("hufu_roles")
      .set({ permissions: hole.permissions })
      .where("name", "=", hole.name)
      .where("name", "!=", "constant")
      .where("permissions", "!=", hole.permissions)
      .where("permissions", "=", hole.old);
  });
  await update(db, { name: "n1", permissions: "p1", old: "o1" });
  await update(db, { name: "n2", permissions: "p2", old: "constant" });
  assert.equal(built, 1);
  assert.deepEqual(
    heard.map(({ parameters }) => parameters),
    [
      ["p1", "n1", "constant", "p1", "o1"],
      ["p2", "n2", "constant", "p2", "constant"],
    ],
  );
  assert.equal(heard[0]?.sql, heard[1]?.sql);
  assert.doesNotMatch(heard[0]?.sql ?? "", /n1|p1|o1/);
});

import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { HufuError } from "../../../core/errors/errors.ts";
import { UniqueViolation } from "../dialect.ts";
import { sqliteFault } from "./sqlite-faults.ts";

function thrownBy(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return assert.fail("nothing was thrown");
}

test("every code that says that the database cannot is an outage with its cause", () => {
  // FULL, BUSY, BUSY_SNAPSHOT, LOCKED, NOMEM, READONLY, IOERR, IOERR_FSYNC, CORRUPT, CANTOPEN, NOTADB
  for (const errcode of [13, 5, 517, 6, 7, 8, 10, 1034, 11, 14, 26]) {
    const error = Object.assign(new Error("driver"), { errcode });
    const fault = sqliteFault(error);
    assert.ok(fault instanceof HufuError, `code ${errcode}`);
    assert.equal(fault.reason, "store_unavailable");
    assert.equal(fault.retryAfter, 1);
    assert.equal(fault.cause, error);
  }
});

test("what was repeated is named by table and column", () => {
  const database = new DatabaseSync(":memory:");
  database.exec(
    "create table t (a text unique, b integer primary key, c text) strict; insert into t values ('x', 1, '')",
  );
  const byColumn = sqliteFault(thrownBy(() => database.exec("insert into t values ('x', 2, '')")));
  const byKey = sqliteFault(thrownBy(() => database.exec("insert into t values ('y', 1, '')")));
  assert.ok(byColumn instanceof UniqueViolation && byKey instanceof UniqueViolation);
  assert.equal(byColumn.where, "t.a");
  assert.equal(byKey.where, "t.b");
});

test("a closed connection is an outage, a wrong statement and a stranger's error stay what they are", () => {
  const database = new DatabaseSync(":memory:");
  const wrong = thrownBy(() => database.exec("selec"));
  assert.equal(sqliteFault(wrong), wrong);
  const stranger = new RangeError("stranger");
  assert.equal(sqliteFault(stranger), stranger);
  assert.equal(sqliteFault("text"), "text");
  database.close();
  const fault = sqliteFault(thrownBy(() => database.exec("select 1")));
  assert.ok(fault instanceof HufuError && fault.reason === "store_unavailable");
});

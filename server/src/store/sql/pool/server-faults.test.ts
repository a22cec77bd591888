import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { mysqlFault } from "../mysql/mysql-faults.ts";
import { postgresFault } from "../postgres/postgres-faults.ts";

const failure = (fields: object, message = "words of a driver"): Error => Object.assign(new Error(message), fields);

describe("what PostgreSQL's errors mean", () => {
  const says = (code: string, more: object = {}) => postgresFault(failure({ code, severity: "ERROR", ...more }));

  test("a broken uniqueness names its table and column", () => {
    assert.deepEqual(says("23505", { constraint: "hufu_sessions_code_hash" }), {
      kind: "repeats",
      where: "hufu_sessions.code_hash",
    });
    assert.deepEqual(says("23505", { constraint: "their_own" }), { kind: "repeats", where: "their_own" });
  });

  test("a lost race may be run again", () => {
    for (const code of ["40001", "40P01"]) assert.equal(says(code).kind, "race", code);
  });

  test("what it refuses was not done", () => {
    // Full, too many, locked, cancelled, no right, no database, wrong password, disk.
    for (const code of ["53100", "53300", "55P03", "57014", "42501", "3D000", "28P01", "58030"]) {
      assert.equal(says(code).kind, "refused", code);
    }
    assert.equal(says("25006").kind, "standby");
  });

  test("after a goodbye the connection is of no use", () => {
    for (const code of ["57P01", "57P02", "57P03", "08006", "25P03"]) assert.equal(says(code).kind, "silent", code);
  });

  test("a wrong statement is our mistake", () => {
    for (const code of ["42601", "42703", "42P01", "22P02", "23502", "23503"])
      assert.equal(says(code).kind, "ours", code);
    assert.equal(postgresFault(new TypeError("not a function")).kind, "ours");
    assert.equal(postgresFault("no error at all").kind, "ours");
  });

  test("what the server did not say itself is silence, also where it looks like the server's code", () => {
    for (const code of ["ECONNRESET", "EPIPE", "ETIMEDOUT"])
      assert.equal(postgresFault(failure({ code })).kind, "silent");
    assert.equal(postgresFault(new Error("Query read timeout")).kind, "silent");
  });
});

describe("what MySQL's and MariaDB's errors mean", () => {
  const says = (errno: number, message?: string) => mysqlFault(failure({ errno, code: "ER_X" }, message));

  test("a broken uniqueness names its table and column, in the words of both", () => {
    const expected = { kind: "repeats", where: "hufu_sessions.code_hash" };
    assert.deepEqual(says(1062, "Duplicate entry 'a.b' for key 'hufu_sessions_code_hash'"), expected);
    assert.deepEqual(says(1062, "Duplicate entry 'it's' for key 'hufu_sessions.hufu_sessions_code_hash'"), expected);
    assert.deepEqual(says(1062, "Duplicate entry 'a' for key 'hufu_users.PRIMARY'"), {
      kind: "repeats",
      where: "PRIMARY",
    });
  });

  test("a lost race may be run again", () => {
    for (const number of [1213, 1020, 3101]) assert.equal(says(number).kind, "race", String(number));
  });

  test("what it refuses was not done", () => {
    for (const number of [1205, 1040, 1045, 1049, 1114, 1317, 1969, 3024]) {
      assert.equal(says(number).kind, "refused", String(number));
    }
    for (const number of [1290, 1836]) assert.equal(says(number).kind, "standby", String(number));
  });

  test("after a goodbye the connection is of no use", () => {
    for (const number of [1053, 1927, 4031]) assert.equal(says(number).kind, "silent", String(number));
  });

  test("a wrong statement is our mistake", () => {
    for (const number of [1064, 1054, 1146, 1048, 1406, 1452]) assert.equal(says(number).kind, "ours", String(number));
    assert.equal(mysqlFault(new RangeError("too many")).kind, "ours");
  });

  test("what the server did not say itself is silence", () => {
    assert.equal(mysqlFault(failure({ code: "PROTOCOL_CONNECTION_LOST", fatal: true })).kind, "silent");
    assert.equal(mysqlFault(failure({ code: "ECONNRESET", errno: -104 })).kind, "silent");
    assert.equal(says(2013).kind, "silent");
    assert.equal(mysqlFault(new Error("no answer within 6000 ms")).kind, "silent");
  });
});

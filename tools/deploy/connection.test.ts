import assert from "node:assert/strict";
import test from "node:test";
import { connectionOf } from "../../deploy/connection.ts";

test("a URL of PostgreSQL becomes the variables of its programs, so that no password stands in a command line", () => {
  const connection = connectionOf("postgres://hufu:p%40ss%2Fword@db.internal:6432/auth?sslmode=verify-full&pool=20");
  assert.ok("env" in connection);
  const { PGHOST, PGPORT, PGUSER, PGPASSWORD, PGDATABASE, PGSSLMODE } = connection.env;
  assert.deepEqual(
    { PGHOST, PGPORT, PGUSER, PGPASSWORD, PGDATABASE, PGSSLMODE },
    {
      PGHOST: "db.internal",
      PGPORT: "6432",
      PGUSER: "hufu",
      PGPASSWORD: "p@ss/word",
      PGDATABASE: "auth",
      PGSSLMODE: "verify-full",
    },
  );
});

test("a file is taken as Hufu takes it; what is neither is refused without being repeated", () => {
  assert.deepEqual(connectionOf("sqlite:/var/lib/hufu/hufu.db"), { file: "/var/lib/hufu/hufu.db" });
  for (const url of ["", "mysql://hufu:secret@db/hufu", "hufu:secret", "sqlite:"]) {
    assert.throws(() => connectionOf(url), { message: "HUFU_DATABASE is neither sqlite:FILE nor postgres://…" });
  }
});

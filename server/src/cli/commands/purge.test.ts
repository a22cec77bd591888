import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { serving, stack } from "../maintained-hufu.fixture.ts";

const DAY_MS = 86_400_000;

test("purge says what would go, deletes it beside a server, and leaves what is younger", async (t) => {
  const where = await stack(t, { retention: { sessions: "2d", audit: "181d" } });
  const hufu = await serving(t, where);
  for (const user of ["alice", "bob", "carol"]) {
    await hufu.protocol.signIn({ clientId: "wx-demo", code: where.platform.issueCode({ user }), deviceType: "phone" });
  }
  const database = new DatabaseSync(where.file, { timeout: 30_000 });
  t.after(() => database.close());
  const expired = (days: number, which: "min" | "max") =>
    database
      .prepare(`update hufu_sessions set idle_until = ? where id = (select ${which}(id) from hufu_sessions)`)
      .run(Date.now() - days * DAY_MS);
  expired(2.5, "min");
  expired(1.5, "max");

  const words =
    /1 session, 0 outbox entries, 0 audit records, 0 redeemed tickets and 0 undelivered messages \(sessions 2 days after their end, audit records after 181 days\)/;
  const would = await where.type("purge", "--dry-run");
  assert.equal(would.code, 0, would.err);
  assert.match(would.out, new RegExp(`^Would delete ${words.source}\\.\n$`));
  assert.equal(database.prepare("select * from hufu_sessions").all().length, 3);
  assert.match((await where.type("purge")).out, new RegExp(`^Deleted ${words.source}\\.\n$`));
  assert.equal(database.prepare("select * from hufu_sessions").all().length, 2);
  assert.match((await where.type("purge")).out, /^Deleted 0 sessions,/);
});

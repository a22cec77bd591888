import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { HufuError } from "../../core/errors/errors.ts";
import { systemClock } from "../../core/time/clock.ts";
import { signIn } from "../contract/sample-sign-in.ts";
import { migrate } from "./migrations/migrate.ts";
import { openSqliteStore } from "./sqlite/open-sqlite-store.ts";
import { openSqlite } from "./sqlite/sqlite.ts";
import { watchWrites } from "./watch-writes.ts";

test("a database that takes no writes is known from the first write that failed, until three probes in a row succeed", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "hufu-full-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "hufu.db");
  const clock = { now: () => Date.now(), monotonic: () => performance.now() };
  const store = await openSqliteStore({ file, clock, entryLifeMs: 720_000 });
  t.after(() => store.close());
  const { session } = (await signIn(store)).facts;
  assert.equal(store.writes.areFailing(), false);

  const other = new DatabaseSync(file);
  t.after(() => other.close());
  other.exec("begin immediate");
  const unavailable = (error: unknown): boolean => error instanceof HufuError && error.reason === "store_unavailable";
  await assert.rejects(signIn(store, { openid: "o_other" }), unavailable);
  assert.equal(store.writes.areFailing(), true);
  assert.ok(await store.sessions.findForMint(session.id));
  await assert.rejects(store.writes.probe(), unavailable);
  assert.equal(store.writes.areFailing(), true);

  other.exec("rollback");
  for (const isFailing of [true, true, false]) {
    await store.writes.probe();
    assert.equal(store.writes.areFailing(), isFailing);
  }
});

test("a write that fails after a probe that succeeded: the probes begin anew, and the next one says why", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "hufu-full-"));
  const database = openSqlite(join(folder, "hufu.db"), systemClock);
  t.after(async () => {
    await database.close();
    rmSync(folder, { recursive: true, force: true });
  });
  await migrate(database);
  const { writes, database: watched } = watchWrites(database);
  const full = new HufuError("store_unavailable", { retryAfter: 1, detail: "disk full" });
  const write = () =>
    assert.rejects(
      watched.write(() => Promise.reject(full)),
      full,
    );
  await write();
  await writes.probe();
  await writes.probe();
  await write();
  await assert.rejects(writes.probe(), full);
  for (const isFailing of [true, true, false]) {
    await writes.probe();
    assert.equal(writes.areFailing(), isFailing);
  }
});

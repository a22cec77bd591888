import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { HufuError } from "../../core/errors/errors.ts";
import { signIn } from "../contract/sample-sign-in.ts";
import { openSqliteStore } from "./sqlite/open-sqlite-store.ts";

test("a database that takes no writes is known from the first write that failed, until a probe succeeds", async (t) => {
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
  await store.writes.probe();
  assert.equal(store.writes.areFailing(), false);
});

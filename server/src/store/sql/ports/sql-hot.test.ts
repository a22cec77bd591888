import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { HufuError } from "../../../core/errors/errors.ts";
import { systemClock } from "../../../core/time/clock.ts";
import { CommitUnknownError } from "../../store.ts";
import type { SqlDatabase } from "../dialect.ts";
import { openSqliteStore } from "../sqlite/open-sqlite-store.ts";
import { openSqlite } from "../sqlite/sqlite.ts";
import { createSqlHotStore } from "./sql-hot.ts";

const ENTRY_LIFE_MS = 720_000;

async function migratedFile(t: TestContext): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "hufu-hot-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "hufu.db");
  await (await openSqliteStore({ file, clock: systemClock, entryLifeMs: ENTRY_LIFE_MS })).close();
  return file;
}

test("marks that were answered are there after `kill -9`", { timeout: 20_000 }, async (t) => {
  const file = await migratedFile(t);
  const child = spawn(process.execPath, [fileURLToPath(new URL("claims.fixture.ts", import.meta.url)), file], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  t.after(() => child.kill("SIGKILL"));
  const answered: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    // The very last line may be torn.
    if (line.endsWith(";")) answered.push(line.slice(0, -1));
    if (answered.length === 200) child.kill("SIGKILL");
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  assert.equal(child.signalCode, "SIGKILL");
  assert.ok(answered.length >= 200);

  const store = await openSqliteStore({ file, clock: systemClock, entryLifeMs: ENTRY_LIFE_MS });
  t.after(() => store.close());
  for (const key of answered) assert.equal(await store.hot.claim(key, "another", 1000), false, key);
});

test("a claim whose commit is not known leaves no mark behind", async (t) => {
  const database = openSqlite(await migratedFile(t), systemClock);
  t.after(() => database.close());
  let failures = 1;
  const losesAnswers: SqlDatabase = {
    ...database,
    async writeOne(unit) {
      const done = await database.writeOne(unit);
      if (failures === 0) return done;
      failures -= 1;
      throw new HufuError("store_unavailable", { retryAfter: 1, cause: new CommitUnknownError("the answer is lost") });
    },
  };
  const hot = createSqlHotStore(losesAnswers);
  await assert.rejects(hot.claim("mark", "first", 600_000), { reason: "store_unavailable" });
  assert.equal(await hot.claim("mark", "second", 600_000), true);
});

test("a fresh mark is one statement, a mark that a holder has is three", async (t) => {
  const database = openSqlite(await migratedFile(t), systemClock);
  t.after(() => database.close());
  let writes = 0;
  const counting: SqlDatabase = {
    ...database,
    writeOne(unit) {
      writes += 1;
      return database.writeOne(unit);
    },
    write: () => assert.fail("a mark needs no transaction"),
  };
  const hot = createSqlHotStore(counting);
  assert.equal(await hot.claim("mark", "first", 600_000), true);
  assert.equal(writes, 1);
  assert.equal(await hot.claim("mark", "second", 600_000), false);
  assert.equal(writes, 3);
  await hot.release("mark", "first");
  assert.equal(writes, 4);
});

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { systemClock } from "../../../../core/time/clock.ts";
import { sampleRequest, sampleUserId, signIn } from "../../../contract/sample-sign-in.ts";
import { openSqliteStore } from "../../sqlite/open-sqlite-store.ts";
import { openSqlite } from "../../sqlite/sqlite.ts";
import { prepareStatements } from "../prepared/statements.ts";
import { resolveUser } from "./resolve-user.ts";

const folder = mkdtempSync(join(tmpdir(), "hufu-resolve-"));
after(() => rmSync(folder, { recursive: true, force: true }));

test("an identity that goes to another user at each look is an outage, not an endless wait", async () => {
  const file = join(folder, "hufu.db");
  const store = await openSqliteStore({ file, clock: systemClock, entryLifeMs: 60_000 });
  const { user } = (await signIn(store)).facts;
  await store.close();
  const database = openSqlite(file, systemClock);
  const statements = prepareStatements(database);
  let looks = 0;
  const readSignIn: typeof statements.readSignIn = async (...asked) => {
    const seen = await statements.readSignIn(...asked);
    looks += 1;
    assert.ok(looks < 100, "it does not give up");
    return { ...seen, known: { userId: sampleUserId(), clientId: "wx_one", unionid: null } };
  };
  const users = { ...statements.users, lock: async () => user };
  try {
    const resolving = database.write((db) => resolveUser(db, { users, readSignIn }, sampleRequest({})));
    await assert.rejects(resolving, { reason: "store_unavailable", retryAfter: 1 });
    assert.equal(looks, 8);
  } finally {
    await database.close();
  }
});

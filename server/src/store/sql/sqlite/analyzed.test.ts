import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, test } from "node:test";
import { systemClock } from "../../../core/time/clock.ts";
import { refreshed, sampleUserId, signIn } from "../../contract/sample-sign-in.ts";
import { openSqliteStore } from "./open-sqlite-store.ts";
import { openSqlite } from "./sqlite.ts";

// Statistics change plans: null counts as a value like any other, and a table that was small at the time counts as small for
// good. No statement about one user may scan all.

const USERS = 400;
/** Of a handful of rows (`hufu_audit` are those that wait to be chained), no table at all, or read until the first row. */
const SMALL =
  /^SCAN (?:hufu_(?:policy|resets|roles|counters|keys|audit_head|migration|banned_identities|audit)|sqlite_\w+|json_each|found|part|counted)\b/;
/** Of these the test has next to none, and SQLite has just counted that. They are large elsewhere. */
const COUNTED_AS_SMALL = /^SCAN (?:known|hufu_unions)\b/;

const folder = mkdtempSync(join(tmpdir(), "hufu-analyzed-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const file = join(folder, "hufu.db");
const options = { file, clock: systemClock, entryLifeMs: 720_000 };

test("no statement about one user scans a whole table, whatever the statistics say", async () => {
  const filled = await openSqliteStore(options);
  for (let user = 0; user < USERS; user += 1) await signIn(filled, { openid: `o_${user}` });
  // By the server itself, so that they have no request's id.
  const ends = Array.from({ length: USERS }, () => ({ action: "session.end", actor: "system" }) as const);
  await filled.audit.append(ends);
  await filled.audit.seal("one", USERS);
  const host = { externalId: "42" };
  const union = { scope: "open", id: "union_1" };
  await signIn(filled, { openid: "o_of_host", host, union });
  await filled.close();
  analyze();

  const texts = new Set<string>();
  const { prepare } = DatabaseSync.prototype;
  DatabaseSync.prototype.prepare = function recorded(text) {
    texts.add(text);
    return prepare.call(this, text);
  };
  const store = await openSqliteStore(options);
  try {
    await signIn(store, { openid: "o_new" });
    await signIn(store, { openid: "o_1" });
    const { session, user } = (await signIn(store, { openid: "o_of_host", host, union })).facts;
    const found = await store.sessions.findForMint(session.id);
    assert.equal(await store.sessions.compareAndSet(refreshed(found?.session ?? session)), true);
    await store.sessions.findByCode(session.codeHash);
    await store.sessions.listOfUser(user.id);
    await store.users.findByIdentity(session);
    assert.equal((await store.users.findByExternalId(host.externalId))?.user.id, user.id);
    assert.equal((await store.users.find(user.id))?.user.id, user.id);
    await store.audit.append([{ action: "session.end", actor: "system", requestId: "r_1" }]);
    assert.equal((await store.audit.list({ requestId: "r_1", limit: 10 })).length, 1);
    const searches = [{ openid: "o_1" }, { unionid: union.id }, { externalId: host.externalId }, { id: user.id }];
    for (const by of [...searches, { sid: session.id }]) {
      assert.equal((await store.directory.search(by, 10)).length, 1, JSON.stringify(by));
    }
    const imported = {
      identity: { platform: "wechat", app: "wx_one", openid: "o_imported" },
      clientId: "wx_one",
      union: { scope: "open", id: "union_2" },
      externalId: "43",
      roles: [],
      ban: null,
      phone: null,
      banHashes: () => [],
      newUser: { id: sampleUserId(), roles: ["member"] },
    };
    await store.import.merge([imported], () => ({ audit: [] }));
    await store.sessions.end({ sid: session.id }, { why: "kicked", by: "ops" }, () => ({}));
  } finally {
    DatabaseSync.prototype.prepare = prepare;
    await store.close();
  }

  assert.ok(texts.size > 20, `${texts.size} statements`);
  assert.deepEqual(scansOf(texts), [], "the start has deleted the statistics");
  analyze("update hufu_users set external_id = null; update hufu_identities set unionid = null");
  assert.deepEqual(
    scansOf(texts).filter((scan) => !COUNTED_AS_SMALL.test(scan)),
    [],
    "analyzed while Hufu runs",
  );
});

test("statistics of other tables stay, and another process that is writing stops no start", async () => {
  const other = new DatabaseSync(file);
  other.exec("create table of_the_host (name text); create index names on of_the_host (name)");
  other.exec("insert into of_the_host values ('a'); analyze; begin immediate");
  const counted = (): unknown[] =>
    other
      .prepare("select distinct tbl from sqlite_stat1 where tbl in ('of_the_host', 'hufu_users') order by tbl")
      .all()
      .map(({ tbl }) => tbl);
  await openSqlite(file, systemClock, 1).close();
  assert.deepEqual(counted(), ["hufu_users", "of_the_host"]);
  other.exec("rollback");
  await openSqlite(file, systemClock, 1).close();
  assert.deepEqual(counted(), ["of_the_host"]);
  other.close();
});

function analyze(before = ""): void {
  const database = new DatabaseSync(file);
  database.exec(`${before}; analyze`);
  database.close();
}

/** Which tables these statements read whole, but for small ones. */
function scansOf(texts: Iterable<string>): readonly string[] {
  const database = new DatabaseSync(file);
  database.function("hufu_now", { deterministic: true }, () => 0);
  const scans = [...texts]
    .filter((text) => /^\s*(?:select|with|insert|update|delete)\b/i.test(text))
    .flatMap((text) =>
      database
        .prepare(`explain query plan ${text}`)
        .all()
        .map(({ detail }) => `${String(detail)}: ${text}`),
    )
    .filter((step) => step.startsWith("SCAN ") && !SMALL.test(step));
  database.close();
  return scans;
}

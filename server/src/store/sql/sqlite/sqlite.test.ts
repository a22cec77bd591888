import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { DatabaseSync } from "node:sqlite";
import { describe, type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { CompiledQuery, sql } from "kysely";
import { HufuError } from "../../../core/errors/errors.ts";
import { parseSessionId } from "../../../core/ids.ts";
import type { Clock } from "../../../core/time/clock.ts";
import type { StoreHarness } from "../../contract/contract-case.ts";
import { refreshed, signIn } from "../../contract/sample-sign-in.ts";
import { storeCases } from "../../contract/store.contract.ts";
import type { Store } from "../../store.ts";
import { type DialectHarness, dialectCases } from "../dialect-cases.fixture.ts";
import { createSqlStore } from "../ports/sql-store.ts";
import { openSqliteStore } from "./open-sqlite-store.ts";
import { openSqlite } from "./sqlite.ts";

const ENTRY_LIFE_MS = 720_000;
const systemTime: Clock = { now: () => Date.now(), monotonic: () => performance.now() };

function temporaryFile(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "hufu-sqlite-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, "hufu.db");
}

function harness(t: TestContext): StoreHarness & { readonly file: string } {
  let time = 1_790_000_000_000;
  const clock: Clock = { now: () => time, monotonic: () => time };
  const opened: Store[] = [];
  t.after(async () => {
    for (const store of opened) await store.close();
  });
  const file = temporaryFile(t);
  return {
    file,
    open: async () => {
      const store = await openSqliteStore({ file, clock, entryLifeMs: ENTRY_LIFE_MS });
      opened.push(store);
      return store;
    },
    advance: async (ms) => {
      time += ms;
    },
    dump: async () => dumpOf(file),
  };
}

/** Every row of every table, past the store that is tested. */
function dumpOf(file: string): Readonly<Record<string, unknown>> {
  const database = new DatabaseSync(file, { readOnly: true, timeout: 30_000 });
  const tables = database.prepare("select name from sqlite_schema where type = 'table' order by name").all();
  const dump: Record<string, unknown> = {};
  for (const { name } of tables) dump[String(name)] = database.prepare(`select * from "${String(name)}"`).all();
  database.close();
  return dump;
}

const isUnavailable = (error: unknown): error is HufuError =>
  error instanceof HufuError && error.reason === "store_unavailable";

for (const [port, cases] of Object.entries(storeCases)) {
  describe(`SQLite: the contract of ${port}`, () => {
    for (const one of cases) test(one.name, (t) => one.run(harness(t)));
  });
}

function dialectCase(t: TestContext): DialectHarness {
  const place = harness(t);
  const { file } = place;
  return {
    ...place,
    openWith: ({ migrate }) => openSqliteStore({ file, clock: systemTime, entryLifeMs: ENTRY_LIFE_MS, migrate }),
    database: () => {
      const database = openSqlite(file, systemTime);
      t.after(() => database.close());
      return database;
    },
    run: async (statement) => {
      const tool = new DatabaseSync(file);
      tool.exec(statement);
      tool.close();
    },
    explain: async (statements) => {
      const { reader, close } = openSqlite(file, systemTime);
      const plans = [];
      for (const { sql: statement, parameters } of statements) {
        const { rows } = await reader.executeQuery<{ detail: string }>(
          CompiledQuery.raw(`explain query plan ${statement}`, [...parameters]),
        );
        const lines = rows.map(({ detail }) => detail);
        // "SCAN … USING COVERING INDEX" reads everything as well.
        const whole = lines.flatMap((line) => /^SCAN (\w+)/.exec(line)?.[1] ?? []);
        plans.push({ statement, whole, text: lines.join("\n") });
      }
      await close();
      return plans;
    },
  };
}

describe("SQLite: what every dialect promises", () => {
  for (const one of dialectCases) test(one.name, (t) => one.run(dialectCase(t)));
});

describe("SQLite: opening", () => {
  test("what is not the path of a file is a mistake", async () => {
    for (const file of ["", ":memory:", "file::memory:?cache=shared"]) {
      await assert.rejects(openSqliteStore({ file, clock: systemTime, entryLifeMs: 1 }), /temporary file/);
    }
  });

  test("an entry life that makes no sense is a mistake", async (t) => {
    const file = temporaryFile(t);
    for (const entryLifeMs of [0, -1, 1.5, Number.NaN]) {
      await assert.rejects(openSqliteStore({ file, clock: systemTime, entryLifeMs }), TypeError);
    }
  });

  test("a folder that is missing is named; a file that is no database is an outage", async (t) => {
    const file = temporaryFile(t);
    const options = { clock: systemTime, entryLifeMs: 1 };
    await assert.rejects(
      openSqliteStore({ file: `${file}/missing/hufu.db`, ...options }),
      /^TypeError: database: the folder .*missing does not exist$/,
    );
    writeFileSync(file, "this is certainly not a database ".repeat(100));
    await assert.rejects(openSqliteStore({ file, ...options }), isUnavailable);
  });

  test("a database that a newer version has migrated still opens", async (t) => {
    const { file, open } = harness(t);
    await (await open()).close();
    const database = new DatabaseSync(file);
    database.exec("insert into hufu_migration (name, timestamp) values ('9999-later', '2030-01-01T00:00:00.000Z')");
    database.exec("alter table hufu_sessions add column later text default 'x'");
    database.close();
    const store = await open();
    const { facts } = await signIn(store);
    assert.equal((await store.sessions.findForMint(facts.session.id))?.user.id, facts.user.id);
  });

  test("nodes that start at once migrate once", async (t) => {
    const { open } = harness(t);
    const stores = await Promise.all([open(), open(), open()]);
    for (const store of stores) await store.ping();
  });

  test("it runs at full durability and enforces its foreign keys", async (t) => {
    const { file, open } = harness(t);
    const store = await open();
    const database = new DatabaseSync(file);
    assert.equal(database.prepare("pragma journal_mode").get()?.["journal_mode"], "wal");
    database.close();
    const { session } = (await signIn(store)).facts;
    assert.throws(() => {
      const other = new DatabaseSync(file);
      try {
        other.prepare("delete from hufu_users where id = ?").run(session.userId);
      } finally {
        other.close();
      }
    }, /FOREIGN KEY/);
  });
});

describe("SQLite: files", () => {
  const modeOf = (file: string): string => (statSync(file).mode & 0o777).toString(8);

  test("only the owner can read the files, with any umask", async (t) => {
    const before = process.umask(0o000);
    t.after(() => process.umask(before));
    const { file, open } = harness(t);
    await signIn(await open());
    assert.deepEqual(
      ["", "-wal", "-shm"].map((end) => modeOf(`${file}${end}`)),
      ["600", "600", "600"],
    );
    const database = openSqlite(file, systemTime);
    t.after(() => database.close());
    assert.deepEqual(await database.check?.(), []);
  });

  test("a file that others can read is told, and keeps its mode", async (t) => {
    const { file, open } = harness(t);
    writeFileSync(file, "");
    chmodSync(file, 0o644);
    await open();
    assert.equal(modeOf(file), "644");
    const database = openSqlite(file, systemTime);
    t.after(() => database.close());
    assert.match((await database.check?.())?.[0]?.text ?? "", /other users of this machine can read .*chmod 600/);
  });
});

describe("SQLite: failures", () => {
  test("a database that another process holds is an outage for writers, not for readers, and then over", async (t) => {
    const { file, open } = harness(t);
    await open();
    const store = createSqlStore(openSqlite(file, systemTime, 1), ENTRY_LIFE_MS);
    t.after(() => store.close());
    const { session } = (await signIn(store)).facts;
    const other = new DatabaseSync(file);
    other.exec("begin immediate");
    const next = refreshed(session);
    await assert.rejects(store.sessions.compareAndSet(next), isUnavailable);
    assert.equal((await store.sessions.findForMint(session.id))?.session.version, session.version);
    other.exec("rollback");
    other.close();
    assert.equal(await store.sessions.compareAndSet(next), true);
  });

  test("a full disk is an outage, and what it refused is not there (F13)", async (t) => {
    const { file, open, dump } = harness(t);
    const { session } = (await signIn(await open())).facts;
    const database = openSqlite(file, systemTime);
    const store = createSqlStore(database, ENTRY_LIFE_MS);
    t.after(() => store.close());
    const pages = new DatabaseSync(file).prepare("pragma page_count").get()?.["page_count"];
    await database.write(
      async (db) => void (await sql`pragma max_page_count = ${sql.lit(Number(pages) + 2)}`.execute(db)),
    );

    const long = { deviceName: "x".repeat(20_000) };
    const before = await dump();
    await assert.rejects(signIn(store, { openid: "o_long", session: long }), isUnavailable);
    assert.deepEqual(await dump(), before);

    const work = [signIn(store, { openid: "o_1" }), signIn(store, { openid: "o_2", session: long })] as const;
    const [small, large] = await Promise.allSettled(work);
    assert.ok(large.status === "rejected" && isUnavailable(large.reason));
    // The small one may share the fate of its group, but its answer is true.
    const found = await store.users.findByIdentity({ platform: "wechat", app: "wx_one", openid: "o_1" });
    assert.equal(found !== undefined, small.status === "fulfilled");
    assert.equal(await store.sessions.compareAndSet(refreshed(session)), true);
  });

  test("what `kill -9` leaves behind holds every change that was answered", { timeout: 20_000 }, async (t) => {
    const file = temporaryFile(t);
    const child = spawn(process.execPath, [fileURLToPath(new URL("killed.fixture.ts", import.meta.url)), file], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    t.after(() => child.kill("SIGKILL"));
    const answered = new Map<string, { readonly version: number; readonly hash: string }>();
    let lines = 0;
    for await (const line of createInterface({ input: child.stdout })) {
      const [id, version, hash] = line.split(" ");
      // The very last line may be torn.
      if (id === undefined || version === undefined || hash?.length !== 32) continue;
      answered.set(id, { version: Number(version), hash });
      lines += 1;
      if (lines === 400) child.kill("SIGKILL");
    }
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    assert.equal(child.signalCode, "SIGKILL");
    assert.equal(answered.size, 8);

    const store = await openSqliteStore({ file, clock: systemTime, entryLifeMs: ENTRY_LIFE_MS });
    for (const [id, { version, hash }] of answered) {
      const found = await store.sessions.findForMint(parseSessionId(id) ?? assert.fail(`no session id: ${id}`));
      const { session } = found ?? assert.fail("an answered sign-in is lost");
      // One more change may have been committed and not answered any more.
      assert.ok(session.version === version || session.version === version + 1);
      const known = [session.currentHash, ...session.recent.map((recent) => recent.hash)];
      assert.ok(known.slice(0, 2).includes(hash));
    }
    await store.close();
  });
});

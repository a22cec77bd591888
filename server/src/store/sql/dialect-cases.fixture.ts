import assert from "node:assert/strict";
import type { ContractCase, StoreHarness } from "../contract/contract-case.ts";
import { refreshed, signIn } from "../contract/sample-sign-in.ts";
import type { FreshCode } from "../hot.ts";
import type { Accompaniment } from "../sessions.ts";
import type { Store } from "../store.ts";
import type { SqlDatabase } from "./dialect.ts";
import { createSqlStore } from "./ports/sql-store.ts";
import {
  fillTables,
  type GivenStatement,
  hotStatements,
  SMALL_TABLES,
} from "./statements/prepared/hot-statements.fixture.ts";

/** A case's own place in a database, and ways past the store that is tested. */
export interface DialectHarness extends StoreHarness {
  /** Opens a store that the caller closes. */
  openWith(options: { readonly migrate: boolean }): Promise<Store>;
  /** The same place without ports. The harness closes it. */
  database(): SqlDatabase;
  /** Runs a statement on a connection of its own. */
  run(statement: string): Promise<void>;
  /** How the database would carry out these statements, now that it knows how many rows there are. */
  explain(statements: readonly GivenStatement[]): Promise<readonly Plan[]>;
}

/** How a database would carry out a statement. */
interface Plan {
  readonly statement: string;
  /** The tables that it would read from beginning to end. */
  readonly whole: readonly string[];
  /** The database's own words. */
  readonly text: string;
}

const LATE_LIFE_MS = 720_000;
const RECORD: Accompaniment = { audit: [{ action: "session.end", actor: "x" }] };

/** What every dialect promises beside the contracts of the ports. */
export const dialectCases: readonly ContractCase<DialectHarness>[] = [
  {
    name: "without leave to migrate an empty database is refused, and nothing is made in it",
    async run({ openWith, dump }) {
      await assert.rejects(openWith({ migrate: false }), /lacks 0001-first-tables.*: run hufu migrate/);
      assert.deepEqual(await dump(), {});
      await (await openWith({ migrate: true })).close();
      await (await openWith({ migrate: false })).close();
    },
  },
  {
    name: "a column that a newer node adds while this one runs does not confuse it",
    async run({ open, run }) {
      const store = await open();
      const { session } = (await signIn(store)).facts;
      const before = await store.sessions.findForMint(session.id);
      await run("alter table hufu_sessions add column later text default 'x'");
      await run("alter table hufu_users add column later text default 'y'");
      assert.deepEqual(await store.sessions.findForMint(session.id), before);
      assert.equal(await store.sessions.compareAndSet(refreshed(session)), true);
      assert.equal((await signIn(store)).facts.user.id, session.userId);
    },
  },
  {
    name: "a session that ends between the look and the write of a sign-in ends once, and the sign-in stands",
    async run({ open, database }) {
      const store = await open();
      const { session } = (await signIn(store)).facts;
      const beside = database();
      const { sendTogether } = beside;
      // On SQLite units do not overlap; on MariaDB an end waits for the user of the session, whom the sign-in holds.
      if (sendTogether === undefined || beside.differences.name !== "postgres") return;
      const late = createSqlStore(
        {
          ...beside,
          async sendTogether(db, together) {
            await store.sessions.end({ sid: session.id }, { why: "logged_out", by: session.userId }, () => ({}));
            return sendTogether(db, together);
          },
        },
        LATE_LIFE_MS,
      );
      const { facts, entries } = await signIn(late, {
        plan: () => ({ end: [{ id: session.id, why: "replaced", by: "x", rule: "device", accompaniment: RECORD }] }),
      });
      assert.deepEqual(entries, []);
      assert.equal((await store.sessions.findForMint(session.id))?.session.endWhy, "logged_out");
      assert.equal((await store.sessions.findForMint(facts.session.id))?.session.status, "active");
      assert.deepEqual(await store.audit.list({ limit: 10 }), []);
    },
  },
  {
    name: "a fresh code is claimed once, and never where a session or a kept exchange knows it",
    async run({ open }) {
      const { hot, sessions, ...store } = await open();
      const { session } = (await signIn({ hot, sessions, ...store })).facts;
      const code = { holder: "one", ttlMs: 600_000, codeHash: "fresh", kept: "kept" };
      const claim = (more: Partial<FreshCode>) => hot.claimFreshCode?.({ ...code, mark: "a", ...more });
      assert.equal(await claim({ codeHash: session.codeHash }), false);
      await hot.remember("kept", "exchange", 600_000);
      assert.equal(await claim({}), false);
      assert.equal(await claim({ kept: "another" }), true);
      assert.equal(await claim({ kept: "another", holder: "two" }), false);
      assert.equal(await hot.claim("a", "two", 600_000), false, "it is the mark that others ask for");
      assert.equal(await hot.claim("a", "one", 600_000), true);
    },
  },
  {
    name: "no statement of every day reads a whole table",
    async run({ open, database, explain }) {
      await open();
      const beside = database();
      await fillTables(beside);
      const statements = await hotStatements(beside);
      assert.ok(statements.length > 30, `${statements.length} statements`);
      for (const { statement, whole, text } of await explain(statements)) {
        const large = whole.filter((table) => table.startsWith("hufu_") && !SMALL_TABLES.includes(table));
        assert.deepEqual(large, [], `${statement}\n${text}`);
      }
    },
  },
];

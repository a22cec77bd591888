import assert from "node:assert/strict";
import type { ContractCase, StoreHarness } from "../contract/contract-case.ts";
import { refreshed, signIn } from "../contract/sample-sign-in.ts";
import type { Store } from "../store.ts";
import type { SqlDatabase } from "./dialect.ts";
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

import assert from "node:assert/strict";
import { sql } from "kysely";
import type { ContractCase } from "../contract/contract-case.ts";
import { signIn } from "../contract/sample-sign-in.ts";
import type { Store } from "../store.ts";
import type { SqlDatabase } from "./dialect.ts";
import { prepareAccompany } from "./pool/accompany.ts";
import { prepareOutbox } from "./statements/outbox.ts";

/** A store on a database server, and the same database once more, for units of work that meet those of the store. */
export interface SideBySideHarness {
  readonly store: Store;
  readonly database: SqlDatabase;
  /** Resolves when a connection waits for a lock of another one. */
  untilWaiting(): Promise<void>;
}

/** What a database server promises where units of work run side by side. */
export const sideBySideCases: readonly ContractCase<SideBySideHarness>[] = [
  {
    name: "while a unit that took its number first has not committed, no reader sees a later number",
    async run({ store, database, untilWaiting }) {
      const append = prepareOutbox(database.reader, database.differences);
      let commit: () => void = () => assert.fail("it has not taken its number");
      const mayCommit = new Promise<void>((go) => {
        commit = go;
      });
      let slowUnit: Promise<void> | undefined;
      await new Promise<void>((hasNumber, fail) => {
        slowUnit = database.write(async (db) => {
          const [entry] = await append(db, [{ jti: "slow", why: "logout" }]);
          assert.equal(entry?.number, 1);
          hasNumber();
          await mayCommit;
        });
        slowUnit.catch(fail);
      });
      const later = store.revocations.append({ jti: "later", why: "logout" });
      try {
        await untilWaiting();
        assert.deepEqual((await store.revocations.after(0, 10)).entries, []);
      } finally {
        commit();
      }
      await slowUnit;
      assert.equal((await later).number, 2);
      const { entries } = await store.revocations.after(0, 10);
      assert.deepEqual(
        entries.map(({ number, revocation }) => [number, "jti" in revocation && revocation.jti]),
        [
          [1, "slow"],
          [2, "later"],
        ],
      );
    },
  },
  {
    name: "an audit record that commits late, with a smaller number, is chained later and not lost; no call waits",
    async run({ store, database }) {
      const accompany = prepareAccompany(database.reader, database.differences);
      let commit: () => void = () => assert.fail("it has not written its record");
      const mayCommit = new Promise<void>((go) => {
        commit = go;
      });
      let slowUnit: Promise<void> | undefined;
      await new Promise<void>((hasWritten, fail) => {
        slowUnit = database.write(async (db) => {
          await accompany(db, { audit: [{ action: "slow", actor: "user" }] });
          hasWritten();
          await mayCommit;
        });
        slowUnit.catch(fail);
      });
      try {
        await store.audit.append([{ action: "quick", actor: "user" }]);
        assert.equal((await store.audit.seal("one", 10)).sealed, 1);
      } finally {
        commit();
      }
      await slowUnit;
      assert.equal((await store.audit.seal("one", 10)).sealed, 1);
      const links = await store.audit.links(0, 10);
      assert.deepEqual(
        links.map(({ action }) => action),
        ["quick", "slow"],
      );
      const [quick, slow] = links;
      assert.ok(quick !== undefined && slow !== undefined && slow.id < quick.id, "the late one has the smaller number");
    },
  },
  {
    name: "a sign-in that waits for its user while the identity goes to another one signs in as the other one",
    async run({ store, database, untilWaiting }) {
      const from = (await signIn(store, { openid: "o_1" })).facts.user.id;
      const into = (await signIn(store, { openid: "o_2" })).facts.user.id;
      let signingIn: ReturnType<typeof signIn> | undefined;
      await database.write(async (db) => {
        await sql`update hufu_users set ver = ver + 1 where id = ${from}`.execute(db);
        signingIn ??= signIn(store, { openid: "o_1" });
        await untilWaiting();
        await sql`update hufu_identities set user_id = ${into} where openid = ${"o_1"}`.execute(db);
      });
      assert.equal((await signingIn)?.facts.user.id, into);
    },
  },
  {
    name: "a sign-in that waits for the outbox's counter writes once, and its number follows",
    async run({ store, database, untilWaiting }) {
      const append = prepareOutbox(database.reader, database.differences);
      const { session } = (await signIn(store)).facts;
      let signingIn: ReturnType<typeof signIn> | undefined;
      await database.write(async (db) => {
        await append(db, [{ jti: "slow", why: "logout" }]);
        signingIn ??= signIn(store, {
          plan: () => ({
            end: [
              {
                id: session.id,
                why: "replaced",
                by: "system",
                rule: "device",
                accompaniment: { audit: [{ action: "session.end", actor: "system" }] },
              },
            ],
            audit: [{ action: "sign_in", actor: "user" }],
          }),
        });
        await untilWaiting();
        assert.deepEqual((await store.revocations.after(0, 10)).entries, []);
      });
      const signedIn = (await signingIn) ?? assert.fail("it did not sign in");
      assert.deepEqual(
        signedIn.entries.map(({ number }) => number),
        [2],
      );
      assert.deepEqual((await store.revocations.after(1, 10)).entries, signedIn.entries);
      assert.equal((await store.sessions.findForMint(session.id))?.session.version, session.version + 1);
      const records = await store.audit.list({ limit: 10 });
      assert.deepEqual(
        records.map(({ action }) => action),
        ["sign_in", "session.end"],
      );
    },
  },
  {
    name: "units that lock each other out are run again, and both are done (F12)",
    async run({ store, database }) {
      const users = [await signIn(store, { openid: "o_1" }), await signIn(store, { openid: "o_2" })].map(
        ({ facts }) => facts.user.id,
      );
      let runs = 0;
      let firstHalves = 0;
      let together: () => void = () => undefined;
      const bothHaveBegun = new Promise<void>((resolve) => {
        together = resolve;
      });
      const cross = (order: readonly string[]): Promise<void> =>
        database.write(async (db) => {
          runs += 1;
          for (const [index, id] of order.entries()) {
            await sql`update hufu_users set ver = ver + 1 where id = ${id}`.execute(db);
            if (index > 0) continue;
            firstHalves += 1;
            if (firstHalves === 2) together();
            await bothHaveBegun;
          }
        });
      await Promise.all([cross(users), cross(users.toReversed())]).finally(together);
      assert.ok(runs > 2, "the units did not conflict");
      for (const id of users) assert.equal((await store.users.find(id))?.user.ver, 3);
    },
  },
];

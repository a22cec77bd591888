import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { parseSessionId, parseUserId, type SessionId } from "../../server/src/core/ids.ts";
import { systemClock } from "../../server/src/core/time/clock.ts";
import { openStoreAt } from "../../server/src/hufu/database/open-database.ts";
import { refreshed, signIn } from "../../server/src/store/contract/sample-sign-in.ts";
import type { Session } from "../../server/src/store/records.ts";
import { startPostgresServer } from "../../server/src/store/sql/postgres/postgres-server.fixture.ts";
import type { Store } from "../../server/src/store/store.ts";
import { hufuWithPeople } from "../people.ts";
import { multiplySignIns } from "./multiply-sign-ins.ts";
import { openLoaders } from "./open-loaders.ts";

const PEOPLE = 3;
const TIMES = 5;

const folder = mkdtempSync(join(tmpdir(), "hufu-multiply-"));
const server = await startPostgresServer();
const stores: Store[] = [];
after(async () => {
  for (const store of stores) await store.close();
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

const sqlite = await multiplied(`sqlite:${join(folder, "hufu.db")}`);
const postgres = await multiplied(`postgres://postgres@127.0.0.1:${server.port}/postgres`);

for (const [name, { seeds, copies, told, store }] of Object.entries({ SQLite: sqlite, PostgreSQL: postgres })) {
  describe(`${name}: multiplied sign-ins`, () => {
    test("as many as were asked for, those that were copied among them", () => {
      assert.equal(told.at(-1), PEOPLE * TIMES);
      assert.equal(copies.length, PEOPLE * TIMES);
      assert.equal(new Set([...copies, ...seeds]).size, copies.length);
    });

    test("each reads like a real one through the port, with a user and an identity of its own", async () => {
      const [seed] = seeds;
      const real = seed && (await store.sessions.findForMint(seed));
      assert.ok(real);
      const users = new Set<string>();
      for (const id of copies) {
        const found = await store.sessions.findForMint(id);
        assert.ok(found);
        const { session, user } = found;
        users.add(user.id);
        assert.deepEqual(shapeOf(session), shapeOf(real.session));
        assert.equal(parseSessionId(session.id), session.id);
        assert.equal(parseUserId(session.userId), user.id);
        assert.equal((await store.users.findByIdentity(session))?.id, user.id);
        assert.deepEqual(await store.sessions.listOfUser(user.id), [session]);
        assert.equal((await store.sessions.findByCode(session.codeHash))?.session.id, session.id);
      }
      assert.equal(users.size, copies.length);
    });

    test("each can be refreshed, and signing in again finds its user", async () => {
      for (const id of copies) {
        const session = (await store.sessions.findForMint(id))?.session;
        assert.ok(session);
        assert.equal(await store.sessions.compareAndSet(refreshed(session)), true);
        const again = await signIn(store, session);
        assert.equal(again.seen.madeUser, false);
        assert.equal(again.facts.user.id, session.userId);
      }
    });
  });
}

async function multiplied(database: string) {
  const { hufu } = await hufuWithPeople(database, PEOPLE);
  await hufu.close();
  const seeds = await idsIn(database);
  const told: number[] = [];
  await multiplySignIns(database, TIMES, (sessions) => told.push(sessions));
  const copies = await idsIn(database);
  const store = await openStoreAt(database, { clock: systemClock, entryLifeMs: 720_000 });
  stores.push(store);
  return { seeds, copies, told, store };
}

async function idsIn(database: string): Promise<readonly SessionId[]> {
  const loaders = await openLoaders(database);
  const rows = await loaders[0].rows<{ readonly id: SessionId }>("select id from hufu_sessions order by id");
  for (const loader of loaders) await loader.close();
  return rows.map(({ id }) => id);
}

/** How long each text of it is, and what else there is. */
function shapeOf(session: Session): object {
  return Object.fromEntries(
    Object.entries(session).map(([name, value]) => [name, typeof value === "string" ? value.length : typeof value]),
  );
}

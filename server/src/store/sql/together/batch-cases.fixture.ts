import assert from "node:assert/strict";
import { HufuError } from "../../../core/errors/errors.ts";
import type { SessionId } from "../../../core/ids.ts";
import type { ContractCase, StoreHarness } from "../../contract/contract-case.ts";
import { atOnce, refreshed, sampleSessionId, signIn } from "../../contract/sample-sign-in.ts";
import type { Session } from "../../records.ts";
import type { Store } from "../../store.ts";
import { SAME_KEY_MOST, UNANSWERED_MOST } from "./batcher.ts";
import { storm } from "./storm.fixture.ts";

/** A case's own place on a database server, and ways past the store that is tested. */
export interface BatchHarness extends StoreHarness {
  /** Holds the row of a session as a unit of work does that never goes on; resolves to what lets it go. */
  hold(id: SessionId): Promise<() => Promise<void>>;
  /** Runs a statement on a connection of its own. */
  run(statement: string): Promise<void>;
  /** Statements that were sent to the server since the last call. */
  sent(): readonly string[];
}

/** A few at a time, because each takes a connection for a while. */
export async function signInMany(store: Store, count: number): Promise<readonly Session[]> {
  const sessions: Session[] = [];
  while (sessions.length < count) {
    const first = sessions.length;
    const { done } = await atOnce(Math.min(20, count - first), async (index) => {
      return (await signIn(store, { openid: `o_${first + index}` })).facts.session;
    });
    sessions.push(...done);
    assert.ok(done.length > 0, "every sign-in failed");
  }
  return sessions;
}

async function read(store: Store, { id }: Session): Promise<Session | undefined> {
  return (await store.sessions.findForMint(id))?.session;
}

const isBatch = (statement: string): boolean => statement.includes("skip locked");

/** What a database server promises where refreshes ask it together. */
export const batchCases: readonly ContractCase<BatchHarness>[] = [
  {
    name: "what is written together is read as it was written, and what comes too late is told so",
    async run({ open, sent }) {
      const [one, two] = [await open(), await open()];
      const sessions = await signInMany(one, 40);
      const nexts = sessions.map(
        (session, at): Session => ({
          ...refreshed(session),
          deviceType: at % 2 === 0 ? "pad" : "pc",
          deviceName: [null, "", "{a,b}", 'NULL "quoted" \\ back', "虎符 📱", "o'clock"][at % 6] ?? null,
          jkt: at % 3 === 0 ? null : "thumbprint",
          higher: at % 4 === 0 ? { acr: "phone", amr: ["sms"], at: session.clock } : null,
          idleUntil: session.idleUntil + at,
          absoluteUntil: session.absoluteUntil + at,
        }),
      );
      sent();
      const { done } = await atOnce(120, async (index) => {
        const next = nexts[index % 40] ?? assert.fail("no next");
        const isSecond = index >= 80;
        return (isSecond ? two : one).sessions.compareAndSet(next);
      });
      const statements = sent();
      assert.equal(done.filter(Boolean).length, 40);
      assert.ok(statements.some(isBatch), "nothing went together");
      // Read together too, and those that there are not as well.
      const unknown = Array.from({ length: 5 }, () => sampleSessionId());
      const found = await Promise.all(
        [...sessions.map(({ id }) => id), ...unknown].map((id) => one.sessions.findForMint(id)),
      );
      assert.deepEqual(
        found.map((facts) => facts?.session),
        [...nexts, ...unknown.map(() => undefined)],
      );
      assert.ok(sent().length < 45, "nothing was read together");
      const alone = await one.sessions.findForMint(sessions[7]?.id ?? assert.fail());
      assert.deepEqual(found[7], alone);
    },
  },
  {
    name: "thousands of readings of one session at once are few statements, and others are served meanwhile",
    async run({ open, sent }) {
      const store = await open();
      const [one, other] = await signInMany(store, 2);
      if (one === undefined || other === undefined) assert.fail("no session");
      sent();
      const readings = Promise.allSettled(
        Array.from({ length: UNANSWERED_MOST }, () => store.sessions.findForMint(one.id)),
      );
      assert.equal((await read(store, other))?.version, 1);
      assert.equal(await store.sessions.compareAndSet(refreshed(other)), true);
      const outcomes = await readings;
      const found = outcomes.filter(({ status }) => status === "fulfilled");
      assert.equal(found.length, SAME_KEY_MOST);
      for (const outcome of outcomes) {
        if (outcome.status === "fulfilled") assert.equal(outcome.value?.session.id, one.id);
        else assert.equal(outcome.reason.reason, "store_unavailable");
      }
      assert.ok(sent().length < 10, "each was asked alone");
    },
  },
  {
    name: "one row that a frozen unit of work holds delays no other",
    async run({ open, hold }) {
      const store = await open();
      const sessions = await signInMany(store, 40);
      const [held, ...others] = sessions;
      if (held === undefined) assert.fail("no session");
      const letGo = await hold(held.id);
      const outcome: string[] = [];
      const late = store.sessions.compareAndSet(refreshed(held)).then((won) => outcome.push(`held ${won}`));
      // The held one is alone in front of them, and then in the middle of them.
      const early = others.slice(0, 20).map((session) => store.sessions.compareAndSet(refreshed(session)));
      const again = store.sessions.compareAndSet(refreshed(held)).then((won) => outcome.push(`held ${won}`));
      const more = others.slice(20).map((session) => store.sessions.compareAndSet(refreshed(session)));
      try {
        assert.ok((await Promise.all([...early, ...more])).every(Boolean));
        assert.deepEqual(outcome, []);
        // Reading does not wait either.
        assert.equal((await read(store, held))?.version, 1);
      } finally {
        await letGo();
      }
      await Promise.all([late, again]);
      assert.deepEqual(outcome.toSorted(), ["held false", "held true"]);
    },
  },
  {
    name: "many calls about a row that is held do not delay one that was too late either",
    async run({ open, hold }) {
      const store = await open();
      const [held, late] = await signInMany(store, 2);
      if (held === undefined || late === undefined) assert.fail("no session");
      assert.equal(await store.sessions.compareAndSet(refreshed(late)), true);
      const letGo = await hold(held.id);
      const waiting = Array.from({ length: 12 }, () => store.sessions.compareAndSet(refreshed(held)));
      let hasWaited = true;
      void Promise.allSettled(waiting).then(() => {
        hasWaited = false;
      });
      try {
        assert.equal(await store.sessions.compareAndSet(refreshed(late)), false);
        assert.ok(hasWaited, "answered only after those that wait");
      } finally {
        await letGo();
      }
      assert.equal((await Promise.all(waiting)).filter(Boolean).length, 1);
    },
  },
  {
    name: "one row that the database refuses fails alone",
    async run({ open, run }) {
      const store = await open();
      const sessions = await signInMany(store, 30);
      await run("alter table hufu_sessions add constraint refused check (device_name <> 'refused')");
      const { done, failed } = await atOnce(30, async (index) => {
        const session = sessions[index] ?? assert.fail();
        const deviceName = index === 13 ? "refused" : "taken";
        return store.sessions.compareAndSet({ ...refreshed(session), deviceName });
      });
      assert.deepEqual(
        done,
        Array.from({ length: 29 }, () => true),
      );
      assert.equal(failed.length, 1);
      assert.ok(!(failed[0] instanceof HufuError), String(failed[0]));
      assert.equal((await read(store, sessions[13] ?? assert.fail()))?.version, 1);
    },
  },
  {
    name: "a text that no database can keep fails alone, before it joins the others",
    async run({ open }) {
      const store = await open();
      const sessions = await signInMany(store, 10);
      const { done, failed } = await atOnce(10, async (index) => {
        const session = sessions[index] ?? assert.fail();
        return store.sessions.compareAndSet({
          ...refreshed(session),
          deviceName: index === 4 ? "half \ud83d" : "whole",
        });
      });
      assert.deepEqual([done.length, failed.length], [9, 1]);
      assert.ok(done.every(Boolean));
    },
  },
  {
    name: "a close waits for those that wait for their turn, and what comes later is told that it is closed",
    async run({ open }) {
      const store = await open();
      const sessions = await signInMany(store, 30);
      const changing = sessions.map((session) => store.sessions.compareAndSet(refreshed(session)));
      const closing = store.close();
      assert.ok((await Promise.all(changing)).every(Boolean));
      await closing;
      const again = await open();
      for (const session of sessions) assert.equal((await read(again, session))?.version, 2);
    },
  },
  {
    name: "two nodes in a storm of refreshes, ends, bans, closings, sign-ins and purges: one winner each, and no end undone",
    run: storm,
  },
];

import assert from "node:assert/strict";
import type { Session } from "../records.ts";
import type { Store } from "../store.ts";
import type { ContractCase, StoreHarness } from "./contract-case.ts";
import { atOnce, refreshed, signIn } from "./sample-sign-in.ts";

/** Longer than any access token lives, as every deployment keeps it. */
const KEPT_MS = 86_400_000;
const IDLE_MS = 1_000_000;
const EVERYTHING = 1000;
/** A real server's clock goes on during a case. */
const MARGIN_MS = 60_000;

/** All that is over goes; answers how many rows of each kind. */
async function purge({ purge: old, audit }: Store, limit = EVERYTHING): Promise<readonly [number, number, number]> {
  await audit.seal("sealer", EVERYTHING);
  let sessions = 0;
  for (let after: Session["id"] | null = null; ; ) {
    const step: Awaited<ReturnType<typeof old.sessions>> = await old.sessions(KEPT_MS, limit, after);
    sessions += step.purged;
    after = step.next;
    if (after === null) break;
  }
  return [
    sessions,
    await drain(() => old.revocations(KEPT_MS, limit), limit),
    await drain(() => old.audit(KEPT_MS, limit), limit),
  ];
}

async function drain(step: () => Promise<number>, limit: number): Promise<number> {
  for (let purged = 0; ; ) {
    const now = await step();
    purged += now;
    if (now < limit) return purged;
  }
}

async function isThere(store: Store, { id }: Session): Promise<boolean> {
  return (await store.sessions.findForMint(id)) !== undefined;
}

/** The promises of `PurgeStore`. */
export const purgeStoreCases: readonly ContractCase<StoreHarness>[] = [
  {
    name: "where nothing is over, nothing goes",
    async run({ open, dump }) {
      const store = await open();
      assert.deepEqual(await purge(store), [0, 0, 0]);
      await signIn(store);
      const before = await dump();
      assert.deepEqual(await purge(store), [0, 0, 0]);
      assert.deepEqual(await dump(), before);
    },
  },
  {
    name: "a session goes when it has been over for so long, and not a millisecond before",
    async run({ open, advance }) {
      const store = await open();
      const { session: ended, now } = (await signIn(store)).facts;
      const { session: idle } = (await signIn(store, { openid: "o_2" })).facts;
      const { session: aged } = (
        await signIn(store, { openid: "o_3", session: { idleUntil: now + 9e9, absoluteUntil: idle.idleUntil } })
      ).facts;
      const { session: living } = (
        await signIn(store, { openid: "o_4", session: { idleUntil: now + 9e9, absoluteUntil: now + 9e9 } })
      ).facts;
      await store.sessions.end({ sid: ended.id }, { why: "kicked", by: "u_admin" }, () => ({}));
      const { session } = (await store.sessions.findForMint(ended.id)) ?? assert.fail("not found");
      const there = async () => {
        const found = [];
        for (const one of [ended, idle, aged, living]) found.push(await isThere(store, one));
        return found;
      };

      await advance((session.endedAt ?? 0) + KEPT_MS - now);
      assert.equal((await purge(store))[0], 0);
      await advance(1);
      assert.equal((await purge(store))[0], 1);
      assert.deepEqual(await there(), [false, true, true, true]);

      await advance(idle.idleUntil - (session.endedAt ?? 0) - 1);
      assert.equal((await purge(store))[0], 0);
      await advance(1);
      assert.equal((await purge(store))[0], 2);
      assert.deepEqual(await there(), [false, false, false, true]);
    },
  },
  {
    name: "an outbox entry goes when it has concerned no token for so long; its number is not given again",
    async run({ open, advance }) {
      const store = await open();
      const one = await store.revocations.append({ jti: "one", why: "logged_out" });
      const { now } = await store.revocations.live();
      await advance(one.until + KEPT_MS - now);
      assert.deepEqual(await purge(store), [0, 0, 0]);
      await advance(1);
      const two = await store.revocations.append({ jti: "two", why: "logged_out" });
      assert.deepEqual(await purge(store), [0, 1, 0]);
      assert.deepEqual((await store.revocations.after(0, 10)).entries, [two]);
      await advance(two.until + KEPT_MS - now);
      assert.deepEqual(await purge(store), [0, 1, 0]);
      assert.equal((await store.revocations.live()).end.number, 2);
      assert.equal((await store.revocations.append({ jti: "three", why: "logged_out" })).number, 3);
    },
  },
  {
    name: "audit records go from the oldest on",
    async run({ open, advance }) {
      const store = await open();
      await store.audit.append([{ action: "a", actor: "user" }]);
      await advance(KEPT_MS);
      await store.audit.append([{ action: "b", actor: "user" }]);
      assert.deepEqual(await purge(store), [0, 0, 0]);
      await advance(1);
      assert.deepEqual(await purge(store), [0, 0, 1]);
      assert.deepEqual(
        (await store.audit.list({ limit: 9 })).map(({ action }) => action),
        ["b"],
      );
    },
  },
  {
    name: "a redeemed ticket is forgotten so long after it was redeemed, and not before",
    async run({ open, advance }) {
      const { tickets, purge: old } = await open();
      await tickets.redeem("one", "me");
      await advance(KEPT_MS - MARGIN_MS);
      await tickets.redeem("two", "me");
      assert.equal(await old.tickets(KEPT_MS, 10), 0);
      await advance(2 * MARGIN_MS);
      assert.equal(await old.tickets(KEPT_MS, 10), 1);
      assert.equal(await tickets.redeemerOf("one"), undefined);
      assert.equal(await tickets.redeemerOf("two"), "me");
    },
  },
  {
    name: "batches find all of it, leave the rest, and what was counted is what goes",
    async run({ open, advance }) {
      const store = await open();
      const old: Session[] = [];
      for (let index = 0; index < 23; index += 1)
        old.push((await signIn(store, { openid: `o_${index}` })).facts.session);
      for (let index = 0; index < 12; index += 1) {
        await store.revocations.append(
          { jti: `${index}`, why: "logged_out" },
          { audit: [{ action: "a", actor: "user" }] },
        );
      }
      for (let index = 0; index < 7; index += 1) await store.tickets.redeem(`jti ${index}`, "me");
      await advance(IDLE_MS + KEPT_MS + 1);
      await store.tickets.redeem("new", "me");
      const kept = [];
      for (let index = 0; index < 9; index += 1)
        kept.push((await signIn(store, { openid: `new ${index}` })).facts.session);
      await store.revocations.append({ jti: "new", why: "logged_out" }, { audit: [{ action: "b", actor: "user" }] });
      await store.audit.seal("sealer", EVERYTHING);
      const ages = {
        sessionsMs: KEPT_MS,
        revocationsMs: KEPT_MS,
        auditMs: KEPT_MS,
        ticketsMs: KEPT_MS,
        webhooksMs: KEPT_MS,
      };
      assert.deepEqual(await store.purge.count(ages), {
        sessions: 23,
        revocations: 12,
        audit: 12,
        tickets: 7,
        webhooks: 0,
      });
      assert.deepEqual(await purge(store, 5), [23, 12, 12]);
      assert.equal(await drain(() => store.purge.tickets(KEPT_MS, 5), 5), 7);
      assert.deepEqual(await store.purge.count(ages), {
        sessions: 0,
        revocations: 0,
        audit: 0,
        tickets: 0,
        webhooks: 0,
      });
      for (const session of old) assert.equal(await isThere(store, session), false);
      for (const session of kept) assert.ok(await isThere(store, session));
      assert.equal((await store.revocations.live()).entries.length, 1);
      assert.equal((await store.audit.list({ limit: 99 })).length, 1);
    },
  },
  {
    name: "a call that revives a session while purges run keeps it: of the two exactly one wins, on two nodes (F36)",
    async run({ open, advance }) {
      const nodes = [await open(), await open()] as const;
      const sessions: Session[] = [];
      for (let index = 0; index < 60; index += 1) {
        sessions.push((await signIn(nodes[0], { openid: `o_${index}` })).facts.session);
      }
      await advance(IDLE_MS + KEPT_MS + 1);
      const revivals = atOnce(sessions.length, async (index) => {
        // Turns of different length, so that the two meet in every order.
        for (let turn = 0; turn < index % 12; turn += 1) await new Promise((resolve) => setImmediate(resolve));
        const session = sessions[index] ?? assert.fail("no session");
        const next = { ...refreshed(session), idleUntil: session.idleUntil + 9 * KEPT_MS };
        const absolute = { ...next, absoluteUntil: session.absoluteUntil + 9 * KEPT_MS };
        return { session, won: await nodes[index % 2 === 0 ? 0 : 1].sessions.compareAndSet(absolute) };
      });
      const purges = atOnce(2, async (index) => {
        let purged = 0;
        for (let round = 0; round < 6; round += 1) {
          purged += (await purge(nodes[index === 0 ? 0 : 1], 7))[0];
          await new Promise((resolve) => setImmediate(resolve));
        }
        return purged;
      });
      const [{ done, failed }, { done: counts }] = await Promise.all([revivals, purges]);
      assert.deepEqual(failed, []);
      for (const { session, won } of done) assert.equal(await isThere(nodes[0], session), won);
      const lost = done.filter(({ won }) => !won).length;
      assert.equal(
        counts.reduce((sum, one) => sum + one, 0),
        lost,
        "each is counted by the one that deleted it",
      );
    },
  },
];

import assert from "node:assert/strict";
import type { Session } from "../records.ts";
import type { Store } from "../store.ts";
import type { ContractCase, StoreHarness } from "./contract-case.ts";
import { atOnce, EVERY_EVENT, refreshed, sampleSessionId, sampleUserId, sampleWord, signIn } from "./sample-sign-in.ts";
import { signInCases } from "./sign-in/sign-in.contract.ts";

const nothing = () => ({});
const kicked = { why: "kicked", by: "u_admin" } as const;

async function sessionOf(store: Store, { id }: Session): Promise<Session> {
  return (await store.sessions.findForMint(id))?.session ?? assert.fail("the session is gone");
}

/** The promises of `SessionStore`. */
export const sessionStoreCases: readonly ContractCase<StoreHarness>[] = [
  ...signInCases,
  {
    name: "what was never there is not found",
    async run({ open }) {
      const { sessions } = await open();
      assert.equal(await sessions.findForMint(sampleSessionId()), undefined);
      assert.equal(await sessions.findByCode(sampleWord()), undefined);
      assert.deepEqual(await sessions.listOfUser(sampleUserId()), []);
    },
  },
  {
    name: "code hashes are found byte by byte",
    async run({ open }) {
      const store = await open();
      await signIn(store, { session: { codeHash: "AbC" } });
      assert.equal(await store.sessions.findByCode("abc"), undefined);
      assert.notEqual(await store.sessions.findByCode("AbC"), undefined);
    },
  },
  {
    name: "findForMint tells session, user, policy and time of one moment",
    async run({ open, advance }) {
      const store = await open();
      const { session, user, pol, now } = (await signIn(store)).facts;
      await store.users.edit(user.id, { kind: "roles", roles: ["admin"] }, "u_admin", nothing);
      await store.users.edit(user.id, { kind: "ban", ban: { reason: "spam", until: 5 } }, "u_admin", nothing);
      await store.policy.edit({ kind: "role", name: "admin", permissions: ["a:b"] });
      await advance(20);
      const found = (await store.sessions.findForMint(session.id)) ?? assert.fail("not found");
      assert.deepEqual(found.user, { ...user, ver: user.ver + 2, roles: ["admin"], ban: { reason: "spam", until: 5 } });
      assert.equal(found.session.endWhy, "banned");
      assert.equal(found.pol, pol + 1);
      assert.equal(found.resetPol, 0);
      assert.ok(found.now >= now + 20);
    },
  },
  {
    name: "resetPol is the highest reset of this session's app or of everybody",
    async run({ open }) {
      const store = await open();
      const { session } = (await signIn(store)).facts;
      const resetPol = async (): Promise<number | undefined> =>
        (await store.sessions.findForMint(session.id))?.resetPol;
      await store.policy.edit({ kind: "reset", scope: { clientId: "wx_other" } });
      assert.equal(await resetPol(), 0);
      const own = await store.policy.edit({ kind: "reset", scope: { clientId: session.clientId } });
      assert.equal(await resetPol(), own.pol);
      const all = await store.policy.edit({ kind: "reset", scope: { all: true } });
      assert.equal(await resetPol(), all.pol);
      const again = await store.policy.edit({ kind: "reset", scope: { clientId: session.clientId } });
      assert.equal(await resetPol(), again.pol);
      assert.ok(session.bornPol < own.pol);
    },
  },
  {
    name: "of 50 compare-and-sets at once, on two nodes, exactly one is true, and the row is its",
    async run({ open }) {
      const nodes = [await open(), await open()] as const;
      const { session } = (await signIn(nodes[0])).facts;
      const nexts = Array.from({ length: 50 }, () => refreshed(session));
      const { done } = await atOnce(50, async (index) => {
        const next = nexts[index] ?? assert.fail("no next");
        return { next, won: await nodes[index % 2 === 0 ? 0 : 1].sessions.compareAndSet(next) };
      });
      const winners = done.filter(({ won }) => won);
      assert.equal(done.length, 50);
      assert.equal(winners.length, 1);
      assert.deepEqual(await sessionOf(nodes[1], session), winners[0]?.next);
    },
  },
  {
    name: "a compare-and-set writes all that may change about a session",
    async run({ open }) {
      const store = await open();
      const { session } = (await signIn(store)).facts;
      const next: Session = {
        ...refreshed(session),
        deviceType: "pad",
        deviceName: "another",
        keyId: "key-two",
        lastUsedAt: session.lastUsedAt + 1,
        idleUntil: session.idleUntil + 2,
        absoluteUntil: session.absoluteUntil + 3,
        clock: session.clock + 4,
        authTime: session.authTime + 5,
        acr: "soter",
        amr: ["face"],
        higher: { acr: "soter", amr: ["face"], at: session.authTime + 7 },
        jkt: sampleWord(),
      };
      assert.equal(await store.sessions.compareAndSet(next), true);
      assert.deepEqual(await sessionOf(store, session), next);
    },
  },
  {
    name: "a compare-and-set touches no other session",
    async run({ open }) {
      const store = await open();
      const { session } = (await signIn(store)).facts;
      const other = (await signIn(store)).facts.session;
      await store.sessions.compareAndSet(refreshed(session));
      assert.deepEqual(await sessionOf(store, other), other);
    },
  },
  {
    name: "a compare-and-set on the wrong version, an ended or an unknown session is false and changes nothing",
    async run({ open, dump }) {
      const store = await open();
      const { session } = (await signIn(store)).facts;
      const next = refreshed(session);
      await store.sessions.compareAndSet(next);
      const over = (await signIn(store, { openid: "o_2" })).facts.session;
      await store.sessions.end({ sid: over.id }, kicked, nothing);
      const before = await dump();
      const beside = {
        audit: [{ action: "refresh", actor: "user" }],
        deliveries: [{ event: "sign-in" as const, payload: {} }],
      };
      const ended = await sessionOf(store, over);
      const losers: readonly Session[] = [
        next,
        refreshed(session),
        { ...next, version: next.version + 2 },
        { ...next, id: sampleSessionId(), version: next.version + 1 },
        refreshed(over),
        { ...refreshed(ended), status: "active", endWhy: null, endedAt: null, endedBy: null },
      ];
      for (const loser of losers) assert.equal(await store.sessions.compareAndSet(loser, beside), false);
      assert.deepEqual(await dump(), before);
    },
  },
  {
    name: "what accompanies a compare-and-set is written with it",
    async run({ open }) {
      const store = await open();
      const { session } = (await signIn(store)).facts;
      await store.sessions.compareAndSet(refreshed(session), {
        audit: [{ action: "bound", actor: "user", sid: session.id }],
        deliveries: [{ event: "sign-in", payload: { a: 1 } }],
      });
      assert.equal((await store.audit.list({ limit: 9 }))[0]?.sid, session.id);
      assert.equal((await store.deliveries.take(EVERY_EVENT, 9, 1)).length, 1);
    },
  },
  {
    name: "a session is not ended by a compare-and-set",
    async run({ open, dump }) {
      const store = await open();
      const { session } = (await signIn(store)).facts;
      const before = await dump();
      await assert.rejects(store.sessions.compareAndSet({ ...refreshed(session), status: "ended" }), TypeError);
      assert.deepEqual(await dump(), before);
    },
  },
  {
    name: "a session that is ended while it is refreshed stays ended",
    async run({ open }) {
      const nodes = [await open(), await open()] as const;
      for (let round = 0; round < 5; round += 1) {
        const { session } = (await signIn(nodes[0])).facts;
        const [set, end] = await Promise.all([
          nodes[round % 2 === 0 ? 0 : 1].sessions.compareAndSet(refreshed(session)),
          nodes[0].sessions.end({ sid: session.id }, kicked, nothing),
        ]);
        const now = await sessionOf(nodes[1], session);
        assert.equal(end.ended.length, 1);
        assert.equal(now.endWhy, "kicked");
        assert.equal(now.version, session.version + (set ? 2 : 1));
      }
    },
  },
  {
    name: "ending one session writes its end, its entry and what describes it",
    async run({ open, advance }) {
      const store = await open();
      const { session, user } = (await signIn(store)).facts;
      const other = (await signIn(store)).facts.session;
      await advance(5);
      const { ended, entries } = await store.sessions.end({ sid: session.id, ofUser: user.id }, kicked, (one) => ({
        audit: [{ action: "session.end", actor: "u_admin", sid: one.id, why: one.endWhy ?? "missing" }],
        deliveries: [{ event: "session-end", payload: { sid: one.id } }],
      }));
      const now = await sessionOf(store, session);
      assert.deepEqual(ended, [now]);
      assert.deepEqual(now, {
        ...session,
        status: "ended",
        endWhy: "kicked",
        endedAt: now.endedAt,
        endedBy: "u_admin",
        version: session.version + 1,
        clock: now.endedAt,
      });
      assert.ok((now.endedAt ?? 0) >= session.createdAt + 5);
      assert.deepEqual(
        entries.map(({ revocation }) => revocation),
        [{ sid: session.id, why: "kicked" }],
      );
      assert.deepEqual((await store.revocations.live()).entries, entries);
      assert.equal((await store.audit.list({ limit: 9 }))[0]?.why, "kicked");
      assert.deepEqual((await store.deliveries.take(EVERY_EVENT, 9, 1))[0]?.payload, { sid: session.id });
      assert.equal((await sessionOf(store, other)).status, "active");
    },
  },
  {
    name: "a row's clock does not run back when it ends",
    async run({ open }) {
      const store = await open();
      const clock = 9_000_000_000_000;
      const { session } = (await signIn(store, { session: { clock } })).facts;
      await store.sessions.end({ sid: session.id }, kicked, nothing);
      assert.equal((await sessionOf(store, session)).clock, clock);
    },
  },
  {
    name: "another user's session, or an unknown one, is not ended",
    async run({ open, dump }) {
      const store = await open();
      const { session } = (await signIn(store)).facts;
      const before = await dump();
      const fail = () => assert.fail("nothing to describe");
      const none = { ended: [], entries: [] };
      assert.deepEqual(await store.sessions.end({ sid: session.id, ofUser: sampleUserId() }, kicked, fail), none);
      assert.deepEqual(await store.sessions.end({ sid: sampleSessionId() }, kicked, fail), none);
      assert.deepEqual(await store.sessions.end({ userId: sampleUserId() }, kicked, fail), none);
      assert.deepEqual(await dump(), before);
    },
  },
  {
    name: "ending all of a user's sessions spares the excepted one and other users",
    async run({ open }) {
      const store = await open();
      const mine: Session[] = [];
      for (let index = 0; index < 4; index += 1)
        mine.push((await signIn(store, { app: `wx_${index % 2}`, union: { scope: "s", id: "u" } })).facts.session);
      const [keep, ...leaving] = mine;
      const other = (await signIn(store, { openid: "o_other" })).facts.session;
      if (keep === undefined) assert.fail("no session");
      const { userId } = keep;
      const { ended, entries } = await store.sessions.end(
        { userId, except: keep.id },
        { why: "logged_out", by: "user" },
        nothing,
      );
      assert.deepEqual(new Set(ended.map(({ id }) => id)), new Set(leaving.map(({ id }) => id)));
      assert.deepEqual(
        entries.map(({ number }) => number),
        [1, 2, 3],
      );
      assert.deepEqual(await store.sessions.listOfUser(userId), [keep]);
      assert.equal((await sessionOf(store, other)).status, "active");
    },
  },
  {
    name: "a session that has ended is left as it is",
    async run({ open, advance, dump }) {
      const store = await open();
      const { session, user } = (await signIn(store)).facts;
      await store.sessions.end({ sid: session.id }, kicked, nothing);
      const before = await dump();
      await advance(5);
      for (const target of [{ sid: session.id }, { userId: user.id }]) {
        const again = await store.sessions.end(target, { why: "logged_out", by: "user" }, nothing);
        assert.deepEqual(again, { ended: [], entries: [] });
      }
      assert.deepEqual(await dump(), before);
      await store.users.edit(user.id, { kind: "ban", ban: { reason: "r", until: null } }, "u_admin", nothing);
      assert.equal((await sessionOf(store, session)).endWhy, "kicked");
    },
  },
  {
    name: "of ends of one session at once exactly one ended it",
    async run({ open }) {
      const nodes = [await open(), await open()] as const;
      const { session } = (await signIn(nodes[0])).facts;
      const { done } = await atOnce(10, (index) =>
        nodes[index % 2 === 0 ? 0 : 1].sessions.end({ sid: session.id }, kicked, () => ({
          audit: [{ action: "session.end", actor: "u_admin" }],
        })),
      );
      assert.equal(done.flatMap(({ ended }) => ended).length, 1);
      assert.equal((await nodes[0].revocations.live()).entries.length, 1);
      assert.equal((await nodes[0].audit.list({ limit: 20 })).length, 1);
    },
  },
  {
    name: "a description that throws changes nothing, and its error arrives untouched",
    async run({ open, dump }) {
      const store = await open();
      const { session } = (await signIn(store)).facts;
      const before = await dump();
      const mistake = new RangeError("mistake");
      const end = store.sessions.end({ sid: session.id }, kicked, () => {
        throw mistake;
      });
      await assert.rejects(end, (error) => error === mistake);
      assert.deepEqual(await dump(), before);
    },
  },
  {
    name: "a user's sessions are listed newest first, the ended ones on demand, at most 200",
    async run({ open, advance }) {
      const store = await open();
      const { session: old, user } = (await signIn(store)).facts;
      await advance(5);
      const middle = (await signIn(store)).facts.session;
      await advance(5);
      const young = (await signIn(store)).facts.session;
      await store.sessions.end({ sid: middle.id }, kicked, nothing);
      const idsOf = (list: readonly Session[]) => list.map(({ id }) => id);
      assert.deepEqual(idsOf(await store.sessions.listOfUser(user.id)), [young.id, old.id]);
      const all = await store.sessions.listOfUser(user.id, { ended: true });
      assert.deepEqual(idsOf(all), [young.id, middle.id, old.id]);
      for (let batch = 0; batch < 7; batch += 1) await atOnce(30, () => signIn(store));
      assert.equal((await store.sessions.listOfUser(user.id)).length, 200);
    },
  },
  {
    name: "what was answered is there after a restart",
    async run({ open, dump }) {
      const store = await open();
      const { session, user } = (await signIn(store, { host: { externalId: "42" } })).facts;
      const next = refreshed(session);
      await store.sessions.compareAndSet(next);
      const over = (await signIn(store)).facts.session;
      await store.sessions.end({ sid: over.id }, kicked, nothing);
      const before = await dump();
      await store.close();
      const again = await open();
      assert.deepEqual(await dump(), before);
      assert.deepEqual(await sessionOf(again, session), next);
      assert.equal((await sessionOf(again, over)).endWhy, "kicked");
      assert.equal((await again.users.findByExternalId("42"))?.user.id, user.id);
      assert.equal((await again.revocations.live()).entries.length, 1);
      assert.equal((await signIn(again)).facts.user.id, user.id);
    },
  },
];

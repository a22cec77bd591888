import assert from "node:assert/strict";
import type { Session, SessionOutline } from "../../records.ts";
import type { SignInFacts } from "../../sessions.ts";
import type { ContractCase, StoreHarness } from "../contract-case.ts";
import { atOnce, EVERY_EVENT, signIn } from "../sample-sign-in.ts";

/** Which sessions and resets the plan sees, and the sessions that it ends. */
export const signInSessionCases: readonly ContractCase<StoreHarness>[] = [
  {
    name: "a second sign-in finds the same user and sees the first session, oldest first",
    async run({ open, advance }) {
      const store = await open();
      const first = await signIn(store);
      await advance(5);
      const second = await signIn(store);
      await advance(5);
      const third = await signIn(store);
      assert.equal(second.seen.madeUser, false);
      assert.equal(third.facts.user.id, first.facts.user.id);
      assert.deepEqual(third.seen.candidates, [outlineOf(first.facts.session), outlineOf(second.facts.session)]);
    },
  },
  {
    name: "sign-ins of one user at once happen one after the other, and each sees those before",
    async run({ open }) {
      const nodes = [await open(), await open()] as const;
      const { done } = await atOnce(10, (index) => signIn(nodes[index % 2 === 0 ? 0 : 1]));
      const seen = done.map(({ seen: { candidates } }) => candidates.length).toSorted((a, b) => a - b);
      assert.deepEqual(seen, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    },
  },
  {
    name: "the plan sees the device's sessions, the newest of each type and the oldest of the identity, not more",
    async run({ open, advance }) {
      const store = await open();
      const host = { externalId: "42" };
      const ids: string[] = [];
      const add = async (openid: string, session: Partial<Session>): Promise<void> => {
        ids.push((await signIn(store, { openid, host, session })).facts.session.id);
        await advance(5);
      };
      await add("o_one", { deviceId: "d-0" });
      await add("o_one", {});
      await add("o_two", { deviceId: "d-1" });
      await add("o_two", {});
      await add("o_two", { deviceType: "pc" });
      await add("o_two", { deviceId: "d-1" });
      await add("o_two", {});
      await add("o_two", {});
      const ofIdentity = { oldest: 1, ceiling: 100, oldestAtCeiling: 100 };
      const candidates = { deviceId: "d-1", newestPerType: 1, ofIdentity };
      const { seen } = await signIn(store, { openid: "o_one", host, candidates });
      assert.deepEqual(
        seen.candidates.map(({ id }) => ids.indexOf(id)),
        [0, 2, 4, 5, 7],
      );
      const none = { deviceId: null, newestPerType: 1, ofIdentity };
      const { seen: later } = await signIn(store, { openid: "o_one", host, candidates: none });
      assert.equal(later.candidates.length, 3);
    },
  },
  {
    name: "the plan sees more of the identity's oldest where there are as many as the ceiling beside those of the device",
    async run({ open, advance }) {
      const store = await open();
      const host = { externalId: "42" };
      const ids: string[] = [];
      const add = async (openid: string, session: Partial<Session>): Promise<void> => {
        ids.push((await signIn(store, { openid, host, session })).facts.session.id);
        await advance(5);
      };
      const seenWith = async (ceiling: number, deviceId: string | null): Promise<readonly number[]> => {
        const candidates = { deviceId, newestPerType: 0, ofIdentity: { oldest: 1, ceiling, oldestAtCeiling: 3 } };
        let seen: readonly SessionOutline[] = [];
        const plan = (found: SignInFacts): never => {
          seen = found.candidates;
          throw new Error("only looked");
        };
        await assert.rejects(signIn(store, { openid: "o_one", host, candidates, plan }), /only looked/);
        return seen.map(({ id }) => ids.indexOf(id));
      };
      await add("o_one", {});
      await add("o_one", { deviceId: "d-1" });
      await add("o_two", { deviceId: "d-1" });
      await add("o_one", {});
      await add("o_one", {});
      assert.deepEqual(await seenWith(4, null), [0, 1, 3], "four, and the ceiling is four");
      assert.deepEqual(await seenWith(5, null), [0], "below it one is enough");
      assert.deepEqual(await seenWith(4, "d-1"), [0, 1, 2], "three beside the one of this device");
      assert.deepEqual(await seenWith(3, "d-1"), [0, 1, 2, 3]);

      for (let device = 0; device < 12; device += 1) await add("o_one", { deviceId: "d-1" });
      assert.ok((await seenWith(3, "d-1")).includes(3), "three beside the thirteen of this device");
    },
  },
  {
    name: "a session that a sign-in and another call end at the same moment ends once, with one record",
    async run({ open }) {
      const nodes = [await open(), await open()] as const;
      const { session } = (await signIn(nodes[0])).facts;
      const records = { audit: [{ action: "ended", actor: "user" }] };
      await atOnce(6, async (index) => {
        const store = nodes[index % 2 === 0 ? 0 : 1];
        if (index % 3 === 0) return store.sessions.end({ sid: session.id }, { why: "kicked", by: "x" }, () => records);
        const end = [{ id: session.id, why: "replaced", by: "user", rule: "device", accompaniment: records } as const];
        return signIn(store, { plan: () => ({ end }) });
      });
      const audit = await nodes[0].audit.list({ limit: 99 });
      assert.equal(audit.filter(({ action }) => action === "ended").length, 1);
      const { entries } = await nodes[0].revocations.live();
      assert.equal(entries.filter(({ revocation }) => "sid" in revocation).length, 1);
    },
  },
  {
    name: "the sessions that a plan ends have ended, with their entries, audit and deliveries; others have not",
    async run({ open, advance }) {
      const store = await open();
      const first = (await signIn(store)).facts.session;
      await advance(5);
      const second = (await signIn(store)).facts.session;
      const stranger = (await signIn(store, { openid: "o_other" })).facts.session;
      await advance(5);
      const records = { audit: [{ action: "ended", actor: "user" }] };
      const third = await signIn(store, {
        plan: () => ({
          end: [
            { id: first.id, why: "replaced", by: "user", rule: "device", accompaniment: records },
            { id: stranger.id, why: "replaced", by: "user", rule: "device", accompaniment: records },
          ],
          audit: [{ action: "signed-in", actor: "user" }],
          deliveries: [{ event: "sign-in", payload: { n: 1 } }],
        }),
      });
      const ended = (await store.sessions.findForMint(first.id))?.session;
      assert.deepEqual(ended, {
        ...first,
        status: "ended",
        endWhy: "replaced",
        endedAt: third.seen.now,
        endedBy: "user",
        endRule: "device",
        version: first.version + 1,
        clock: third.seen.now,
      });
      assert.equal((await store.sessions.findForMint(second.id))?.session.status, "active");
      assert.equal((await store.sessions.findForMint(stranger.id))?.session.status, "active");
      assert.deepEqual(
        third.entries.map(({ revocation }) => revocation),
        [{ sid: first.id, why: "replaced" }],
      );
      assert.deepEqual((await store.revocations.live()).entries, third.entries);
      assert.deepEqual(
        (await store.audit.list({ limit: 9 })).map(({ action }) => action),
        ["signed-in", "ended"],
      );
      const [delivery] = await store.deliveries.take(EVERY_EVENT, 9, 1000);
      assert.deepEqual(delivery?.payload, { n: 1 });
    },
  },
  {
    name: "the plan gets the resets: of its own client, of another, and of everybody",
    async run({ open }) {
      const store = await open();
      const before = (await signIn(store)).seen;
      assert.deepEqual([before.resetPolOf("wx_one"), before.resetPolOf("wx_two")], [0, 0]);
      const { pol: one } = await store.policy.edit({ kind: "reset", scope: { clientId: "wx_one" } });
      const afterOne = (await signIn(store)).seen;
      assert.deepEqual([afterOne.resetPolOf("wx_one"), afterOne.resetPolOf("wx_two")], [one, 0]);
      assert.ok(afterOne.candidates.every((session) => session.bornPol < one));
      const { pol: all } = await store.policy.edit({ kind: "reset", scope: { all: true } });
      const afterAll = (await signIn(store)).seen;
      assert.deepEqual([afterAll.resetPolOf("wx_one"), afterAll.resetPolOf("wx_two")], [all, all]);
    },
  },
];

function outlineOf(session: Session): SessionOutline {
  const { id, userId, platform, app, openid, clientId, deviceId, deviceType, status, endWhy } = session;
  const { createdAt, lastUsedAt, idleUntil, absoluteUntil, clock, bornPol } = session;
  return {
    id,
    userId,
    platform,
    app,
    openid,
    clientId,
    deviceId,
    deviceType,
    status,
    endWhy,
    createdAt,
    lastUsedAt,
    idleUntil,
    absoluteUntil,
    clock,
    bornPol,
  };
}

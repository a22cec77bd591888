import assert from "node:assert/strict";
import type { Session, SessionOutline } from "../records.ts";
import { CodeTakenError } from "../sessions.ts";
import type { ContractCase, StoreHarness } from "./contract-case.ts";
import { atOnce, EVERY_EVENT, sampleRequest, sampleUserId, sampleWord, signIn } from "./sample-sign-in.ts";

/** The promises of `SessionStore.signIn`. */
export const signInCases: readonly ContractCase<StoreHarness>[] = [
  {
    name: "a first sign-in makes the user, links the identity and answers what findForMint reads",
    async run({ open }) {
      const store = await open();
      const id = sampleUserId();
      const { facts, seen, entries } = await signIn(store, { newUser: { id, roles: ["member", "tester"] } });
      assert.equal(seen.madeUser, true);
      assert.deepEqual(seen.candidates, []);
      assert.equal(seen.conflict, null);
      assert.deepEqual(facts.user, {
        id,
        externalId: null,
        status: "active",
        ver: 1,
        resolvedVer: 0,
        roles: ["member", "tester"],
        claims: null,
        ban: null,
        createdAt: seen.now,
      });
      assert.deepEqual(entries, []);
      const { now: _then, ...known } = facts;
      const { now: _now, ...read } = (await store.sessions.findForMint(facts.session.id)) ?? assert.fail("not found");
      assert.deepEqual(read, known);
      const found = await store.users.find(id);
      assert.deepEqual(found?.identities, [
        {
          platform: "wechat",
          app: "wx_one",
          openid: "o_first",
          clientId: "wx_one",
          unionid: null,
          createdAt: seen.now,
        },
      ]);
    },
  },
  {
    name: "every field of a session is kept as it was given",
    async run({ open }) {
      const store = await open();
      const odd = {
        mode: "single" as const,
        deviceId: "device-1",
        deviceType: "devtools" as const,
        deviceName: "老王的 iPhone 📱 'x' \"y\"",
        version: 7,
        generation: 12,
        keyId: "key-nine",
        recent: Array.from({ length: 8 }, (_, index) => ({
          hash: sampleWord(),
          at: 1_790_000_000_000 + index,
          winner: "",
        })),
        idleUntil: 1_790_000_000_001,
        absoluteUntil: 9_007_199_254_740_991,
        clock: 1_790_000_000_002,
        authTime: 1_790_000_000_003,
        acr: "soter",
        amr: ["swk", "fpt"],
        higher: { acr: "soter", amr: ["fpt"], at: 1_790_000_000_004 },
        jkt: sampleWord(),
        codeHash: sampleWord(),
        codeAttempt: sampleWord(),
        madeUser: false,
      };
      const { facts } = await signIn(store, { session: odd });
      const { session } = (await store.sessions.findForMint(facts.session.id)) ?? assert.fail("not found");
      assert.deepEqual({ ...session, ...odd }, session);
      assert.deepEqual((await store.sessions.findByCode(odd.codeHash))?.session, session);
      assert.deepEqual(await store.sessions.listOfUser(session.userId), [session]);
    },
  },
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
    name: "two first sign-ins of one identity at once, on two nodes, give one user",
    async run({ open }) {
      const nodes = [await open(), await open()] as const;
      const { done } = await atOnce(8, (index) => signIn(nodes[index % 2 === 0 ? 0 : 1]));
      assert.equal(done.length, 8);
      assert.equal(new Set(done.map(({ facts }) => facts.user.id)).size, 1);
      assert.equal(done.filter(({ seen }) => seen.madeUser).length, 1);
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
    name: "sibling apps with one unionid in one scope, at once, give one user",
    async run({ open }) {
      const store = await open();
      const union = { scope: "one", id: "union-1" };
      const { done } = await atOnce(6, (index) => signIn(store, { app: `wx_${index}`, openid: `o_${index}`, union }));
      const [user] = new Set(done.map(({ facts }) => facts.user.id));
      assert.equal(done.filter(({ seen }) => seen.madeUser).length, 1);
      assert.ok(done.every(({ facts }) => facts.user.id === user));
      assert.equal((await store.users.find(user ?? assert.fail("no user")))?.identities.length, 6);
    },
  },
  {
    name: "a unionid means nothing in another scope, and a missing one links no users",
    async run({ open }) {
      const store = await open();
      const { done } = await atOnce(4, (index) =>
        signIn(store, {
          openid: `o_${index}`,
          union: index < 2 ? { scope: `scope-${index}`, id: "union-1" } : null,
        }),
      );
      assert.equal(new Set(done.map(({ facts }) => facts.user.id)).size, 4);
    },
  },
  {
    name: "two first sign-ins with one external id, at once, give one user",
    async run({ open }) {
      const store = await open();
      const { done } = await atOnce(6, (index) => signIn(store, { openid: `o_${index}`, host: { externalId: "42" } }));
      assert.equal(new Set(done.map(({ facts }) => facts.user.id)).size, 1);
      assert.equal(done[0]?.facts.user.externalId, "42");
    },
  },
  {
    name: "identities, unionids and external ids that differ in case, in a trailing space or in an accent stay apart",
    async run({ open }) {
      const store = await open();
      for (const spellings of [
        ["oAbC", "oabc", "oAbC ", "oÀbC"],
        ["E-1", "e-1", "E-1 ", "É-1"],
      ] as const) {
        const users = new Set<string>();
        for (const openid of spellings) users.add((await signIn(store, { openid })).facts.user.id);
        for (const id of spellings) {
          users.add((await signIn(store, { openid: sampleWord(), union: { scope: "s", id } })).facts.user.id);
          users.add((await signIn(store, { openid: sampleWord(), host: { externalId: id } })).facts.user.id);
        }
        assert.equal(users.size, 12);
      }
    },
  },
  {
    name: "one identity in two apps or on two platforms is two",
    async run({ open }) {
      const store = await open();
      const users = new Set<string>();
      users.add((await signIn(store)).facts.user.id);
      users.add((await signIn(store, { app: "wx_two" })).facts.user.id);
      users.add((await signIn(store, { platform: "alipay" })).facts.user.id);
      assert.equal(users.size, 3);
    },
  },
  {
    name: "of sign-ins with one code at once exactly one succeeds, and the others leave nothing behind",
    async run({ open }) {
      const nodes = [await open(), await open()] as const;
      const codeHash = sampleWord();
      const { done, failed } = await atOnce(6, (index) =>
        signIn(nodes[index % 2 === 0 ? 0 : 1], {
          openid: `o_${index}`,
          session: { codeHash },
          plan: () => ({ audit: [{ action: "signed-in", actor: "user" }] }),
        }),
      );
      assert.equal(done.length, 1);
      assert.ok(failed.every((error) => error instanceof CodeTakenError));
      const [winner] = done;
      assert.equal((await nodes[0].sessions.findByCode(codeHash))?.session.id, winner?.facts.session.id);
      assert.equal((await nodes[0].audit.list({ limit: 10 })).length, 1);
      for (const index of [0, 1, 2, 3, 4, 5]) {
        const identity = { platform: "wechat", app: "wx_one", openid: `o_${index}` };
        const user = await nodes[0].users.findByIdentity(identity);
        assert.equal(user?.id, winner?.facts.session.openid === identity.openid ? winner.facts.user.id : undefined);
      }
    },
  },
  {
    name: "a plan that throws changes nothing at all, and its error arrives untouched",
    async run({ open, dump }) {
      const store = await open();
      const old = await signIn(store, { sessionKey: { sealed: "sealed", exchangedAt: 1 } });
      await signIn(store, { openid: "o_other", host: { externalId: "7" } });
      const before = await dump();
      const refusal = new RangeError("refused");
      const plan = (): never => {
        throw refusal;
      };
      const union = { scope: "s", id: "u" };
      const sessionKey = { sealed: "newer", exchangedAt: 2 };
      const host = { externalId: "8", roles: ["admin"], claims: { level: 2 } };
      const isRefusal = (error: unknown): boolean => error === refusal;
      await assert.rejects(signIn(store, { union, sessionKey, host, plan, clientId: "other" }), isRefusal);
      await assert.rejects(signIn(store, { openid: "o_new", union, sessionKey, host, plan }), isRefusal);
      assert.deepEqual(await dump(), before);
      assert.equal((await store.sessions.findForMint(old.facts.session.id))?.session.status, "active");
    },
  },
  {
    name: "a plan that throws beside others that do not is undone alone",
    async run({ open }) {
      const store = await open();
      const { done, failed } = await atOnce(9, (index) =>
        signIn(store, {
          openid: `o_${index}`,
          plan: () => {
            if (index % 3 === 1) throw new RangeError("refused");
            return {};
          },
        }),
      );
      assert.equal(done.length, 6);
      assert.equal(failed.length, 3);
      const users = await Promise.all(
        Array.from({ length: 9 }, (_, index) =>
          store.users.findByIdentity({ platform: "wechat", app: "wx_one", openid: `o_${index}` }),
        ),
      );
      assert.deepEqual(
        users.map((user) => user !== undefined),
        [true, false, true, true, false, true, true, false, true],
      );
    },
  },
  {
    name: "a session that is not an active one of this identity and its user is a mistake and changes nothing",
    async run({ open, dump }) {
      const store = await open();
      await signIn(store);
      const before = await dump();
      for (const session of [{ userId: sampleUserId() }, { openid: "o_other" }, { status: "ended" as const }]) {
        await assert.rejects(signIn(store, { session }), TypeError);
      }
      assert.deepEqual(await dump(), before);
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
      const candidates = { deviceId: "d-1", newestPerType: 1, oldestOfIdentity: 1 };
      const { seen } = await signIn(store, { openid: "o_one", host, candidates });
      assert.deepEqual(
        seen.candidates.map(({ id }) => ids.indexOf(id)),
        [0, 2, 4, 5, 7],
      );
      const none = { deviceId: null, newestPerType: 1, oldestOfIdentity: 1 };
      const { seen: later } = await signIn(store, { openid: "o_one", host, candidates: none });
      assert.equal(later.candidates.length, 3);
    },
  },
  {
    name: "a session that a sign-in and somebody else end at the same moment ends once, with one record",
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
    name: "an identity never changes its user: a unionid or host's id of somebody else is a conflict, left unlinked",
    async run({ open }) {
      const store = await open();
      const union = { scope: "s", id: "u" };
      const own = (await signIn(store, { openid: "o_own" })).facts.user;
      const other = (await signIn(store, { openid: "o_other", union, host: { externalId: "42" } })).facts.user;

      const byUnion = await signIn(store, { openid: "o_own", union });
      assert.equal(byUnion.seen.conflict, "union");
      assert.equal(byUnion.facts.user.id, own.id);

      const byHost = await signIn(store, { openid: "o_own", host: { externalId: "42", roles: ["admin"] } });
      assert.equal(byHost.seen.conflict, "external_id");
      assert.equal(byHost.facts.user.id, own.id);
      assert.equal(byHost.facts.user.externalId, null);
      assert.deepEqual(byHost.facts.user.roles, ["member"], "roles of somebody else are not given to this user");

      assert.equal((await store.users.findByExternalId("42"))?.user.id, other.id);
      const third = await signIn(store, { app: "wx_two", openid: "o_third", union });
      assert.equal(third.facts.user.id, other.id);
    },
  },
  {
    name: "a host that gives a user another id than before is in conflict with it",
    async run({ open }) {
      const store = await open();
      await signIn(store, { host: { externalId: "42" } });
      const again = await signIn(store, { host: { externalId: "43" } });
      assert.equal(again.seen.conflict, "external_id");
      assert.equal(again.facts.user.externalId, "42");
      assert.equal(await store.users.findByExternalId("43"), undefined);
    },
  },
  {
    name: "an identity that comes with another unionid than before is a conflict, and that unionid links no users",
    async run({ open }) {
      const store = await open();
      const first = await signIn(store, { union: { scope: "s", id: "own" } });
      const renamed = await signIn(store, { union: { scope: "s", id: "another" } });
      assert.equal(renamed.seen.conflict, "union");
      assert.equal(renamed.facts.user.id, first.facts.user.id);
      const owner = await signIn(store, { openid: "o_owner", union: { scope: "s", id: "another" } });
      assert.equal(owner.seen.madeUser, true);
      assert.equal(owner.seen.conflict, null);
      const again = await signIn(store, { union: { scope: "s", id: "own" } });
      assert.equal(again.seen.conflict, null);
    },
  },
  {
    name: "for a new identity the host's word wins over the unionid",
    async run({ open }) {
      const store = await open();
      const union = { scope: "s", id: "u" };
      const byUnion = (await signIn(store, { openid: "o_1", union, host: { externalId: "1" } })).facts.user;
      const byHost = (await signIn(store, { openid: "o_2", host: { externalId: "2" } })).facts.user;

      const both = await signIn(store, { openid: "o_3", union, host: { externalId: "2" } });
      assert.equal(both.facts.user.id, byHost.id);
      assert.equal(both.seen.conflict, "union");

      const unknown = await signIn(store, { openid: "o_4", union, host: { externalId: "4" } });
      assert.equal(unknown.seen.madeUser, true);
      assert.equal(unknown.facts.user.externalId, "4");
      assert.equal(unknown.seen.conflict, "union");

      const silent = await signIn(store, { openid: "o_5", union });
      assert.equal(silent.facts.user.id, byUnion.id);
      assert.equal(silent.seen.conflict, null);
    },
  },
  {
    name: "a user that is known gets the unionid and the host's id that were missing",
    async run({ open }) {
      const store = await open();
      const { user } = (await signIn(store)).facts;
      const union = { scope: "s", id: "u" };
      const again = await signIn(store, { union, host: { externalId: "42" } });
      assert.equal(again.seen.conflict, null);
      assert.deepEqual(again.facts.user, { ...user, externalId: "42", resolvedVer: user.ver });
      assert.equal((await signIn(store, { openid: "o_2", union })).facts.user.id, user.id);
    },
  },
  {
    name: "roles from the host replace the user's, raise ver once and tell verifiers",
    async run({ open }) {
      const store = await open();
      const { user } = (await signIn(store)).facts;
      const changed = await signIn(store, { host: { roles: ["admin", "member"], claims: { level: 2 } } });
      assert.deepEqual(changed.facts.user, {
        ...user,
        roles: ["admin", "member"],
        claims: { level: 2 },
        ver: user.ver + 1,
        resolvedVer: user.ver + 1,
      });
      assert.deepEqual(changed.seen.user, changed.facts.user);
      assert.deepEqual(
        changed.entries.map(({ revocation }) => revocation),
        [{ sub: user.id, ver: user.ver + 1, why: "roles_changed" }],
      );

      const reordered = await signIn(store, { host: { roles: ["member", "admin"] } });
      assert.deepEqual(reordered.facts.user, changed.facts.user);
      assert.deepEqual(reordered.entries, []);

      const silent = await signIn(store, { host: {} });
      assert.deepEqual(silent.facts.user, changed.facts.user);
    },
  },
  {
    name: "a new user has what the host said, and the host counts as asked",
    async run({ open }) {
      const store = await open();
      const { facts, entries } = await signIn(store, {
        host: { externalId: "42", roles: ["vip"], claims: { a: [1, "二"] } },
      });
      assert.equal(facts.user.externalId, "42");
      assert.deepEqual(facts.user.roles, ["vip"]);
      assert.deepEqual(facts.user.claims, { a: [1, "二"] });
      assert.equal(facts.user.resolvedVer, facts.user.ver);
      assert.deepEqual(entries, []);
      const unsaid = await signIn(store, { openid: "o_2", host: {} });
      assert.deepEqual(unsaid.facts.user.roles, ["member"]);
    },
  },
  {
    name: "an older session_key never replaces a newer one",
    async run({ open }) {
      const store = await open();
      const { identity } = sampleRequest({});
      const keep = async (sealed: string, exchangedAt: number): Promise<string | undefined> => {
        await signIn(store, { sessionKey: { sealed, exchangedAt } });
        return (await store.users.sessionKey(identity))?.sealed;
      };
      assert.equal(await keep("second", 20), "second");
      assert.equal(await keep("first", 10), "second");
      assert.equal(await keep("third", 30), "third");
      await signIn(store, { sessionKey: null });
      assert.deepEqual(await store.users.sessionKey(identity), { sealed: "third", exchangedAt: 30 });
    },
  },
  {
    name: "an identity is kept with the client id of its last sign-in",
    async run({ open }) {
      const store = await open();
      const { user } = (await signIn(store, { clientId: "before" })).facts;
      await signIn(store, { clientId: "after" });
      const { identities } = (await store.users.find(user.id)) ?? assert.fail("not found");
      assert.deepEqual(
        identities.map(({ clientId }) => clientId),
        ["after"],
      );
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
  {
    name: "a host's answer that was called stale meanwhile, or a proposal, changes no roles of a user that exists",
    async run({ open }) {
      const store = await open();
      const { user } = (await signIn(store, { host: { roles: ["member"] } })).facts;
      assert.equal(user.resolvedVer, user.ver);
      await store.users.edit(user.id, { kind: "stale" }, "system", () => ({}));
      const late = (await signIn(store, { host: { askedAtVer: user.ver, roles: ["admin"] } })).facts.user;
      assert.deepEqual([late.roles, late.ver, late.resolvedVer], [["member"], user.ver + 1, user.ver]);
      const proposal = (await signIn(store, { host: { rolesBind: false, roles: ["admin"] } })).facts.user;
      assert.deepEqual(proposal.roles, ["member"]);
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

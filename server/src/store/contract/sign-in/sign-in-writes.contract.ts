import assert from "node:assert/strict";
import { CodeTakenError } from "../../sessions.ts";
import type { ContractCase, StoreHarness } from "../contract-case.ts";
import { atOnce, sampleRequest, sampleUserId, sampleWord, signIn } from "../sample-sign-in.ts";

/** What a sign-in writes, and that a refused one writes nothing. */
export const signInWriteCases: readonly ContractCase<StoreHarness>[] = [
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
];

import assert from "node:assert/strict";
import type { ContractCase, StoreHarness } from "../contract-case.ts";
import { atOnce, sampleWord, signIn } from "../sample-sign-in.ts";

/** Which user an identity belongs to. */
export const signInUserCases: readonly ContractCase<StoreHarness>[] = [
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
    name: "an identity never changes its user: another user's unionid or host's id is a conflict, left unlinked",
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
      assert.deepEqual(byHost.facts.user.roles, ["member"], "another user's roles are not given to this one");

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
];

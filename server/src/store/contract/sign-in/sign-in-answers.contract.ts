import assert from "node:assert/strict";
import type { ContractCase, StoreHarness } from "../contract-case.ts";
import { signIn } from "../sample-sign-in.ts";

/** What the answer of `resolveUser` changes. */
export const signInAnswerCases: readonly ContractCase<StoreHarness>[] = [
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

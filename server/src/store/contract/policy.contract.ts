import assert from "node:assert/strict";
import type { ContractCase, StoreHarness } from "./contract-case.ts";
import { atOnce, signIn } from "./sample-sign-in.ts";

const ROLES: ReadonlyMap<string, readonly string[]> = new Map([
  ["member", ["order:read:own", "order:create"]],
  ["admin", ["order:read"]],
]);

/** The promises of `PolicyStore`. */
export const policyStoreCases: readonly ContractCase<StoreHarness>[] = [
  {
    name: "a policy begins without roles, and what is written is loaded",
    async run({ open }) {
      const { policy } = await open();
      const empty = await policy.load();
      assert.equal(empty.roles.size, 0);
      const put = await policy.edit({ kind: "role", name: "member", permissions: ["a:b", "c:d:own"] });
      assert.equal(put.pol, empty.pol + 1);
      assert.deepEqual(await policy.load(), { pol: put.pol, roles: new Map([["member", ["a:b", "c:d:own"]]]) });
    },
  },
  {
    name: "every edit raises pol by one and tells verifiers what it did",
    async run({ open }) {
      const { policy, revocations, audit } = await open();
      const { pol } = await policy.load();
      const beside = { audit: [{ action: "policy", actor: "u_admin" }] };
      await policy.edit({ kind: "role", name: "member", permissions: ["a:b"] }, beside);
      await policy.edit({ kind: "role", name: "member", permissions: [] }, beside);
      await policy.edit({ kind: "remove", name: "member" }, beside);
      await policy.edit({ kind: "remove", name: "member" }, beside);
      await policy.edit({ kind: "reset", scope: { all: true } }, beside);
      const last = await policy.edit({ kind: "reset", scope: { clientId: "wx_one" } }, beside);
      assert.equal(last.pol, pol + 6);
      const { entries } = await revocations.live();
      assert.deepEqual(
        entries.map(({ revocation }) => revocation),
        [
          { role: "member", pol: pol + 1, permissions: ["a:b"] },
          { role: "member", pol: pol + 2, permissions: [] },
          { role: "member", pol: pol + 3, permissions: [] },
          { role: "member", pol: pol + 4, permissions: [] },
          { all: true, pol: pol + 5, why: "reset" },
          { client_id: "wx_one", pol: pol + 6, why: "reset" },
        ],
      );
      assert.deepEqual(last.entries, entries.slice(-1));
      assert.deepEqual(await policy.load(), { pol: pol + 6, roles: new Map() });
      assert.equal((await audit.list({ limit: 9 })).length, 6);
    },
  },
  {
    name: "edits at once, on two nodes, each get their own pol, in the order of their entries",
    async run({ open }) {
      const nodes = [await open(), await open()] as const;
      const { pol } = await nodes[0].policy.load();
      const { done } = await atOnce(12, (index) =>
        nodes[index % 2 === 0 ? 0 : 1].policy.edit({ kind: "role", name: `role-${index}`, permissions: ["a:b"] }),
      );
      assert.equal(new Set(done.map((edit) => edit.pol)).size, 12);
      const snapshot = await nodes[1].policy.load();
      assert.equal(snapshot.pol, pol + 12);
      assert.equal(snapshot.roles.size, 12);
      const { entries } = await nodes[0].revocations.live();
      const pols = entries.map(({ revocation }) => ("pol" in revocation ? revocation.pol : 0));
      assert.deepEqual(
        pols,
        Array.from({ length: 12 }, (_, index) => pol + 1 + index),
      );
    },
  },
  {
    name: "applying a configuration twice changes nothing the second time, in any order of its parts",
    async run({ open, dump }) {
      const { policy } = await open();
      const first = await policy.apply(ROLES, "replace");
      assert.equal(first.entries.length, 2);
      assert.deepEqual((await policy.load()).roles, ROLES);
      const before = await dump();
      const turned = new Map([...ROLES].reverse().map(([name, permissions]) => [name, permissions.toReversed()]));
      for (const roles of [ROLES, turned]) {
        assert.deepEqual(await policy.apply(roles, "replace"), { pol: first.pol, entries: [] });
        assert.deepEqual(await policy.apply(roles, "add"), { pol: first.pol, entries: [] });
      }
      assert.deepEqual(await dump(), before);
    },
  },
  {
    name: "replace makes the roles exactly these, with one pol and one entry per role that differs",
    async run({ open }) {
      const { policy } = await open();
      const { pol } = await policy.apply(ROLES, "replace");
      const next = new Map([
        ["admin", ["order:read", "order:cancel"]],
        ["guest", []],
      ]);
      const applied = await policy.apply(next, "replace");
      assert.equal(applied.pol, pol + 1);
      const told = applied.entries.map(({ revocation }) => JSON.stringify(revocation)).toSorted();
      assert.deepEqual(
        told,
        [
          JSON.stringify({ role: "admin", pol: pol + 1, permissions: ["order:read", "order:cancel"] }),
          JSON.stringify({ role: "guest", pol: pol + 1, permissions: [] }),
          JSON.stringify({ role: "member", pol: pol + 1, permissions: [] }),
        ].toSorted(),
      );
      assert.deepEqual((await policy.load()).roles, next);
    },
  },
  {
    name: "add creates what is missing and overwrites and removes nothing",
    async run({ open }) {
      const { policy } = await open();
      await policy.edit({ kind: "role", name: "admin", permissions: ["everything:do"] });
      const { pol } = await policy.edit({ kind: "role", name: "extra", permissions: [] });
      const applied = await policy.apply(ROLES, "add");
      assert.equal(applied.pol, pol + 1);
      assert.deepEqual(
        applied.entries.map(({ revocation }) => revocation),
        [{ role: "member", pol: pol + 1, permissions: ROLES.get("member") }],
      );
      const { roles } = await policy.load();
      assert.deepEqual(roles.get("admin"), ["everything:do"]);
      assert.deepEqual([...roles.keys()].toSorted(), ["admin", "extra", "member"]);
    },
  },
  {
    name: "nodes that start at once raise pol once",
    async run({ open }) {
      const nodes = [await open(), await open()] as const;
      const { pol } = await nodes[0].policy.load();
      const { done } = await atOnce(6, (index) => nodes[index % 2 === 0 ? 0 : 1].policy.apply(ROLES, "replace"));
      assert.deepEqual(new Set(done.map((applied) => applied.pol)), new Set([pol + 1]));
      assert.equal(done.flatMap(({ entries }) => entries).length, 2);
      assert.equal((await nodes[1].policy.load()).pol, pol + 1);
    },
  },
  {
    name: "role names that differ in case are two",
    async run({ open }) {
      const { policy } = await open();
      await policy.edit({ kind: "role", name: "Admin", permissions: ["a:b"] });
      await policy.edit({ kind: "role", name: "admin", permissions: [] });
      assert.deepEqual((await policy.load()).roles.get("Admin"), ["a:b"]);
    },
  },
  {
    name: "a client id that would mean everybody is refused",
    async run({ open, dump }) {
      const store = await open();
      await signIn(store);
      const before = await dump();
      await assert.rejects(async () => store.policy.edit({ kind: "reset", scope: { clientId: "*" } }), TypeError);
      assert.deepEqual(await dump(), before);
    },
  },
];

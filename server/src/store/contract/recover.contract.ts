import assert from "node:assert/strict";
import type { Store } from "../store.ts";
import type { ContractCase, StoreHarness } from "./contract-case.ts";
import { sampleKey } from "./sample-key.ts";
import { signIn } from "./sample-sign-in.ts";

/** Later than any test. */
const FAR = 9_000_000_000_000;

async function stateOf({ revocations, policy }: Store) {
  const { end, entries, now } = await revocations.live();
  return { epoch: end.epoch, entries, pol: (await policy.load()).pol, seconds: Math.floor(now / 1000) };
}

/** The promises of `Store.recover`. */
export const recoverCases: readonly ContractCase<StoreHarness>[] = [
  {
    name: "a recovery is above every epoch and version that can have been given, and above itself",
    async run({ open }) {
      const store = await open();
      const before = await stateOf(store);
      const first = await store.recover({ keepSessions: false }, { audit: [{ action: "recover", actor: "ops" }] });
      const then = await stateOf(store);
      assert.ok(first.epoch >= before.seconds && first.pol >= before.seconds);
      assert.deepEqual([then.epoch, then.pol], [first.epoch, first.pol]);
      assert.deepEqual(first.entries, then.entries);
      assert.deepEqual(
        first.entries.map(({ revocation }) => revocation),
        [{ all: true, pol: first.pol, why: "reset" }],
      );
      const again = await store.recover({ keepSessions: false });
      assert.ok(again.epoch > first.epoch && again.pol > first.pol);
      assert.equal((await store.audit.list({ limit: 9 })).length, 1);
      assert.equal((await store.policy.edit({ kind: "role", name: "member", permissions: [] })).pol, again.pol + 1);
    },
  },
  {
    name: "sessions of before are reset, and those of later sign-ins are not",
    async run({ open }) {
      const store = await open();
      const { session } = (await signIn(store)).facts;
      const { pol } = await store.recover({ keepSessions: false });
      const found = await store.sessions.findForMint(session.id);
      assert.deepEqual([found?.resetPol, found?.pol], [pol, pol]);
      const later = (await signIn(store)).facts;
      assert.equal(later.session.bornPol, later.resetPol);
    },
  },
  {
    name: "keys that are named are revoked in the same step and told, others go on, and it may be repeated",
    async run({ open }) {
      const store = await open();
      for (const sequence of [1, 2, 3]) await store.keys.add(sampleKey(sequence), FAR);
      const [one, two, three] = (await store.keys.list()).keys.map(({ kid }) => kid);
      assert.ok(one !== undefined && two !== undefined && three !== undefined);
      const { entries } = await store.recover({ keepSessions: true, revokeKeys: [one, two] });
      assert.deepEqual(
        entries.map(({ revocation }) => revocation),
        [one, two].map((kid) => ({ kid, why: "reset" })),
      );
      const first = await store.keys.list();
      assert.deepEqual(
        first.keys.map(({ revokedAt }) => revokedAt !== null),
        [true, true, false],
      );
      await store.recover({ keepSessions: false, revokeKeys: [one, three] });
      const then = await store.keys.list();
      assert.equal(then.keys[0]?.revokedAt, first.keys[0]?.revokedAt, "when it was revoked first");
      assert.ok(then.keys.every(({ revokedAt }) => revokedAt !== null));
    },
  },
  {
    name: "where sessions are kept no user is reset, and only the epoch is told",
    async run({ open }) {
      const store = await open();
      const { session } = (await signIn(store)).facts;
      const before = await stateOf(store);
      const { epoch, pol, entries } = await store.recover({ keepSessions: true });
      assert.deepEqual(entries, []);
      assert.ok(epoch > before.epoch && pol > before.pol);
      assert.equal((await store.sessions.findForMint(session.id))?.resetPol, 0);
      assert.deepEqual(await stateOf(store), { ...before, epoch, pol, seconds: (await stateOf(store)).seconds });
    },
  },
];

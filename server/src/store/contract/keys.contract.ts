import assert from "node:assert/strict";
import type { ContractCase, StoreHarness } from "./contract-case.ts";
import { sampleKey } from "./sample-key.ts";
import { atOnce } from "./sample-sign-in.ts";

/** The promises of `SigningKeyStore`. */
export const signingKeyStoreCases: readonly ContractCase<StoreHarness>[] = [
  {
    name: "without keys the list is empty and still tells the time",
    async run({ open, advance }) {
      const { keys } = await open();
      const before = await keys.list();
      assert.deepEqual(before.keys, []);
      await advance(10);
      assert.ok((await keys.list()).now >= before.now + 10);
    },
  },
  {
    name: "a key is kept as it was given, and keys are listed by sequence",
    async run({ open }) {
      const { keys } = await open();
      const all = [
        sampleKey(1, { publishedUntil: 5 }),
        sampleKey(2, { alg: "EdDSA", publishedUntil: 7 }),
        sampleKey(10),
      ];
      for (const key of all.toReversed()) assert.equal(await keys.add(key, 9_000), true);
      assert.deepEqual((await keys.list()).keys, all);
    },
  },
  {
    name: "a new key sets the end of all earlier ones that have none, and of no other",
    async run({ open }) {
      const { keys, audit } = await open();
      const [first, second, third] = [sampleKey(1), sampleKey(2), sampleKey(3)];
      await keys.add(first, 0);
      await keys.add(second, 2000);
      await keys.add(third, 3000, { audit: [{ action: "key.add", actor: "u_admin" }] });
      const listed = await keys.list();
      assert.deepEqual(
        listed.keys.map(({ publishedUntil }) => publishedUntil),
        [2000, 3000, null],
      );
      assert.equal((await audit.list({ limit: 9 })).length, 1);
    },
  },
  {
    name: "of nodes that make the same number at once exactly one does, and the others change nothing",
    async run({ open }) {
      const nodes = [await open(), await open()] as const;
      await nodes[0].keys.add(sampleKey(1), 0);
      const { done } = await atOnce(8, async (index) => {
        const key = sampleKey(2);
        const added = await nodes[index % 2 === 0 ? 0 : 1].keys.add(key, 1000 + index, {
          audit: [{ action: "key.add", actor: "system", detail: { index } }],
        });
        return { key, added, index };
      });
      const winners = done.filter(({ added }) => added);
      assert.equal(done.length, 8);
      assert.equal(winners.length, 1);
      const { keys } = await nodes[1].keys.list();
      assert.deepEqual(keys[1], winners[0]?.key);
      assert.equal(keys[0]?.publishedUntil, 1000 + (winners[0]?.index ?? 0));
      assert.equal((await nodes[0].audit.list({ limit: 20 })).length, 1);
    },
  },
  {
    name: "a revoked key is marked with the time, and verifiers are told, once",
    async run({ open, dump }) {
      const { keys, revocations, audit } = await open();
      const key = sampleKey(1);
      const other = sampleKey(2);
      await keys.add(key, 0);
      await keys.add(other, 9_000_000_000_000);
      const beside = { audit: [{ action: "key.revoke", actor: "u_admin" }] };
      const entries = await keys.revoke(key.kid, "key_compromised", beside);
      assert.deepEqual(
        entries.map(({ revocation }) => revocation),
        [{ kid: key.kid, why: "key_compromised" }],
      );
      assert.deepEqual((await revocations.live()).entries, entries);
      const listed = await keys.list();
      assert.equal(typeof listed.keys[0]?.revokedAt, "number");
      assert.deepEqual(listed.keys[1], other);
      const before = await dump();
      assert.deepEqual(await keys.revoke(key.kid, "again", beside), []);
      assert.deepEqual(await keys.revoke("unknown", "why", beside), []);
      assert.deepEqual(await dump(), before);
      assert.equal((await audit.list({ limit: 9 })).length, 1);
    },
  },
  {
    name: "a key that is not published any more is no live key",
    async run({ open, advance }) {
      const { keys } = await open();
      const { now } = await keys.list();
      const key = sampleKey(1);
      await keys.add(key, 0);
      await keys.add(sampleKey(2), now + 5);
      await advance(20);
      assert.deepEqual(await keys.revoke(key.kid, "late"), []);
    },
  },
  {
    name: "of reseals at once exactly one is done, and only from what is stored",
    async run({ open }) {
      const { keys } = await open();
      const key = sampleKey(1);
      await keys.add(key, 0);
      assert.equal(await keys.reseal(key.kid, "something else", "new"), false);
      assert.equal(await keys.reseal("unknown", key.sealedPrivate, "new"), false);
      const { done } = await atOnce(5, (index) => keys.reseal(key.kid, key.sealedPrivate, `new ${index}`));
      assert.equal(done.filter(Boolean).length, 1);
      assert.equal((await keys.list()).keys[0]?.sealedPrivate, `new ${done.indexOf(true)}`);
    },
  },
];

import assert from "node:assert/strict";
import type { Revocation } from "../records.ts";
import type { ContractCase, StoreHarness } from "./contract-case.ts";
import { atOnce, sampleSessionId, sampleUserId, signIn } from "./sample-sign-in.ts";

const jti = (index: number): Revocation => ({ jti: `token-${index}`, why: "logged_out" });

/** The promises of `RevocationStore`. */
export const revocationStoreCases: readonly ContractCase<StoreHarness>[] = [
  {
    name: "an empty outbox has an end and a time",
    async run({ open }) {
      const { revocations } = await open();
      const live = await revocations.live();
      assert.deepEqual(live.entries, []);
      assert.equal(live.end.number, 0);
      assert.ok(live.end.epoch >= 1);
      assert.ok(live.now > 0);
      const after = await revocations.after(0, 10);
      assert.deepEqual(after.entries, []);
      assert.deepEqual(after.end, live.end);
    },
  },
  {
    name: "every kind of entry is read back as it was written",
    async run({ open }) {
      const { revocations, audit } = await open();
      const all: readonly Revocation[] = [
        { sid: sampleSessionId(), why: "kicked" },
        { sub: sampleUserId(), ver: 7, why: "roles_changed" },
        { role: "admin", pol: 12, permissions: ["order:read:all"] },
        jti(1),
        { kid: "kid-1", why: "key_compromised" },
        { all: true, pol: 13, why: "reset" },
        { client_id: "wx_one", pol: 14, why: "reset" },
      ];
      const written = [];
      for (const one of all) written.push(await revocations.append(one, { audit: [{ action: "a", actor: "user" }] }));
      assert.deepEqual(
        written.map(({ revocation }) => revocation),
        all,
      );
      assert.deepEqual(
        written.map(({ number }) => number),
        [1, 2, 3, 4, 5, 6, 7],
      );
      assert.deepEqual((await revocations.live()).entries, written);
      assert.equal((await audit.list({ limit: 9 })).length, 7);
    },
  },
  {
    name: "of nodes that raise the epoch at once one does, far above the one of before",
    async run({ open }) {
      const { revocations } = await open();
      const { end, now } = await revocations.live();
      await atOnce(5, () => revocations.raiseEpoch(end.epoch));
      const raised = (await revocations.live()).end;
      assert.ok(raised.epoch > end.epoch && raised.epoch >= Math.floor(now / 1000));
      await revocations.raiseEpoch(end.epoch);
      assert.deepEqual((await revocations.live()).end, raised, "no longer the epoch that was seen");
      await revocations.raiseEpoch(raised.epoch);
      assert.equal((await revocations.live()).end.epoch, raised.epoch + 1);
      assert.equal(raised.number, end.number);
    },
  },
  {
    name: "entries are read in pages after a number, each with the end of the outbox",
    async run({ open }) {
      const { revocations } = await open();
      for (let index = 1; index <= 5; index += 1) await revocations.append(jti(index));
      const numbers = async (number: number, limit: number) => {
        const { entries, end } = await revocations.after(number, limit);
        assert.equal(end.number, 5);
        return entries.map((entry) => entry.number);
      };
      assert.deepEqual(await numbers(0, 2), [1, 2]);
      assert.deepEqual(await numbers(2, 2), [3, 4]);
      assert.deepEqual(await numbers(4, 2), [5]);
      assert.deepEqual(await numbers(5, 2), []);
      assert.deepEqual(await numbers(99, 2), []);
    },
  },
  {
    name: "an entry lives for the entry life and is then no more among the live ones",
    async run({ open, advance }) {
      const { revocations } = await open();
      const entry = await revocations.append(jti(1));
      const { now } = await revocations.live();
      assert.ok(entry.until > now);
      await advance(entry.until - now);
      assert.deepEqual((await revocations.live()).entries, [entry], "at its very end it may still concern a token");
      await advance(1);
      const later = await revocations.live();
      assert.deepEqual(later.entries, []);
      assert.equal(later.end.number, 1);
      assert.deepEqual((await revocations.after(0, 10)).entries, [entry]);
      assert.equal((await revocations.append(jti(2))).number, 2);
    },
  },
  {
    name: "numbers have no gap and none is seen late, no matter who writes and however often writers fail",
    async run({ open }) {
      const nodes = [await open(), await open()] as const;
      const { user } = (await signIn(nodes[0])).facts;
      let cursor = 0;
      const seen: number[] = [];
      const read = async (): Promise<void> => {
        const { entries } = await nodes[1].revocations.after(cursor, 1000);
        for (const { number } of entries) seen.push(number);
        cursor = seen.at(-1) ?? cursor;
      };
      const writers = atOnce(60, async (index) => {
        const node = nodes[index % 2 === 0 ? 0 : 1];
        // Turns of different length, so that writers and readers meet in every order.
        for (let turn = 0; turn < index % 7; turn += 1) await new Promise((resolve) => setImmediate(resolve));
        if (index % 5 === 0) {
          return node.users.edit(user.id, { kind: "stale" }, "u_admin", () => {
            throw new RangeError("fails after it has begun");
          });
        }
        return index % 5 === 1
          ? node.policy.edit({ kind: "role", name: `r${index}`, permissions: [] })
          : node.revocations.append(jti(index));
      });
      const readers = atOnce(1, async () => {
        for (let round = 0; round < 20; round += 1) {
          await read();
          await new Promise((resolve) => setImmediate(resolve));
        }
      });
      const [{ failed }] = await Promise.all([writers, readers]);
      await read();
      assert.equal(failed.length, 12);
      assert.deepEqual(
        seen,
        Array.from({ length: 48 }, (_, index) => index + 1),
      );
    },
  },
  {
    name: "the outbox is whole after a restart",
    async run({ open }) {
      const store = await open();
      await store.revocations.append(jti(1));
      const before = await store.revocations.live();
      await store.close();
      const { revocations } = await open();
      const after = await revocations.live();
      assert.deepEqual(after.entries, before.entries);
      assert.deepEqual(after.end, before.end);
      assert.equal((await revocations.append(jti(2))).number, 2);
    },
  },
];

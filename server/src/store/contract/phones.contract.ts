import assert from "node:assert/strict";
import type { UserId } from "../../core/ids.ts";
import type { ConfirmedPhone, StoredPhone } from "../phones.ts";
import type { ContractCase, StoreHarness } from "./contract-case.ts";
import { atOnce, CLOSE, sampleUserId, signIn } from "./sample-sign-in.ts";

const NUMBER: ConfirmedPhone = { sealed: "sealed by the new secret", hashes: ["hash of the new", "hash of the old"] };

/** The promises of `PhoneStore`. */
export const phoneStoreCases: readonly ContractCase<StoreHarness>[] = [
  {
    name: "a number is kept as it was given, is found by any of its hashes, and leaves its audit record",
    async run({ open }) {
      const store = await open();
      const { user, now } = (await signIn(store)).facts;
      assert.equal(await store.phones.find(user.id), undefined);
      const beside = { audit: [{ action: "user.phone", actor: "user", userId: user.id }] };
      assert.equal(await store.phones.put(user.id, NUMBER, beside), "kept");
      const { confirmedAt, ...kept } = (await store.phones.find(user.id)) ?? assert.fail("no number is kept");
      assert.deepEqual(kept, { userId: user.id, sealed: NUMBER.sealed, hash: NUMBER.hashes[0] });
      assert.ok(confirmedAt >= now);
      assert.equal(await store.phones.findOwner(["hash of another", "hash of the new"]), user.id);
      assert.equal(await store.phones.findOwner(["hash of the old"]), undefined);
      assert.equal((await store.audit.list({ action: "user.phone", limit: 9 })).length, 1);
    },
  },
  {
    name: "a new number replaces the old one, which is free from then on",
    async run({ open }) {
      const store = await open();
      const [one, other] = await twoUsers(store);
      await store.phones.put(one, NUMBER);
      assert.equal(await store.phones.put(one, { sealed: "second", hashes: ["second"] }), "kept");
      assert.equal(await store.phones.put(other, NUMBER), "kept");
      assert.equal(await store.phones.findOwner(NUMBER.hashes), other);
    },
  },
  {
    name: "a number of another user, hashed with an older secret too, is taken, and nothing changes",
    async run({ open }) {
      const store = await open();
      const [one, other] = await twoUsers(store);
      await store.phones.put(one, { sealed: "sealed by the old secret", hashes: ["hash of the old"] });
      const beside = { audit: [{ action: "user.phone", actor: "user" }] };
      assert.equal(await store.phones.put(other, NUMBER, beside), "taken");
      assert.equal((await store.audit.list({ limit: 9, action: "user.phone" })).length, 0);
      assert.equal(await store.phones.find(other), undefined);
      assert.equal((await store.phones.find(one))?.sealed, "sealed by the old secret");
    },
  },
  {
    name: "of two users who ask for one number at once, hashed with different secrets, exactly one gets it",
    async run({ open }) {
      const stores = [await open(), await open()] as const;
      const users = await twoUsers(stores[0]);
      const given: readonly ConfirmedPhone[] = [
        { sealed: "by the new", hashes: ["hash of the new", "hash of the old"] },
        { sealed: "by the old", hashes: ["hash of the old", "hash of the new"] },
      ];
      const { done } = await atOnce(8, async (index) => {
        const at = index % 2;
        return stores[at === 0 ? 0 : 1].phones.put(users[at] ?? users[0], given[at] ?? NUMBER);
      });
      assert.equal(done.length, 8);
      assert.equal(done.filter((outcome) => outcome === "kept").length, 4);
      assert.equal((await stores[0].phones.after(null, 9)).length, 1);
    },
  },
  {
    name: "an account that closes loses its number, and gets none any more",
    async run({ open }) {
      const store = await open();
      const [one, other] = await twoUsers(store);
      await store.phones.put(one, NUMBER);
      await store.users.edit(one, CLOSE, "user", () => ({}));
      assert.equal(await store.phones.find(one), undefined);
      assert.equal(await store.phones.put(one, NUMBER), "gone");
      assert.equal(await store.phones.put(sampleUserId(), NUMBER), "gone");
      assert.equal(await store.phones.put(other, NUMBER), "kept");
    },
  },
  {
    name: "all numbers are found page by page, and replaced only if they are still the same",
    async run({ open }) {
      const store = await open();
      const users: UserId[] = [];
      for (let index = 0; index < 5; index += 1) {
        const { user } = (await signIn(store, { openid: `o_${index}` })).facts;
        users.push(user.id);
        await store.phones.put(user.id, { sealed: `sealed ${index}`, hashes: [`hash ${index}`] });
      }
      const seen: StoredPhone[] = [];
      for (let page = await store.phones.after(null, 2); page.length > 0; ) {
        seen.push(...page);
        page = await store.phones.after(seen.at(-1)?.userId ?? null, 2);
      }
      assert.deepEqual(
        seen.map(({ userId }) => userId),
        users.toSorted(),
      );

      const [first] = users;
      assert.ok(first !== undefined);
      assert.equal(await store.phones.reseal(first, "sealed 1", { sealed: "fresh", hash: "fresh" }), false);
      assert.equal(await store.phones.reseal(first, "sealed 0", { sealed: "fresh", hash: "fresh" }), true);
      assert.equal(await store.phones.findOwner(["fresh"]), first);
    },
  },
];

async function twoUsers(store: Awaited<ReturnType<StoreHarness["open"]>>): Promise<readonly [UserId, UserId]> {
  const one = await signIn(store, { openid: "o_one" });
  const other = await signIn(store, { openid: "o_other" });
  return [one.facts.user.id, other.facts.user.id];
}

import assert from "node:assert/strict";
import type { ContractCase, HotStoreHarness } from "./contract.ts";
import { atOnce } from "./sample-sign-in.ts";

const TTL_MS = 50;

/** The promises of `HotStore`. */
export const hotStoreCases: readonly ContractCase<HotStoreHarness>[] = [
  {
    name: "of N claims at once exactly one is true",
    async run({ open }) {
      const hot = await open();
      const { done } = await atOnce(50, () => hot.claim("mark", 1000));
      assert.equal(done.length, 50);
      assert.equal(done.filter(Boolean).length, 1);
    },
  },
  {
    name: "marks are told apart byte by byte, and from counts and values",
    async run({ open }) {
      const hot = await open();
      await hot.count("key", 1000);
      await hot.remember("key", "value", 1000);
      for (const key of ["key", "Key", "key ", "key:", "k".repeat(200)]) assert.equal(await hot.claim(key, 1000), true);
      assert.equal(await hot.recall("key"), "value");
      assert.equal(await hot.count("key", 1000), 2);
      await hot.release("key");
      assert.equal(await hot.recall("key"), "value");
    },
  },
  {
    name: "a mark holds for its time, not longer, and a refused claim does not prolong it",
    async run({ open, advance }) {
      const hot = await open();
      assert.equal(await hot.claim("mark", TTL_MS), true);
      await advance(TTL_MS - 10);
      assert.equal(await hot.claim("mark", TTL_MS), false);
      await advance(20);
      assert.equal(await hot.claim("mark", TTL_MS), true);
    },
  },
  {
    name: "a mark that was taken back can be set again, and taking back what is not there is no mistake",
    async run({ open }) {
      const hot = await open();
      await hot.release("mark");
      await hot.claim("mark", 1000);
      await hot.release("mark");
      assert.equal(await hot.claim("mark", 1000), true);
      assert.equal(await hot.claim("mark", 1000), false);
    },
  },
  {
    name: "a count grows by one each time, none lost at once, and forgets itself after its first window",
    async run({ open, advance }) {
      const hot = await open();
      const { done } = await atOnce(20, () => hot.count("count", TTL_MS));
      assert.deepEqual(
        done.toSorted((a, b) => a - b),
        Array.from({ length: 20 }, (_, index) => index + 1),
      );
      await advance(TTL_MS - 10);
      assert.equal(await hot.count("count", TTL_MS), 21);
      await advance(20);
      assert.equal(await hot.count("count", TTL_MS), 1);
    },
  },
  {
    name: "a value is recalled until its time is over, the last one given",
    async run({ open, advance }) {
      const hot = await open();
      assert.equal(await hot.recall("value"), undefined);
      await hot.remember("value", "one", 1000);
      await hot.remember("value", "二 📱", TTL_MS);
      assert.equal(await hot.recall("value"), "二 📱");
      await advance(TTL_MS + 10);
      assert.equal(await hot.recall("value"), undefined);
    },
  },
];

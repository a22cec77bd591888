import assert from "node:assert/strict";
import type { ContractCase, HotStoreHarness } from "./contract-case.ts";
import { atOnce } from "./sample-sign-in.ts";

/** Long beside what a case takes: a real server's clock goes on meanwhile. */
const TTL_MS = 600_000;
const MARGIN_MS = 60_000;

/** The promises of `HotStore`. */
export const hotStoreCases: readonly ContractCase<HotStoreHarness>[] = [
  {
    name: "a window has one epoch for all nodes, and another one after its time",
    async run({ open, advance }) {
      const nodes = [await open(), await open()];
      const { done } = await atOnce(20, (index) => {
        const hot = nodes[index % nodes.length] ?? assert.fail("a node is missing");
        return hot.openWindow("window", TTL_MS);
      });
      assert.equal(done.length, 20);
      const [epoch] = done;
      assert.equal(new Set(done).size, 1);
      await advance(TTL_MS - MARGIN_MS);
      assert.equal(await nodes[0]?.openWindow("window", TTL_MS), epoch);
      await advance(2 * MARGIN_MS);
      assert.notEqual(await nodes[1]?.openWindow("window", TTL_MS), epoch);
    },
  },
  {
    name: "of N callers at once exactly one marks a proof, on however many nodes",
    async run({ open }) {
      const nodes = [await open(), await open(), await open()];
      const epoch = (await nodes[0]?.openWindow("window", TTL_MS)) ?? assert.fail("a node is missing");
      const { done } = await atOnce(60, (index) => {
        const hot = nodes[index % nodes.length] ?? assert.fail("a node is missing");
        return hot.claimIn("window", epoch, "proof", TTL_MS);
      });
      assert.equal(done.length, 60);
      assert.equal(done.filter((use) => use === "first").length, 1);
      assert.equal(done.filter((use) => use === "again").length, 59);
      assert.equal(await nodes[1]?.claimIn("window", epoch, "another proof", TTL_MS), "first");
    },
  },
  {
    name: "a proof of another epoch, of no window or of an ended window is lost",
    async run({ open, advance }) {
      const hot = await open();
      const epoch = await hot.openWindow("window", TTL_MS);
      assert.equal(await hot.claimIn("window", "another epoch", "proof", TTL_MS), "lost");
      assert.equal(await hot.claimIn("no window", epoch, "proof", TTL_MS), "lost");
      await advance(TTL_MS + MARGIN_MS);
      assert.equal(await hot.claimIn("window", epoch, "proof", TTL_MS), "lost");
    },
  },
  {
    name: "of N holders at once exactly one gets the mark, on however many nodes",
    async run({ open }) {
      const nodes = [await open(), await open(), await open()];
      const { done } = await atOnce(60, (index) => {
        const hot = nodes[index % nodes.length] ?? assert.fail("a node is missing");
        return hot.claim("mark", `holder ${index}`, TTL_MS);
      });
      assert.equal(done.length, 60);
      assert.equal(done.filter(Boolean).length, 1);
    },
  },
  {
    name: "marks are told apart byte by byte, and from counts and values",
    async run({ open }) {
      const hot = await open();
      await hot.count("key", TTL_MS);
      await hot.remember("key", "value", TTL_MS);
      for (const key of ["key", "Key", "key ", "key:", "k".repeat(200)]) {
        assert.equal(await hot.claim(key, "me", TTL_MS), true);
      }
      assert.equal(await hot.recall("key"), "value");
      assert.equal(await hot.count("key", TTL_MS), 2);
      await hot.release("key", "me");
      assert.equal(await hot.recall("key"), "value");
      assert.equal(await hot.count("key", TTL_MS), 3);
    },
  },
  {
    name: "a mark holds for its time, not longer, and neither a refused claim nor its holder's own prolongs it",
    async run({ open, advance }) {
      const hot = await open();
      assert.equal(await hot.claim("mark", "first", TTL_MS), true);
      await advance(TTL_MS - MARGIN_MS);
      assert.equal(await hot.claim("mark", "second", TTL_MS), false);
      assert.equal(await hot.claim("mark", "first", TTL_MS), true);
      await advance(2 * MARGIN_MS);
      assert.equal(await hot.claim("mark", "second", TTL_MS), true);
      assert.equal(await hot.claim("mark", "first", TTL_MS), false);
    },
  },
  {
    name: "of N holders at once exactly one gets a mark whose time is over",
    async run({ open, advance }) {
      const hot = await open();
      await hot.claim("mark", "first", TTL_MS);
      await advance(TTL_MS + MARGIN_MS);
      const { done } = await atOnce(20, (index) => hot.claim("mark", `holder ${index}`, TTL_MS));
      assert.equal(done.length, 20);
      assert.equal(done.filter(Boolean).length, 1);
    },
  },
  {
    name: "a mark that was taken back can be set again, and taking back what is not there is no mistake",
    async run({ open }) {
      const hot = await open();
      await hot.release("mark", "first");
      await hot.claim("mark", "first", TTL_MS);
      await hot.release("mark", "first");
      assert.equal(await hot.claim("mark", "second", TTL_MS), true);
      assert.equal(await hot.claim("mark", "third", TTL_MS), false);
    },
  },
  {
    name: "a holder that was too slow does not take back the mark of the next one",
    async run({ open, advance }) {
      const hot = await open();
      await hot.claim("mark", "slow", TTL_MS);
      await advance(TTL_MS + MARGIN_MS);
      assert.equal(await hot.claim("mark", "next", TTL_MS), true);
      await hot.release("mark", "slow");
      assert.equal(await hot.claim("mark", "third", TTL_MS), false);
      await hot.release("mark", "next");
      assert.equal(await hot.claim("mark", "third", TTL_MS), true);
    },
  },
  {
    name: "one is taken back from a count, never below nothing, and its end stays",
    async run({ open, advance }) {
      const hot = await open();
      await hot.uncount("returned");
      assert.equal(await hot.count("returned", TTL_MS), 1);
      assert.equal(await hot.count("returned", TTL_MS), 2);
      await hot.uncount("returned");
      assert.equal(await hot.count("returned", TTL_MS), 2);
      for (let times = 0; times < 4; times += 1) await hot.uncount("returned");
      assert.equal(await hot.count("returned", TTL_MS), 1);
      await advance(TTL_MS);
      await hot.uncount("returned");
      assert.equal(await hot.count("returned", TTL_MS), 1);
    },
  },
  {
    name: "a count grows by one each time, none lost at once, and forgets itself after its first window",
    async run({ open, advance }) {
      const nodes = [await open(), await open()];
      const count = (index = 0): Promise<number> => {
        const hot = nodes[index % nodes.length] ?? assert.fail("a node is missing");
        return hot.count("count", TTL_MS);
      };
      const { done } = await atOnce(20, count);
      assert.deepEqual(
        done.toSorted((a, b) => a - b),
        Array.from({ length: 20 }, (_, index) => index + 1),
      );
      await advance(TTL_MS - MARGIN_MS);
      assert.equal(await count(), 21);
      await advance(2 * MARGIN_MS);
      assert.equal(await count(), 1);
      assert.equal(await count(), 2);
    },
  },
  {
    name: "a value is recalled until its time is over, the last one given",
    async run({ open, advance }) {
      const hot = await open();
      assert.equal(await hot.recall("value"), undefined);
      await hot.remember("value", "one", 10 * TTL_MS);
      await hot.remember("value", "二 📱", TTL_MS);
      await hot.remember("empty", "", TTL_MS);
      await hot.remember("long", "x".repeat(8192), TTL_MS);
      assert.equal(await (await open()).recall("value"), "二 📱");
      assert.equal(await hot.recall("empty"), "");
      assert.equal((await hot.recall("long"))?.length, 8192);
      await advance(TTL_MS + MARGIN_MS);
      assert.equal(await hot.recall("value"), undefined);
      await hot.remember("value", "again", TTL_MS);
      assert.equal(await hot.recall("value"), "again");
    },
  },
  {
    name: "a value that is given by many at once is one of theirs",
    async run({ open }) {
      const hot = await open();
      const { failed } = await atOnce(20, (index) => hot.remember("value", `value ${index}`, TTL_MS));
      assert.deepEqual(failed, []);
      assert.match((await hot.recall("value")) ?? "", /^value \d+$/);
    },
  },
  {
    name: "an open store answers a ping",
    async run({ open }) {
      await (await open()).ping();
    },
  },
];

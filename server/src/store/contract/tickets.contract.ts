import assert from "node:assert/strict";
import type { ContractCase, StoreHarness } from "./contract-case.ts";
import { atOnce } from "./sample-sign-in.ts";

const DAY_MS = 86_400_000;

/** The promises of `TicketStore`. */
export const ticketStoreCases: readonly ContractCase<StoreHarness>[] = [
  {
    name: "an unknown ticket has no redeemer, and looking leaves nothing behind",
    async run({ open, dump }) {
      const { tickets } = await open();
      const before = await dump();
      assert.equal(await tickets.redeemerOf("one"), undefined);
      assert.deepEqual(await dump(), before);
    },
  },
  {
    name: "the first redeemer of a ticket stays it, however often and by whom it is asked again",
    async run({ open, advance, dump }) {
      const { tickets } = await open();
      assert.equal(await tickets.redeem("one", "first"), "first");
      const after = await dump();
      assert.equal(await tickets.redeem("one", "second"), "first");
      assert.equal(await tickets.redeem("one", "first"), "first");
      await advance(DAY_MS);
      assert.equal(await tickets.redeem("one", "second"), "first");
      assert.equal(await tickets.redeemerOf("one"), "first");
      assert.deepEqual(await dump(), after);
      assert.equal(await tickets.redeem("two", "second"), "second");
    },
  },
  {
    name: "tickets are told apart byte by byte",
    async run({ open }) {
      const { tickets } = await open();
      assert.equal(await tickets.redeem("Ticket", "first"), "first");
      assert.equal(await tickets.redeem("ticket", "second"), "second");
      assert.equal(await tickets.redeem("ticket ", "third"), "third");
    },
  },
  {
    name: "of fifty redeemers at once on three nodes exactly one redeems, and everybody is told which",
    async run({ open }) {
      const nodes = [(await open()).tickets, (await open()).tickets, (await open()).tickets];
      const { done, failed } = await atOnce(50, (index) => {
        const tickets = nodes[index % nodes.length] ?? assert.fail("a node is missing");
        return tickets.redeem("one", `redeemer ${index}`);
      });
      assert.deepEqual(failed, []);
      assert.equal(new Set(done).size, 1);
      assert.equal(done.filter((redeemer, index) => redeemer === `redeemer ${index}`).length, 1);
    },
  },
  {
    name: "a redeemed ticket stays so over a restart",
    async run({ open }) {
      const store = await open();
      await store.tickets.redeem("one", "first");
      await store.close();
      const { tickets } = await open();
      assert.equal(await tickets.redeemerOf("one"), "first");
      assert.equal(await tickets.redeem("one", "second"), "first");
    },
  },
];

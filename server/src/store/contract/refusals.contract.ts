import assert from "node:assert/strict";
import type { Refusal } from "../refusals.ts";
import type { ContractCase, StoreHarness } from "./contract-case.ts";
import { sampleSessionId, sampleUserId, sampleWord } from "./sample-sign-in.ts";

function refusal(more: Partial<Refusal> = {}): Refusal {
  return {
    requestId: sampleWord(),
    at: 1_790_000_000_000,
    node: "node-1",
    endpoint: "/me/sessions/{sid}",
    status: 401,
    reason: "token_revoked",
    why: "kicked",
    userId: sampleUserId(),
    sid: sampleSessionId(),
    ...more,
  };
}

/** The promises of `RefusalStore`. */
export const refusalStoreCases: readonly ContractCase<StoreHarness>[] = [
  {
    name: "a refusal is found by the id of its request, on every node, and no other is",
    async run({ open }) {
      const [one, two] = [await open(), await open()];
      const known = refusal();
      const stranger = refusal({ why: null, userId: null, sid: null, reason: "login_code_invalid" });
      await one.refusals.append([known, stranger]);
      await one.refusals.append([]);
      assert.deepEqual(await two.refusals.find(known.requestId), known);
      assert.deepEqual(await two.refusals.find(stranger.requestId), stranger);
      assert.equal(await two.refusals.find(sampleWord()), undefined);
    },
  },
  {
    name: "refusals go when they are old enough, the oldest first and so many at once",
    async run({ open, advance }) {
      const store = await open();
      const { refusals } = store;
      const { now } = await store.revocations.live();
      const made = [0, 1, 2, 3].map((n) => refusal({ at: now + n }));
      await refusals.append(made);
      await advance(1002);
      assert.equal(await refusals.forget(1_000_000, 9), 0);
      assert.equal(await refusals.forget(1000, 1), 1);
      assert.equal(await refusals.find(made[0]?.requestId ?? ""), undefined);
      await advance(10);
      assert.equal(await refusals.forget(1000, 9), 3);
      assert.equal(await refusals.forget(1000, 9), 0);
    },
  },
];

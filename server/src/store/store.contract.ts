import assert from "node:assert/strict";
import { HufuError } from "../core/errors.ts";
import { auditStoreCases } from "./audit.contract.ts";
import type { ContractCase, StoreHarness } from "./contract.ts";
import { deliveryStoreCases } from "./deliveries.contract.ts";
import { signingKeyStoreCases } from "./keys.contract.ts";
import { policyStoreCases } from "./policy.contract.ts";
import { revocationStoreCases } from "./revocations.contract.ts";
import { EVERY_EVENT, refreshed, sampleSessionId, sampleUserId, signIn } from "./sample-sign-in.ts";
import { sessionStoreCases } from "./sessions.contract.ts";
import { userStoreCases } from "./users.contract.ts";

const isUnavailable = (error: unknown): boolean =>
  error instanceof HufuError && error.reason === "store_unavailable" && error.retryAfter === 1;

const openAndClose: readonly ContractCase<StoreHarness>[] = [
  {
    name: "an open store answers a ping",
    async run({ open }) {
      await (await open()).ping();
    },
  },
  {
    name: "a closed store says store_unavailable to everybody, and closing twice is no mistake",
    async run({ open }) {
      const store = await open();
      const { session } = (await signIn(store)).facts;
      await store.close();
      await store.close();
      await assert.rejects(store.ping(), isUnavailable);
      await assert.rejects(store.sessions.findForMint(sampleSessionId()), isUnavailable);
      await assert.rejects(store.sessions.compareAndSet(refreshed(session)), isUnavailable);
      await assert.rejects(signIn(store), isUnavailable);
      await assert.rejects(store.users.find(sampleUserId()), isUnavailable);
      await assert.rejects(store.policy.load(), isUnavailable);
      await assert.rejects(store.keys.list(), isUnavailable);
      await assert.rejects(store.revocations.live(), isUnavailable);
      await assert.rejects(store.audit.list({ limit: 1 }), isUnavailable);
      await assert.rejects(store.deliveries.take(EVERY_EVENT, 1, 1), isUnavailable);
    },
  },
  {
    name: "a close waits for what was begun",
    async run({ open }) {
      const store = await open();
      const begun = signIn(store);
      await store.close();
      const { facts } = await begun;
      const again = await open();
      assert.notEqual(await again.sessions.findForMint(facts.session.id), undefined);
    },
  },
  {
    name: "opening what is open already loses nothing",
    async run({ open, dump }) {
      const store = await open();
      await signIn(store);
      const before = await dump();
      await open();
      assert.deepEqual(await dump(), before);
    },
  },
];

/** Every promise of the durable ports, by port. */
export const storeCases: Readonly<Record<string, readonly ContractCase<StoreHarness>[]>> = {
  store: openAndClose,
  sessions: sessionStoreCases,
  users: userStoreCases,
  policy: policyStoreCases,
  keys: signingKeyStoreCases,
  revocations: revocationStoreCases,
  audit: auditStoreCases,
  deliveries: deliveryStoreCases,
};

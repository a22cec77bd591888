import assert from "node:assert/strict";
import { HufuError } from "../../core/errors/errors.ts";
import { auditStoreCases } from "./audit.contract.ts";
import type { ContractCase, StoreHarness } from "./contract-case.ts";
import { deliveryStoreCases } from "./deliveries.contract.ts";
import { directoryStoreCases } from "./directory.contract.ts";
import { hotStoreCases } from "./hot.contract.ts";
import { identityMoveCases } from "./identity-moves.contract.ts";
import { importStoreCases } from "./import.contract.ts";
import { signingKeyStoreCases } from "./keys.contract.ts";
import { phoneStoreCases } from "./phones.contract.ts";
import { policyStoreCases } from "./policy.contract.ts";
import { purgeStoreCases } from "./purge.contract.ts";
import { recoverCases } from "./recover.contract.ts";
import { refusalStoreCases } from "./refusals.contract.ts";
import { revocationStoreCases } from "./revocations.contract.ts";
import { atOnce, EVERY_EVENT, refreshed, sampleSessionId, sampleUserId, signIn } from "./sample-sign-in.ts";
import { sessionStoreCases } from "./sessions.contract.ts";
import { ticketStoreCases } from "./tickets.contract.ts";
import { userStoreCases } from "./users.contract.ts";
import { webhookStoreCases } from "./webhooks.contract.ts";

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
    name: "writes of an open store do not fail, and a probe then writes nothing",
    async run({ open, dump }) {
      const store = await open();
      await signIn(store);
      const before = await dump();
      assert.equal(store.writes.areFailing(), false);
      await store.writes.probe();
      assert.deepEqual(await dump(), before);
    },
  },
  {
    name: "writes of a closed store fail, and a probe says so",
    async run({ open }) {
      const store = await open();
      await store.close();
      await assert.rejects(signIn(store), isUnavailable);
      assert.equal(store.writes.areFailing(), true);
      await assert.rejects(store.writes.probe(), isUnavailable);
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
      await assert.rejects(store.phones.find(sampleUserId()), isUnavailable);
      await assert.rejects(store.policy.load(), isUnavailable);
      await assert.rejects(store.keys.list(), isUnavailable);
      await assert.rejects(store.revocations.live(), isUnavailable);
      await assert.rejects(store.audit.list({ limit: 1 }), isUnavailable);
      await assert.rejects(store.deliveries.take(EVERY_EVENT, 1, 1), isUnavailable);
      await assert.rejects(store.webhooks.take("orders", 1, 1), isUnavailable);
      await assert.rejects(store.tickets.redeem("jti", "me"), isUnavailable);
      await assert.rejects(store.purge.sessions(1, 1, null), isUnavailable);
      await assert.rejects(store.hot.claim("mark", "me", 1000), isUnavailable);
      await assert.rejects(store.hot.recall("value"), isUnavailable);
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

const SWEPT = 1200;

const sweptHotStoreCases: readonly ContractCase<StoreHarness>[] = [
  {
    name: "a sweep forgets what is over, however much it is, and nothing else",
    async run({ open, advance, dump }) {
      const { hot } = await open();
      const empty = await dump();
      assert.equal(await hot.sweep(), 0);
      await atOnce(SWEPT, (index) => hot.claim(`mark ${index}`, "me", 1000));
      await hot.count("count", 1000);
      await hot.remember("value", "over", 1000);
      await advance(2000);
      await hot.claim("mark 7", "again", 600_000);
      await hot.remember("value", "new", 600_000);
      assert.equal(await hot.sweep(), SWEPT);
      assert.equal(await hot.claim("mark 7", "other", 1000), false);
      assert.equal(await hot.recall("value"), "new");
      assert.equal(await hot.count("count", 1000), 1);
      await advance(3_600_000);
      assert.equal(await hot.sweep(), 3);
      assert.deepEqual(await dump(), empty);
    },
  },
  {
    name: "sweeps at once, and beside claims, lose no mark",
    async run({ open, advance }) {
      const [one, two] = [(await open()).hot, (await open()).hot];
      await atOnce(50, (index) => one.claim(`mark ${index}`, "first", 1000));
      await advance(2000);
      const [claims] = await Promise.all([
        atOnce(50, (index) => one.claim(`mark ${index}`, "second", 600_000)),
        atOnce(4, (index) => (index % 2 === 0 ? one : two).sweep()),
      ]);
      assert.deepEqual(claims.failed, []);
      assert.ok(claims.done.every(Boolean));
      const { done } = await atOnce(50, (index) => two.claim(`mark ${index}`, "third", 600_000));
      assert.equal(done.filter(Boolean).length, 0);
    },
  },
];

/** Every promise of the durable ports, by port. */
export const storeCases: Readonly<Record<string, readonly ContractCase<StoreHarness>[]>> = {
  store: [...openAndClose, ...recoverCases],
  sessions: sessionStoreCases,
  users: userStoreCases,
  phones: phoneStoreCases,
  policy: policyStoreCases,
  keys: signingKeyStoreCases,
  revocations: revocationStoreCases,
  audit: auditStoreCases,
  deliveries: deliveryStoreCases,
  webhooks: webhookStoreCases,
  tickets: ticketStoreCases,
  directory: directoryStoreCases,
  refusals: refusalStoreCases,
  identityMoves: identityMoveCases,
  import: importStoreCases,
  purge: purgeStoreCases,
  hot: [
    ...hotStoreCases.map(
      ({ name, run }): ContractCase<StoreHarness> => ({
        name,
        run: ({ open, advance }) => run({ open: async () => (await open()).hot, advance }),
      }),
    ),
    ...sweptHotStoreCases,
  ],
};

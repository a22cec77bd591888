import assert from "node:assert/strict";
import { HufuError } from "../../core/errors/errors.ts";
import type { SessionId } from "../../core/ids.ts";
import { until } from "../../core/until.fixture.ts";
import type { ContractCase } from "../contract/contract-case.ts";
import { refreshed, signIn } from "../contract/sample-sign-in.ts";
import type { Store } from "../store.ts";
import type { DatabaseServer } from "./database-server.fixture.ts";
import { signInMany } from "./together/batch-cases.fixture.ts";

/** A server that may be hurt, and stores on it. */
export interface OutageHarness {
  readonly server: DatabaseServer;
  /** Opens a store, with time-outs as Hufu's own pools have them. */
  open(): Promise<Store>;
}

export function isUnavailable(error: unknown): boolean {
  return error instanceof HufuError && error.reason === "store_unavailable";
}

export async function untilAnswers(store: Store): Promise<void> {
  await until(async () => {
    try {
      await store.ping();
      return true;
    } catch (error) {
      assert.ok(isUnavailable(error), String(error));
      return false;
    }
  });
}

/** A change that was given up may still arrive and win, once; the next one then wins. */
async function goesOn(store: Store, id: SessionId): Promise<boolean> {
  for (let tried = 1; tried <= 2; tried += 1) {
    const facts = await store.sessions.findForMint(id);
    if (facts !== undefined && (await store.sessions.compareAndSet(refreshed(facts.session)))) return true;
  }
  return false;
}

/** What a store promises while its server is away, and afterwards. */
export const outageCases: readonly ContractCase<OutageHarness>[] = [
  {
    name: "a crash is an outage for all, and what was answered before is there when it is over (F10)",
    async run({ server, open }) {
      const store = await open();
      const { session } = (await signIn(store, { openid: "o_crash" })).facts;
      const next = refreshed(session);
      assert.equal(await store.sessions.compareAndSet(next), true);
      await server.crash();
      await assert.rejects(store.sessions.findForMint(session.id), isUnavailable);
      await assert.rejects(store.sessions.compareAndSet(refreshed(next)), isUnavailable);
      await assert.rejects(signIn(store, { openid: "o_crash" }), isUnavailable);
      await server.start();
      await untilAnswers(store);
      const found = await store.sessions.findForMint(session.id);
      assert.equal(found?.session.version, next.version);
    },
  },
  {
    name: "a crash under load: each answer is true, and no caller waits for ever (F9)",
    async run({ server, open }) {
      const store = await open();
      const lanes = await Promise.all(
        Array.from({ length: 8 }, async (_, lane) => (await signIn(store, { openid: `o_lane${lane}` })).facts.session),
      );
      const answered = new Map(lanes.map((session) => [session.id, session.version]));
      const live = async (lane: (typeof lanes)[number]): Promise<void> => {
        for (let session = lane; ; ) {
          const next = refreshed(session);
          assert.equal(await store.sessions.compareAndSet(next), true);
          answered.set(next.id, next.version);
          session = next;
        }
      };
      const lives = Promise.allSettled(lanes.map(live));
      await until(() => lanes.every((session) => (answered.get(session.id) ?? 0) > session.version));
      await server.crash();
      for (const life of await lives) {
        assert.ok(life.status === "rejected" && isUnavailable(life.reason), String(life));
      }
      await server.start();
      await untilAnswers(store);
      for (const [id, version] of answered) {
        const { session } = (await store.sessions.findForMint(id)) ?? assert.fail("an answered sign-in is lost");
        assert.ok(session.version === version || session.version === version + 1, `${version} → ${session.version}`);
      }
    },
  },
  {
    name: "a server that takes connections and says nothing is an outage within seconds (F8)",
    async run({ server, open }) {
      const store = await open();
      const { session } = (await signIn(store, { openid: "o_frozen" })).facts;
      const others = await signInMany(store, 30);
      server.freeze();
      const asked = await Promise.allSettled([
        store.ping(),
        store.sessions.findForMint(session.id),
        store.sessions.compareAndSet(refreshed(session)),
        signIn(store, { openid: "o_frozen" }),
        // These ask together.
        ...others.flatMap((other) => [
          store.sessions.findForMint(other.id),
          store.sessions.compareAndSet(refreshed(other)),
        ]),
      ]);
      server.thaw();
      for (const answer of asked) assert.ok(answer.status === "rejected" && isUnavailable(answer.reason));
      await untilAnswers(store);
      // What is not known may have been done, once; and no session is stuck.
      const found = await Promise.all(others.map(({ id }) => store.sessions.findForMint(id)));
      for (const facts of found) assert.ok([1, 2].includes(facts?.session.version ?? 0));
      const won = await Promise.all(others.map(({ id }) => goesOn(store, id)));
      assert.ok(won.every(Boolean));
    },
  },
];

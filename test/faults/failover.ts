import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { atOnce, refreshed, signIn } from "../../server/src/store/contract/sample-sign-in.ts";
import type { Session } from "../../server/src/store/records.ts";
import type { Store } from "../../server/src/store/store.ts";

/** What was answered before a server was lost. */
export interface Answered {
  readonly alive: readonly Session[];
  readonly ended: readonly Session[];
}

const SESSIONS = 16;
const ENDED = 4;
const ANSWER_WITHIN_MS = 120_000;

/** Signs people in and ends some of their sessions, over all of these nodes. */
export async function answeredBy(nodes: readonly Store[]): Promise<Answered> {
  const nodeOf = (index: number): Store => nodes[index % nodes.length] ?? assert.fail("no node");
  const { done, failed } = await atOnce(SESSIONS, async (index) => {
    const { session } = (await signIn(nodeOf(index), { openid: `o_${index}` })).facts;
    const next = refreshed(session);
    assert.equal(await nodeOf(index + 1).sessions.compareAndSet(next), true);
    return next;
  });
  assert.deepEqual(failed, []);
  const [ended, alive] = [done.slice(0, ENDED), done.slice(ENDED)];
  for (const [index, { id }] of ended.entries()) {
    const { entries } = await nodeOf(index).sessions.end({ sid: id }, { why: "kicked", by: "ops" }, () => ({}));
    assert.equal(entries.length, 1);
  }
  return { alive, ended };
}

/** How many milliseconds it takes until this node reads and writes again. */
export async function untilItWrites(store: Store, { alive: [first] }: Answered): Promise<number> {
  assert.ok(first !== undefined);
  const began = performance.now();
  for (;;) {
    try {
      const found = await store.sessions.findForMint(first.id);
      assert.ok(found !== undefined, "a session is lost");
      if (await store.sessions.compareAndSet(refreshed(found.session))) return performance.now() - began;
    } catch (error) {
      assert.ok(performance.now() - began < ANSWER_WITHIN_MS, "the database does not come back");
      assert.ok(error instanceof Error && error.message === "store_unavailable", String(error));
    }
    await delay(50);
  }
}

/** No session is lost, and no end that was answered is undone. */
export async function allStands(store: Store, { alive, ended }: Answered): Promise<void> {
  for (const { id } of alive) assert.equal((await store.sessions.findForMint(id))?.session.status, "active");
  for (const { id } of ended) assert.equal((await store.sessions.findForMint(id))?.session.status, "ended");
  const { entries } = await store.revocations.live();
  const told = new Set(entries.flatMap(({ revocation }) => ("sid" in revocation ? [revocation.sid] : [])));
  for (const { id } of ended) assert.ok(told.has(id), "an answered end is not in the outbox any more");
}

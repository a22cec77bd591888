import assert from "node:assert/strict";
import type { SessionId } from "../../../core/ids.ts";
import type { StoreHarness } from "../../contract/contract-case.ts";
import { atOnce, CLOSE, refreshed, signIn } from "../../contract/sample-sign-in.ts";
import type { Session } from "../../records.ts";
import type { Store } from "../../store.ts";

const PEOPLE = 24;
/** Changes of each session that each of its clients tries. */
const ROUNDS = 12;
/** What happens to every third, fourth … of them in the middle. */
const FATES = ["refreshes", "refreshes", "ended", "banned", "closed", "refreshes"] as const;

/**
 * Two clients of each session try to change it, on two nodes, while others end. What must hold: of each version one winner;
 * nothing changes after its end was answered; no other session ends.
 */
export async function storm({ open }: StoreHarness): Promise<void> {
  const nodes = [await open(), await open()] as const;
  const nodeOf = (index: number): Store => nodes[index % 2 === 0 ? 0 : 1];
  const people = Array.from({ length: PEOPLE }, (_, at) => ({ at, fate: FATES[at % FATES.length] ?? "refreshes" }));
  const sessions = await Promise.all(
    people.map(async ({ at }) => (await signIn(nodeOf(at), { openid: `o_storm${at}` })).facts.session),
  );
  const winners = new Map<string, number>();
  const over = new Set<SessionId>();

  /** Reads and changes in circles; a loser reads again. */
  async function refreshing(store: Store, { id }: Session): Promise<void> {
    for (let round = 0; round < ROUNDS; round += 1) {
      const wasOver = over.has(id);
      const found = await store.sessions.findForMint(id);
      assert.ok(!(wasOver && found?.session.status === "active"), "an end that was answered is not seen");
      if (found === undefined || found.session.status !== "active") return;
      const isOver = over.has(id);
      const won = await store.sessions.compareAndSet(refreshed(found.session));
      if (!won) continue;
      assert.ok(!isOver, "changed after its end was answered");
      const version = `${id} ${found.session.version + 1}`;
      winners.set(version, (winners.get(version) ?? 0) + 1);
    }
  }

  async function end(store: Store, session: Session, fate: (typeof FATES)[number]): Promise<void> {
    await store.sessions.findForMint(session.id);
    if (fate === "ended") await store.sessions.end({ sid: session.id }, { why: "logged_out", by: "u" }, () => ({}));
    const edit = fate === "banned" ? ({ kind: "ban", ban: { reason: "spam", until: null } } as const) : CLOSE;
    if (fate !== "ended") await store.users.edit(session.userId, edit, "u_admin", () => ({}));
    over.add(session.id);
  }

  const work = people.flatMap(({ at, fate }) => {
    const session = sessions[at] ?? assert.fail("no session");
    const lives = [
      () => refreshing(nodes[0], session),
      () => refreshing(nodes[1], session),
      () => signIn(nodeOf(at), { openid: `o_beside${at}` }),
    ];
    return fate === "refreshes" ? lives : [...lives, () => end(nodeOf(at + 1), session, fate)];
  });
  const purging = [0, 1].map((at) => async () => {
    for (let round = 0; round < 4; round += 1) await nodeOf(at).purge.sessions(3_600_000, 100, null);
  });
  const all = [...work, ...purging];
  const { failed } = await atOnce(all.length, async (index) => void (await all[index]?.()));
  assert.deepEqual(failed, []);

  for (const count of winners.values()) assert.equal(count, 1, "two won with one version");
  for (const { at, fate } of people) {
    const session = sessions[at] ?? assert.fail("no session");
    const now = (await nodeOf(at).sessions.findForMint(session.id))?.session ?? assert.fail("purged too early");
    const wins = [...winners.keys()].filter((version) => version.startsWith(`${session.id} `)).length;
    assert.ok(wins > 0 || fate !== "refreshes", "none won");
    const isOver = fate !== "refreshes";
    assert.equal(now.status, isOver ? "ended" : "active");
    assert.equal(
      now.version,
      session.version + wins + (isOver ? 1 : 0),
      "every winner is in the row, and nothing else",
    );
  }
}

import assert from "node:assert/strict";
import test from "node:test";
import type { Hufu } from "../../server/src/hufu/hufu.ts";
import {
  ASKER,
  asApp,
  BAKERY,
  freshAttempt,
  type Held,
  openStack,
  rowsOf,
  type SignedIn,
  type Stack,
} from "../stack/stack.fixture.ts";
import { guardSays, verdictOf } from "../stack/verdict.ts";
import { createSeededRandom, type SeededRandom } from "./seeded-random.ts";

interface Scene {
  readonly stack: Stack;
  readonly nodes: readonly [Hufu, Hufu];
  readonly user: string;
  readonly alice: SignedIn;
}
type End = (node: Hufu, scene: Scene) => Promise<unknown>;

const ENDS: Readonly<Record<string, End>> = {
  kick: (node, { alice }) => node.sessions.kick(alice.sid),
  "kick all": (node, { alice }) => node.sessions.kickAll(alice.userId),
  ban: (node, { alice }) => node.users.ban(alice.userId, { reason: "fraud" }),
  close: (node, { alice }) => node.users.close(alice.userId),
  "sign out": (node, { alice }) => node.protocol.revoke(alice.refresh, asApp(BAKERY)),
  "newer sign-in": (node, { stack, user }) => stack.signIn(user, { deviceId: "d-1" }, node),
  "reset of the app": (node) => node.revokeApp(BAKERY, { reason: "leak" }),
  "reset of all": (node) => node.revokeAll({ reason: "leak" }),
};
const RACES_EACH = 40;
/** Races that disturb nobody else run side by side. */
const AT_ONCE = 4;

for (const [name, end] of Object.entries(ENDS)) {
  test(`I5: ${RACES_EACH} races of a ${name} against refreshes and checks: once it is answered, nothing works`, async (t) => {
    const stack = await openStack(t);
    const nodes = [stack.hufu, await stack.node()] as const;
    const atOnce = name.startsWith("reset") ? 1 : AT_ONCE;
    const sids = new Set<unknown>();
    for (let seed = 0; seed < RACES_EACH; seed += atOnce) {
      const races = Array.from({ length: atOnce }, async (_, index) => {
        const user = `user of seed ${seed + index}`;
        const alice = await stack.signIn(user, { deviceId: "d-1" });
        sids.add(alice.sid);
        await race({ stack, nodes, user, alice }, end, createSeededRandom(seed + index));
      });
      await Promise.all(races);
    }
    const ends = rowsOf(stack, "hufu_audit", { action: "session.end" }).filter(({ sid }) => sids.has(sid));
    assert.equal(ends.length, RACES_EACH, "one record for each");
    assert.equal(new Set(ends.map(({ sid }) => sid)).size, RACES_EACH);
  });
}

async function race(scene: Scene, end: End, seeded: SeededRandom): Promise<void> {
  const { stack, nodes, alice, user } = scene;
  const child = seeded.roll(2) === 0 ? undefined : await stack.refresh(alice.refresh, { attemptId: freshAttempt() });
  const held: Held[] = child === undefined ? [alice] : [alice, child];
  let ended = false;

  const turns = async (most: number): Promise<void> => {
    for (let turn = seeded.roll(most); turn > 0; turn -= 1) await stack.clock.pause(1);
  };
  const refresh = async (): Promise<void> => {
    await turns(8);
    const token = seeded.pick([alice.refresh, (child ?? alice).refresh]);
    const attempt = seeded.roll(2) === 0 ? {} : { attemptId: freshAttempt() };
    const late = ended;
    const verdict = await verdictOf(async () => held.push(await stack.refresh(token, attempt, seeded.pick(nodes))));
    assert.ok(!late || verdict !== "ok", `${user}: a refresh that began after the end succeeded`);
  };
  const check = async (): Promise<void> => {
    await turns(8);
    const node = seeded.pick(nodes);
    const late = ended;
    const { active } = await node.protocol.introspect(seeded.pick([alice.access, alice.refresh]), ASKER);
    assert.ok(!late || !active, `${user}: an introspection that began after the end found it active`);
  };
  const finish = async (): Promise<void> => {
    await turns(6);
    const node = seeded.pick(nodes);
    await end(node, scene);
    ended = true;
    // The node that answered knows at once, whatever is still in flight; unless a refresh on the other node had met two
    // holders before, for then this end found nothing to end, and its node learns of the other's when it next reads.
    const sessions = await node.sessions.list(alice.userId, { ended: true });
    const reused = sessions.find(({ id }) => id === alice.sid)?.endWhy === "reused";
    for (const { access } of reused ? [] : held) {
      assert.notEqual(await guardSays(node, access), "ok", `${user}: its own guard`);
    }
    await nothingWorks([seeded.pick(nodes)], [...held]);
  };
  await Promise.all([refresh(), refresh(), check(), finish(), refresh(), check(), refresh()]);

  // What answers that came late have brought must be dead as well.
  await stack.pass(1000);
  await nothingWorks(nodes, held);
  for (const { access } of held) {
    for (const node of nodes) assert.notEqual(await guardSays(node, access), "ok", `${user}: a guard, a second later`);
  }

  async function nothingWorks(on: readonly Hufu[], tokens: readonly Held[]): Promise<void> {
    for (const node of on) {
      for (const { access, refresh: token } of tokens) {
        assert.equal((await node.protocol.introspect(access, ASKER)).active, false, `${user}: introspection`);
        assert.equal((await node.protocol.introspect(token, ASKER)).active, false, `${user}: introspection`);
        assert.notEqual(await verdictOf(() => stack.refresh(token, {}, node)), "ok", `${user}: refresh`);
      }
    }
  }
}

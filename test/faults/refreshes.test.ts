import assert from "node:assert/strict";
import test, { type TestContext } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { createSeededRandom } from "../properties/seeded-random.ts";
import { textIn, verdictOfHeard } from "./ask-node.ts";
import { newAttempt, refreshRequest, signOutRequest } from "./client-requests.ts";
import { createHistory, violations } from "./history.ts";
import { holdWrites } from "./hold-writes.ts";
import { SEED, shortOrLong } from "./how-long.ts";
import { type Fleet, startFleet } from "./nodes.ts";
import { childAt, inLanes, signInAt, untilHeard } from "./people.ts";
import { type Conditions, type Given, startTcpProxy, type TcpProxy } from "./tcp-proxy.ts";

const RACES = shortOrLong(40, 1000);
const LATE_MOST_MS = shortOrLong(300, 20_000);
/** So long a request may take to come to the point where it waits for the database. */
const ARRIVAL_MS = 300;

interface Road {
  readonly proxy: TcpProxy;
  readonly given: Given[];
}

async function openRoad(
  t: TestContext,
  targets: () => readonly number[],
  conditions: () => Conditions,
  onGiven: (given: Given) => void = () => undefined,
): Promise<Road> {
  const given: Given[] = [];
  const proxy = await startTcpProxy({
    targets,
    conditions,
    seeded: createSeededRandom(SEED),
    onGiven(answer) {
      given.push(answer);
      onGiven(answer);
    },
  });
  t.after(() => proxy.close());
  return { proxy, given };
}

function tokenIn({ text }: Given): string {
  const body: { readonly refresh_token?: string } = JSON.parse(text.slice(text.indexOf("\r\n\r\n") + 4));
  return body.refresh_token ?? "";
}

async function lineOf(fleet: Fleet, userId: string): Promise<{ generation: number; version: number; status: string }> {
  const [session, ...others] = await fleet.sessionsOf(userId);
  assert.ok(session !== undefined && others.length === 0);
  return { generation: session.generation, version: session.version, status: session.status };
}

test(`refreshes over three nodes (seed ${SEED})`, async (t) => {
  const fleet = await startFleet(t, { nodes: 3 });
  const [first, second, third] = fleet.nodes;
  assert.ok(first !== undefined && second !== undefined && third !== undefined);

  await t.test(
    "F1: a node killed before the commit of a refresh has changed nothing, and another one answers",
    async () => {
      const alice = await signInAt(fleet, first.port, "alice");
      const child = await childAt(fleet, first.port, alice.refresh);
      const before = await lineOf(fleet, alice.userId);
      const held = await holdWrites(fleet);
      const asked = refreshRequest(child);
      const unheard = fleet.ask(first.port, asked);
      await delay(ARRIVAL_MS);
      await first.kill();
      await held.letGo();
      assert.equal((await unheard).kind, "nothing");
      assert.deepEqual(await lineOf(fleet, alice.userId), before);
      const heard = await fleet.ask(second.port, asked);
      assert.equal(verdictOfHeard(heard), "ok");
      assert.equal((await lineOf(fleet, alice.userId)).generation, before.generation + 1);
      await childAt(fleet, third.port, textIn(heard, "refresh_token"));
      await first.start();
    },
  );

  await t.test("F2: a node killed between the commit and the answer: another one gives the same child", async (t) => {
    const bob = await signInAt(fleet, first.port, "bob");
    const child = await childAt(fleet, first.port, bob.refresh);
    const killed: Promise<void>[] = [];
    const { proxy, given } = await openRoad(
      t,
      () => [first.port],
      () => ({ kind: "answer-lost" }),
      () => killed.push(first.kill()),
    );
    const asked = refreshRequest(child);
    assert.equal((await fleet.ask(proxy.port, asked)).kind, "nothing");
    await Promise.all(killed);
    assert.equal(killed.length, 1);
    const lost = tokenIn(given[0] ?? assert.fail("the node had answered"));
    assert.match(lost, /^hr1\./);
    for (const { port } of [second, third]) assert.equal(textIn(await fleet.ask(port, asked), "refresh_token"), lost);
    await childAt(fleet, second.port, lost);
    await first.start();
  });

  await t.test("F3: half an answer is none, and the question is answered as before", async (t) => {
    const carol = await signInAt(fleet, first.port, "carol");
    const { proxy, given } = await openRoad(t, fleet.up, () => ({ kind: "answer-cut" }));
    const asked = refreshRequest(carol.refresh);
    for (let time = 0; time < 3; time += 1) assert.equal((await fleet.ask(proxy.port, asked)).kind, "nothing");
    const whole = textIn(await fleet.ask(second.port, asked), "refresh_token");
    assert.deepEqual([...new Set(given.map(tokenIn))], [whole]);
  });

  await t.test(`F4: copies that come up to ${LATE_MOST_MS} ms late have no effect of their own`, async (t) => {
    const seeded = createSeededRandom(SEED + 4);
    const { proxy, given } = await openRoad(t, fleet.up, () => ({ kind: "duplicate", ms: seeded.roll(LATE_MOST_MS) }));
    const names = Array.from({ length: 12 }, (_, at) => `dave ${at}`);
    const last: string[] = [];
    const users: string[] = [];
    await inLanes(names, 6, async (name) => {
      const { refresh, userId } = await signInAt(fleet, third.port, name);
      let token = refresh;
      for (let time = 0; time < 5; time += 1) {
        token = await childAt(fleet, proxy.port, token);
        await delay(seeded.roll(80));
      }
      last.push(token);
      users.push(userId);
    });
    await proxy.settled();
    const late = given.filter((each) => each.late);
    assert.ok(late.length >= names.length * 5);
    for (const { text } of late) assert.match(text, /^HTTP\/1\.1 (200 |503 |400 .*refresh_token_superseded)/s);
    t.diagnostic(`${late.filter(({ text }) => text.includes("superseded")).length} of ${late.length} were superseded`);
    for (const token of last) await childAt(fleet, first.port, token);
    for (const user of users) assert.equal((await lineOf(fleet, user)).status, "active");
  });

  await t.test(
    "F5: fifty parallel refreshes of one token: of the current one no promotion, of one child exactly one",
    async () => {
      const ports = fleet.up();
      const fifty = Array.from({ length: 50 }, (_, at) => ports[at % 3] ?? 0);
      const erin = await signInAt(fleet, first.port, "erin");
      const before = await lineOf(fleet, erin.userId);
      const ofCurrent = await Promise.all(fifty.map((port) => fleet.ask(port, refreshRequest(erin.refresh))));
      assert.deepEqual([...new Set(ofCurrent.map(verdictOfHeard))], ["ok"]);
      assert.equal(
        new Set(ofCurrent.map((heard) => textIn(heard, "refresh_token"))).size,
        50,
        "a child for each attempt",
      );
      assert.equal((await lineOf(fleet, erin.userId)).generation, before.generation);

      const child = textIn(ofCurrent[0] ?? assert.fail(), "refresh_token");
      const ofChild = await Promise.all(fifty.map((port) => untilHeard(() => fleet.ask(port, refreshRequest(child)))));
      assert.deepEqual([...new Set(ofChild.map(verdictOfHeard))], ["ok"]);
      assert.equal((await lineOf(fleet, erin.userId)).generation, before.generation + 1);

      const attempt = newAttempt();
      const grandchild = textIn(ofChild[0] ?? assert.fail(), "refresh_token");
      const same = await Promise.all(fifty.map((port) => childAt(fleet, port, grandchild, attempt)));
      assert.equal(new Set(same).size, 1, "the same child for the same attempt");
      assert.equal((await lineOf(fleet, erin.userId)).generation, before.generation + 2);
    },
  );

  await t.test(
    `F6: ${RACES} races of refreshes with a sign-out or kick: nothing works once it was answered`,
    async () => {
      const seeded = createSeededRandom(SEED + 6);
      const history = createHistory(() => performance.now());
      await inLanes(
        Array.from({ length: RACES }, (_, at) => `frank ${at}`),
        4,
        async (who) => {
          const person = await signInAt(fleet, seeded.pick([first, second, third]).port, who);
          const child = await childAt(fleet, second.port, person.refresh);
          const held = [person.refresh, child];
          const refresh = async (): Promise<void> => {
            await delay(seeded.roll(12));
            const [token, attempt] = [seeded.pick([person.refresh, child]), newAttempt()];
            const port = seeded.pick([first, second, third]).port;
            const heard = await history.record({ who, what: "refresh", token, attempt }, () =>
              fleet.ask(port, refreshRequest(token, attempt)),
            );
            const given = textIn(heard, "refresh_token");
            if (given !== "") held.push(given);
          };
          const end = async (): Promise<void> => {
            await delay(seeded.roll(12));
            const port = seeded.pick([first, second, third]).port;
            if (seeded.roll(2) === 0) await history.order({ who, what: "kick" }, () => fleet.order("kick", person.sid));
            else await history.record({ who, what: "sign-out" }, () => fleet.ask(port, signOutRequest(child)));
          };
          await Promise.all([refresh(), refresh(), end(), refresh(), refresh()]);
          for (const token of held) {
            const port = seeded.pick([first, second, third]).port;
            await history.record({ who, what: "introspect" }, () => fleet.introspect(port, token));
            await history.record({ who, what: "refresh", token }, () => fleet.ask(port, refreshRequest(token)));
          }
          await history.record({ who, what: "introspect" }, () => fleet.introspect(first.port, person.access));
        },
      );
      const ends = history.happenings.filter(({ what, verdict }) => /sign-out|kick/.test(what) && verdict === "ok");
      assert.equal(ends.length, RACES, "every end was answered");
      assert.deepEqual(violations(history.happenings, new Map()), []);
    },
  );
});

// What a cloud function does between two calls: the process stands still, and then goes on as if nothing had been.
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { freezeFamily } from "../../server/src/store/frozen-process.fixture.ts";
import { poolOf } from "../../server/src/store/sql/postgres/postgres-case.fixture.ts";
import { startPostgresServer } from "../../server/src/store/sql/postgres/postgres-server.fixture.ts";
import { askNode, type Heard, verdictOfHeard } from "./ask-node.ts";
import { newAttempt, refreshRequest } from "./client-requests.ts";
import { type Node, startFleet } from "./nodes.ts";
import { signInAt, untilHeard } from "./people.ts";

/** The least that the option takes. */
const MAX_SILENCE = "2s";
/** Past that, and past every other age in a node that is counted in seconds and decides about a guard. */
const FROZEN_MS = 3000;
const FREEZES_MOST = 20;

/** Asks while a node is frozen. One that stopped inside a transaction holds the file: it goes on, and is frozen anew. */
async function whileFrozen(node: Node, ask: () => Promise<string>): Promise<string> {
  for (let time = 1; ; time += 1) {
    freezeFamily(node.pid);
    const verdict = await ask();
    if (!["unavailable", "store_unavailable"].includes(verdict) || time === FREEZES_MOST) return verdict;
    node.signal("SIGCONT");
  }
}

test("a node that stood still for longer than its guards may be silent accepts its first guarded request", async (t) => {
  const fleet = await startFleet(t, { nodes: 1, changes: { guards: { maxSilence: MAX_SILENCE } } });
  const [node] = fleet.nodes;
  assert.ok(node);
  const alice = await signInAt(fleet, node.port, "alice");
  assert.equal(verdictOfHeard(await askNode(node.port, "/auth/me", undefined, { bearer: alice.access })), "ok");

  freezeFamily(node.pid);
  await delay(FROZEN_MS);
  node.signal("SIGCONT");

  assert.equal(verdictOfHeard(await askNode(node.port, "/auth/me", undefined, { bearer: alice.access })), "ok");
});

test("a refresh that meets a frozen node is answered after the thaw or 503, and ends no session", async (t) => {
  const fleet = await startFleet(t, { nodes: 2 });
  const [frozen, other] = fleet.nodes;
  assert.ok(frozen && other);
  const alice = await signInAt(fleet, frozen.port, "alice");
  const asked = refreshRequest(alice.refresh, newAttempt());

  const waiting: Promise<Heard>[] = [];
  const elsewhere = await whileFrozen(frozen, async () => {
    waiting.push(fleet.ask(frozen.port, asked, 60_000));
    // The same attempt elsewhere, as a client whose first answer does not come.
    return verdictOfHeard(await fleet.ask(other.port, asked));
  });
  assert.equal(elsewhere, "ok");
  frozen.signal("SIGCONT");

  for (const late of await Promise.all(waiting)) {
    assert.ok(["ok", "unavailable"].includes(verdictOfHeard(late)), verdictOfHeard(late));
  }
  assert.equal(verdictOfHeard(await untilHeard(() => fleet.ask(other.port, asked))), "ok");
});

test("what another node ended while this one stood still is refused after the thaw", async (t) => {
  const fleet = await startFleet(t, { nodes: 2, changes: { guards: { maxSilence: MAX_SILENCE } } });
  const [frozen, other] = fleet.nodes;
  assert.ok(frozen && other);
  const bob = await signInAt(fleet, frozen.port, "bob");

  assert.equal(await whileFrozen(frozen, () => fleet.order("kick", bob.sid)), "ok");
  await delay(FROZEN_MS);
  frozen.signal("SIGCONT");

  const refresh = () => fleet.ask(frozen.port, refreshRequest(bob.refresh));
  assert.equal(verdictOfHeard(await untilHeard(refresh)), "session_kicked");
  const guarded = await askNode(frozen.port, "/auth/me", undefined, { bearer: bob.access });
  assert.ok(["token_revoked", "unavailable"].includes(verdictOfHeard(guarded)), verdictOfHeard(guarded));
});

test("connections that the database closed while a node stood still end no session", async (t) => {
  const server = await startPostgresServer();
  const admin = poolOf(server.port, { max: 1 });
  t.after(async () => {
    await admin.end();
    await server.close();
  });
  await admin.query("create database thawed");
  const fleet = await startFleet(t, { nodes: 1, database: `postgres://postgres@127.0.0.1:${server.port}/thawed` });
  const [node] = fleet.nodes;
  assert.ok(node);
  const alice = await signInAt(fleet, node.port, "alice");

  freezeFamily(node.pid);
  const { rowCount } = await admin.query(
    "select pg_terminate_backend(pid) from pg_stat_activity where datname = 'thawed'",
  );
  assert.ok((rowCount ?? 0) > 0);
  node.signal("SIGCONT");

  const asked = refreshRequest(alice.refresh);
  const first = await fleet.ask(node.port, asked);
  assert.ok(["ok", "unavailable"].includes(verdictOfHeard(first)), verdictOfHeard(first));
  assert.equal(verdictOfHeard(await untilHeard(() => fleet.ask(node.port, asked))), "ok");
  const guarded = () => askNode(node.port, "/auth/me", undefined, { bearer: alice.access });
  assert.equal(verdictOfHeard(await untilHeard(guarded)), "ok");
});

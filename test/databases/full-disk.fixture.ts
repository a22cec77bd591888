import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { until } from "../../server/src/core/until.fixture.ts";
import { askNode, type Heard, textIn, verdictOfHeard } from "../faults/ask-node.ts";
import { refreshRequest, signInRequest, signOutRequest } from "../faults/client-requests.ts";
import { type Fleet, startFleet } from "../faults/nodes.ts";
import { signInAt } from "../faults/people.ts";
import type { SmallDisk } from "../infrastructure/small-disk.fixture.ts";

/** A disk with a database on it. */
export interface DatabaseOnDisk {
  readonly disk: SmallDisk;
  readonly url: string;
  /** Does the change of a row need space, or is there room beside the old one? */
  readonly everyWriteNeedsSpace: boolean;
}

/** What must write is 503, all else is answered, `readyz` says so and stays 200, and with space it recovers by itself. */
export async function servesOnFullDisk(t: TestContext, on: DatabaseOnDisk): Promise<void> {
  const { disk, url, everyWriteNeedsSpace } = on;
  const fleet = await startFleet(t, { nodes: 1, database: url });
  const [port = 0] = fleet.up();
  const alice = await signInAt(fleet, port, "alice");
  const bob = await signInAt(fleet, port, "bob");
  assert.equal(await writesOf(fleet), "ok");

  disk.fill();
  let people = 0;
  let signIn = signInRequest(fleet.code("carol"));
  const askNew = () => {
    people += 1;
    signIn = signInRequest(fleet.code(`carol ${people}`));
    return fleet.ask(port, signIn);
  };
  isOutage(await untilRefused(askNew));
  assert.equal(await writesOf(fleet), "failing");
  // A probe finds the same: it must not call well what has room for its own few bytes alone.
  await until(() => fleet.nodes[0]?.written.includes("writes_failing") === true);
  assert.equal(await writesOf(fleet), "failing");
  // What the refused one gave back may be enough for a few more.
  isOutage(await untilRefused(askNew));
  // A refresh that only reads, and what guards and verifiers need.
  const child = await fleet.ask(port, refreshRequest(alice.refresh));
  assert.equal(verdictOfHeard(child), "ok");
  const promotion = refreshRequest(textIn(child, "refresh_token"));
  const promotedEarly = await fleet.ask(port, promotion);
  if (everyWriteNeedsSpace || verdictOfHeard(promotedEarly) !== "ok") isOutage(promotedEarly);
  assert.equal(verdictOfHeard(await askNode(port, "/auth/me", undefined, { bearer: bob.access })), "ok");
  const keys = await askNode(port, "/auth/.well-known/jwks.json", undefined);
  assert.equal(verdictOfHeard(keys), "ok");

  disk.free();
  await until(async () => (await writesOf(fleet)) === "ok");
  assert.equal(verdictOfHeard(await fleet.ask(port, signIn)), "ok");
  assert.equal(verdictOfHeard(await fleet.ask(port, promotion)), "ok");
  assert.equal(verdictOfHeard(await fleet.ask(port, signOutRequest(bob.refresh))), "ok");
  assert.equal(verdictOfHeard(await fleet.ask(port, refreshRequest(bob.refresh))), "session_logged_out");
}

/** Asks for new things until one is refused: the database may have some space left in its own files. */
async function untilRefused(ask: () => Promise<Heard>): Promise<Heard> {
  for (let asked = 0; asked < 2000; asked += 1) {
    const heard = await ask();
    if (verdictOfHeard(heard) !== "ok") return heard;
  }
  throw new Error("the disk is full, and everything is answered");
}

function isOutage(heard: Heard): void {
  assert.ok(heard.kind === "answer", JSON.stringify(heard));
  assert.deepEqual([heard.status, heard.body["reason"]], [503, "store_unavailable"], JSON.stringify(heard));
  assert.match(heard.retryAfter ?? "", /^\d+$/);
}

async function writesOf(fleet: Fleet): Promise<unknown> {
  const heard = await askNode(fleet.up()[0] ?? 0, "/auth/readyz", undefined);
  assert.ok(heard.kind === "answer" && heard.status === 200, `a full disk takes no node out: ${JSON.stringify(heard)}`);
  const { checks } = heard.body;
  assert.ok(typeof checks === "object" && checks !== null && "writes" in checks);
  return checks.writes;
}

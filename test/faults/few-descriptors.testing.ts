import assert from "node:assert/strict";
import { Agent } from "node:http";
import { connect, type Socket } from "node:net";
import type { TestContext } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { askNode, verdictOfHeard } from "./ask-node.ts";
import { refreshRequest, signInRequest } from "./client-requests.ts";
import { shortOrLong } from "./how-long.ts";
import { startFleet } from "./nodes.ts";
import { childAt, inLanes, signInAt, untilHeard } from "./people.ts";

const DESCRIPTORS = 64;
const IDLERS = 200;
/** Fewer than open the breaker of the platform: then sign-ins would pause for ten seconds. */
const OVER_ONE_CONNECTION = 2;
const ROUNDS = shortOrLong(2, 15);

/** Connections that are opened and say nothing; whoever is turned away comes again until told to leave. */
function crowd(t: TestContext, port: number): { leave(): void } {
  const sockets = new Set<Socket>();
  let isOver = false;
  const come = (): void => {
    if (isOver) return;
    const socket = connect(port, "127.0.0.1");
    sockets.add(socket);
    socket
      .on("error", () => undefined)
      .once("close", () => {
        sockets.delete(socket);
        setTimeout(come, 50);
      });
  };
  for (let count = 0; count < IDLERS; count += 1) come();
  const leave = (): void => {
    isOver = true;
    for (const socket of sockets) socket.destroy();
  };
  t.after(leave);
  return { leave };
}

/** With few descriptors and many idle connections a node sheds, says no wrong word, and recovers. */
export async function descriptorsRunOut(t: TestContext): Promise<void> {
  const fleet = await startFleet(t, { nodes: 2, descriptors: DESCRIPTORS });
  const [node, other] = fleet.nodes;
  assert.ok(node !== undefined && other !== undefined);
  const { port, pid } = node;
  const words = new Map<string, number>();
  const over = new Map<string, number>();

  for (let round = 0; round < ROUNDS; round += 1) {
    let token = (await signInAt(fleet, other.port, `alice ${round}`)).refresh;
    // Somebody who was connected before: a load balancer.
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    t.after(() => agent.destroy());
    assert.equal(verdictOfHeard(await askNode(port, "/auth/healthz", undefined, { agent })), "ok");
    const { leave } = crowd(t, port);
    await delay(500);
    const asked = Array.from({ length: 40 }, (_, at) =>
      at % 2 === 0 ? refreshRequest(token) : signInRequest(fleet.code(`bob ${round} ${at}`)),
    );
    await inLanes(asked, 8, async (each) => {
      const heard = await fleet.ask(port, each, 3000);
      const word = verdictOfHeard(heard);
      words.set(word, (words.get(word) ?? 0) + 1);
      assert.match(word, /^(ok|nothing|unavailable)$/);
    });
    // A refresh needs no descriptor. The first sign-in of this node needs one for the platform, and there is none.
    for (let time = 0; time < OVER_ONE_CONNECTION; time += 1) {
      const { path, form } = refreshRequest(token);
      assert.equal(verdictOfHeard(await askNode(port, path, form, { agent })), "ok", "who was there is served");
      const signIn = signInRequest(fleet.code(`dave ${round} ${time}`));
      const word = verdictOfHeard(await askNode(port, signIn.path, signIn.form, { agent }));
      over.set(word, (over.get(word) ?? 0) + 1);
      assert.match(word, /^(ok|unavailable)$/);
    }
    leave();
    const ready = await untilHeard(() => askNode(port, "/auth/readyz", undefined));
    assert.equal(verdictOfHeard(ready), "ok", "fit to serve again");
    token = await childAt(fleet, port, token);
    await signInAt(fleet, port, `carol ${round}`);
    await childAt(fleet, port, token);
    agent.destroy();
  }
  t.diagnostic(`new connections: ${JSON.stringify([...words])}; an old one, sign-ins: ${JSON.stringify([...over])}`);
  assert.ok((over.get("unavailable") ?? 0) > 0, "a sign-in met the limit");
  assert.ok((words.get("ok") ?? 0) < ROUNDS * 40, "descriptors ran out at all");
  assert.ok(node.isUp && node.pid === pid, "the same process");
  assert.ok(!/"level":"(error|fatal)"/.test(node.written), node.written.slice(-3000));
  assert.equal(await node.stop(), 0);
}

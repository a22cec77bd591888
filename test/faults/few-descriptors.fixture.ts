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
const CROWD = 200;
const OVER_ONE_CONNECTION = 2;
const ROUNDS = shortOrLong(2, 15);

const GREETING = "GET /auth/healthz HTTP/1.1\r\nhost: hufu\r\n\r\n";

/** A request whose body never comes: its connection is not idle. */
const HALF_SENT =
  "POST /auth/oauth/token HTTP/1.1\r\nhost: hufu\r\n" +
  "content-type: application/x-www-form-urlencoded\r\ncontent-length: 100\r\n\r\n";

type Kind = "silent" | "asking" | "sending";
const SENT: Readonly<Record<Kind, string>> = { silent: "", asking: GREETING, sending: HALF_SENT };

/** Connections that are opened and stay, and have sent nothing, one request or half of one; each that is closed comes again. */
function crowd(t: TestContext, port: number, kind: Kind): { leave(): void } {
  const sockets = new Set<Socket>();
  let isOver = false;
  const come = (): void => {
    if (isOver) return;
    const socket = connect(port, "127.0.0.1");
    sockets.add(socket);
    socket
      .resume()
      .on("error", () => undefined)
      .once("close", () => {
        sockets.delete(socket);
        setTimeout(come, 50);
      });
    socket.write(SENT[kind]);
  };
  for (let count = 0; count < CROWD; count += 1) come();
  const leave = (): void => {
    isOver = true;
    for (const socket of sockets) socket.destroy();
  };
  t.after(leave);
  return { leave };
}

/** With few descriptors and many connections a node sheds, says no wrong word, and recovers. */
export async function descriptorsRunOut(t: TestContext): Promise<void> {
  const fleet = await startFleet(t, { nodes: 2, descriptors: DESCRIPTORS });
  const [node, other] = fleet.nodes;
  assert.ok(node !== undefined && other !== undefined);
  const { port, pid } = node;
  const words = {
    silent: new Map<string, number>(),
    asking: new Map<string, number>(),
    sending: new Map<string, number>(),
  };

  for (let round = 0; round < ROUNDS; round += 1) {
    let token: string = (await signInAt(fleet, other.port, `alice ${round}`)).refresh;
    // Somebody who was connected before: a load balancer.
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    t.after(() => agent.destroy());
    for (let time = 0; time < 2; time += 1) {
      assert.equal(verdictOfHeard(await askNode(port, "/auth/healthz", undefined, { agent })), "ok");
    }
    for (const kind of ["silent", "asking", "sending"] as const) {
      const { leave } = crowd(t, port, kind);
      await delay(500);
      const asked = Array.from({ length: 40 }, (_, at) =>
        at % 2 === 0 ? refreshRequest(token) : signInRequest(fleet.code(`bob ${round} ${kind} ${at}`)),
      );
      await inLanes(asked, 8, async (each) => {
        const word = verdictOfHeard(await fleet.ask(port, each, 3000));
        words[kind].set(word, (words[kind].get(word) ?? 0) + 1);
        assert.match(word, /^(ok|nothing|unavailable)$/);
      });
      // What the node itself opens, to the platform and to its database, is kept free for it.
      const times = kind === "sending" ? 0 : OVER_ONE_CONNECTION;
      for (let time = 0; time < times; time += 1) {
        for (const { path, form } of [
          refreshRequest(token),
          signInRequest(fleet.code(`dave ${round} ${kind} ${time}`)),
        ]) {
          const heard = await askNode(port, path, form, { agent });
          assert.equal(verdictOfHeard(heard), "ok", `who was there is served: ${node.written.slice(-2000)}`);
        }
      }
      leave();
      const ready = await untilHeard(() => askNode(port, "/auth/readyz", undefined));
      assert.equal(verdictOfHeard(ready), "ok", "fit to serve again");
    }
    token = await childAt(fleet, port, token);
    await signInAt(fleet, port, `carol ${round}`);
    await childAt(fleet, port, token);
    agent.destroy();
  }
  t.diagnostic(
    `beside the silent: ${JSON.stringify([...words.silent])}; the asking: ${JSON.stringify([...words.asking])}; the sending: ${JSON.stringify([...words.sending])}`,
  );
  assert.ok((words.silent.get("ok") ?? 0) > 0, "a connection that says nothing makes room");
  assert.ok((words.asking.get("ok") ?? 0) > 0, "a connection that is idle after its answer makes room");
  assert.ok((words.sending.get("unavailable") ?? 0) > 0, "a client that finds no room is told so");
  assert.ok(node.isUp && node.pid === pid, "the same process");
  assert.match(node.written, /no file descriptor left for them/, "and the log says so");
  assert.ok(!/"level":"(error|fatal)"/.test(node.written), node.written.slice(-3000));
  assert.equal(await node.stop(), 0);
}

import assert from "node:assert/strict";
import test from "node:test";
import { shortOrLong } from "./how-long.ts";
import { type Fleet, type Node, startFleet } from "./nodes.ts";
import { signInAt } from "./people.ts";

const PAYMENTS = {
  id: "payments",
  secret: "the back end that redeems, b41f0c77",
  permissions: ["hufu.tickets:redeem"],
};
const PURPOSE = { operation: "order.pay", parameters: { order: 42, amount: 1990 } };
const REDEMPTIONS = 50;
const ROUNDS = shortOrLong(2, 20);
/** The node is killed when so many of the fifty were answered. */
const KILLED_AFTER = 10;
const TRIES = 20;

interface Heard {
  readonly status: number;
  readonly text: string;
}

/** A JSON request; `undefined` if nothing usable came back. */
async function post(node: Node, path: string, token: string, body: object): Promise<Heard | undefined> {
  try {
    const response = await fetch(`http://127.0.0.1:${node.port}/auth${path}`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json", connection: "close" },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(8000),
    });
    return { status: response.status, text: await response.text() };
  } catch {
    return undefined;
  }
}

async function ownToken(fleet: Fleet, node: Node): Promise<string> {
  const { id, secret } = PAYMENTS;
  const form = { grant_type: "client_credentials", client_id: id, client_secret: secret };
  const heard = await fleet.ask(node.port, { path: "/auth/oauth/token", form });
  assert.ok(heard.kind === "answer" && heard.status === 200);
  return String(heard.body["access_token"]);
}

/** As a back end that insists: a 503 or silence is repeated at the next node, under the same redeem_id. */
async function redeem(nodes: readonly Node[], first: number, token: string, body: object): Promise<Heard> {
  for (let tried = 0; tried < TRIES; tried += 1) {
    const node = nodes[(first + tried) % nodes.length];
    if (node?.isUp !== true) continue;
    const heard = await post(node, "/tickets/redeem", token, body);
    if (heard !== undefined && heard.status !== 503) return heard;
  }
  throw new Error("nobody answered");
}

test("of fifty redemptions at once on three nodes, one of them killed meanwhile, one goes through", async (t) => {
  const fleet = await startFleet(t, { nodes: 3, changes: { clients: [PAYMENTS] } });
  const [first, , last] = fleet.nodes;
  assert.ok(first !== undefined && last !== undefined);
  const { access } = await signInAt(fleet, first.port, "alice");
  const token = await ownToken(fleet, first);

  for (let round = 0; round < ROUNDS; round += 1) {
    const issued = await post(first, "/tickets", access, PURPOSE);
    const { ticket }: { ticket: string } = JSON.parse(issued?.text ?? "{}");
    const bodyOf = (index: number): object => ({ ...PURPOSE, ticket, redeem_id: `round ${round}, order ${index}` });
    let answered = 0;
    let killed: Promise<void> | undefined;
    const all: readonly Heard[] = await Promise.all(
      Array.from({ length: REDEMPTIONS }, async (_, index) => {
        const heard = await redeem(fleet.nodes, index, token, bodyOf(index));
        answered += 1;
        if (answered === KILLED_AFTER) killed = last.kill();
        return heard;
      }),
    );
    await killed;
    const winners = all.flatMap(({ status }, index) => (status === 200 ? [index] : []));
    assert.equal(winners.length, 1, `${winners.length} of ${REDEMPTIONS} redemptions went through`);
    for (const [index, { status, text }] of all.entries()) {
      if (!winners.includes(index)) assert.deepEqual([status, JSON.parse(text).reason], [409, "ticket_redeemed"]);
    }
    await last.start();
    // The node that was killed says the same as the others.
    const again: readonly Heard[] = await Promise.all(
      all.map((_, index) => redeem([last, first], 0, token, bodyOf(index))),
    );
    for (const [index, { status, text }] of again.entries()) {
      assert.equal(status, all[index]?.status);
      if (status === 200) assert.equal(text, all[index]?.text);
    }
  }
});

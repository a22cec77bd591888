import assert from "node:assert/strict";
import test from "node:test";
import type { Hufu } from "../../server/src/hufu/hufu.ts";
import { createPurge } from "../../server/src/session/upkeep/purge.ts";
import { openSqliteStore } from "../../server/src/store/sql/sqlite/open-sqlite-store.ts";
import { countRows, type Held, openStack, type Stack } from "./stack.fixture.ts";
import { present, verdictOf } from "./verdict.ts";

const SECOND = 1000;
const DAY_MS = 86_400_000;
const PAYMENTS = { id: "payments" };
const PAY = { operation: "order.pay", parameters: { order: 42, amount: 1990 } };

function issue(hufu: Hufu, held: Held, purpose = PAY): Promise<string> {
  const { sub, sid, ver, pol } = held.claims;
  return hufu.tickets.issue({ kind: "user", sub, sid, ver, pol }, purpose).then(({ ticket }) => ticket);
}

function redeem(hufu: Hufu, ticket: string, more: object = {}, client = PAYMENTS) {
  return hufu.protocol.redeemTicket({ ...PAY, ticket, redeemId: "order-42", ...more }, client);
}

const says = (hufu: Hufu, ticket: string, more: object = {}, client = PAYMENTS): Promise<string> =>
  verdictOf(() => redeem(hufu, ticket, more, client));

async function ticketOf(stack: Stack, user = "alice"): Promise<{ readonly held: Held; readonly ticket: string }> {
  const held = await stack.signIn(user);
  return { held, ticket: await issue(stack.hufu, held) };
}

test("a ticket is redeemed once, and its redeemer is answered the same again, expired, ended and restarted", async (t) => {
  const stack = await openStack(t);
  const { held, ticket } = await ticketOf(stack);
  const answer = await redeem(stack.hufu, ticket);
  assert.deepEqual([answer.sub, answer.sid, answer.operation], [held.userId, held.sid, "order.pay"]);
  assert.equal(answer.expiresAt - answer.issuedAt, 60);

  assert.deepEqual(await redeem(stack.hufu, ticket), answer);
  assert.equal(await says(stack.hufu, ticket, { redeemId: "order-43" }), "ticket_redeemed");
  assert.equal(await says(stack.hufu, ticket, {}, { id: "another back end" }), "ticket_redeemed");
  await stack.hufu.sessions.kick(held.sid);
  await stack.pass(3600 * SECOND);
  assert.deepEqual(await redeem(await stack.reopen(), ticket), answer);
  assert.equal(await says(stack.hufu, ticket, { redeemId: "order-43" }), "ticket_redeemed");
});

test("asking for a ticket and being refused leave no row", async (t) => {
  const stack = await openStack(t);
  const { ticket } = await ticketOf(stack);
  const before = countRows(stack);
  assert.equal(await says(stack.hufu, ticket, { operation: "order.cancel" }), "ticket_mismatch");
  assert.equal(await says(stack.hufu, ticket, { parameters: { order: 42, amount: 1 } }), "ticket_mismatch");
  assert.equal(await says(stack.hufu, ticket, { parameters: { order: 42 } }), "ticket_mismatch");
  assert.equal(await says(stack.hufu, ticket, { parameters: { order: "42", amount: 1990 } }), "ticket_mismatch");
  assert.equal(await says(stack.hufu, "no ticket"), "ticket_invalid");
  assert.equal(await says(stack.hufu, ticket, { redeemId: "" }), "parameter_invalid");
  assert.equal(await says(stack.hufu, ticket, { redeemId: "x".repeat(129) }), "parameter_invalid");
  assert.equal(await says(stack.hufu, ticket, { operation: "order\npay" }), "parameter_invalid");
  assert.deepEqual(countRows(stack), before);
  // The order of members and the spelling of numbers say nothing.
  assert.equal(await says(stack.hufu, ticket, { parameters: JSON.parse('{"amount":199e1,"order":42.0}') }), "ok");
  assert.equal(present(countRows(stack)["hufu_tickets"]), 1);
});

test("a ticket lives sixty seconds by the database's clock", async (t) => {
  const stack = await openStack(t);
  const [{ ticket: used }, { ticket: late }] = [await ticketOf(stack), await ticketOf(stack, "bob")];
  await stack.pass(59 * SECOND);
  assert.equal(await says(stack.hufu, used), "ok");
  await stack.pass(SECOND);
  assert.equal(await says(stack.hufu, late), "ticket_expired");
  assert.equal(await says(stack.hufu, used), "ok");
});

test("a ticket dies with its session and with its user's ban, on every node at once", async (t) => {
  const stack = await openStack(t);
  const elsewhere = await stack.node();
  const ends: Readonly<Record<string, (held: Held) => Promise<unknown>>> = {
    kicked: ({ sid }) => elsewhere.sessions.kick(sid),
    banned: ({ userId }) => elsewhere.users.ban(userId, { reason: "fraud" }),
    closed: ({ userId }) => elsewhere.users.close(userId),
    logged_out: ({ refresh, claims }) =>
      elsewhere.protocol.revoke(refresh, { id: claims.client_id, confidential: false }),
  };
  for (const [why, end] of Object.entries(ends)) {
    const { held, ticket } = await ticketOf(stack, `somebody ${why}`);
    await end(held);
    assert.equal(await says(stack.hufu, ticket), `ticket_invalid ${why}`);
    assert.match(await verdictOf(() => issue(stack.hufu, held)), /^token_revoked/);
  }
  const { ticket } = await ticketOf(stack, "somebody reset");
  await elsewhere.revokeAll({ reason: "a leak", by: "a test" });
  assert.equal(await says(stack.hufu, ticket), "ticket_invalid reset");
  const { ticket: signed } = await ticketOf(stack, "somebody else");
  for (const { kid } of await stack.hufu.keys.list()) await stack.hufu.keys.revoke(kid);
  assert.equal(await says(stack.hufu, signed), "ticket_invalid");
});

test("a ticket belongs to one session: in the embedded form another one's is a mismatch", async (t) => {
  const stack = await openStack(t);
  const { held, ticket } = await ticketOf(stack);
  const auth = ({ claims: { sub, sid, ver, pol } }: Held) => ({ kind: "user", sub, sid, ver, pol }) as const;
  const redemption = { ...PAY, ticket, redeemId: "order-42" };
  for (const other of [await stack.signIn("bob"), await stack.signIn("alice")]) {
    assert.equal(await verdictOf(() => stack.hufu.tickets.redeem(auth(other), redemption)), "ticket_mismatch");
  }
  const answer = await stack.hufu.tickets.redeem(auth(held), redemption);
  assert.deepEqual(await stack.hufu.tickets.redeem(auth(held), redemption), answer);
  // A back end elsewhere is another redeemer, whatever it calls itself.
  assert.equal(await says(stack.hufu, ticket), "ticket_redeemed");
  assert.equal(await verdictOf(() => stack.hufu.tickets.issue({ kind: "client" }, PAY)), "permission_denied");
  await assert.rejects(
    stack.hufu.tickets.issue(auth(held), { operation: "order.pay", parameters: { at: new Date(0) } }),
    TypeError,
  );
});

test("of fifty redemptions at once on three nodes one goes through, and its repetitions with it", async (t) => {
  const stack = await openStack(t);
  const nodes = [stack.hufu, await stack.node(), await stack.node()];
  const { ticket } = await ticketOf(stack);
  const verdicts = await Promise.all(
    Array.from({ length: 50 }, async (_, index) => {
      const redeemId = `order-${index % 10}`;
      return { redeemId, verdict: await says(present(nodes[index % nodes.length]), ticket, { redeemId }) };
    }),
  );
  const through = verdicts.filter(({ verdict }) => verdict === "ok");
  assert.equal(through.length, 5);
  assert.equal(new Set(through.map(({ redeemId }) => redeemId)).size, 1);
  assert.deepEqual(new Set(verdicts.map(({ verdict }) => verdict)), new Set(["ok", "ticket_redeemed"]));
});

test("a purge forgets a redeemed ticket after a day, when the ticket has long expired", async (t) => {
  const stack = await openStack(t);
  const { ticket } = await ticketOf(stack);
  await redeem(stack.hufu, ticket);
  const purge = async (): Promise<number> => {
    const store = await openSqliteStore({ file: stack.file, clock: stack.clock, entryLifeMs: DAY_MS });
    const retention = { sessionsMs: 30 * DAY_MS, auditMs: 400 * DAY_MS, webhooksMs: 14 * DAY_MS };
    const { tickets } = await createPurge({ store: store.purge, retention, pause: async () => undefined }).everything();
    await store.close();
    return tickets;
  };
  stack.clock.pass(DAY_MS - SECOND);
  assert.equal(await purge(), 0);
  stack.clock.pass(2 * SECOND);
  assert.equal(await purge(), 1);
  assert.equal(await says(stack.hufu, ticket, { redeemId: "order-43" }), "ticket_expired");
});

import assert from "node:assert/strict";
import { hash } from "node:crypto";
import test from "node:test";
import { openStack } from "./stack.fixture.ts";
import { verdictOf } from "./verdict.ts";

const SECRET = hash("sha256", "the orders of these tests", "hex");
const CLIENTS = [{ id: "orders-api", secret: SECRET, permissions: [] }];
const CALLER = { by: "user", requestId: "r-1", address: "203.0.113.7" };
const GUESS = "a guess that stands in no log";

test("wrong secrets are audited with client and address, seldom, and neither secret nor unknown id is written", async (t) => {
  const stack = await openStack(t, { clients: CLIENTS });
  const show = (id: string) => stack.hufu.protocol.authenticateRequest([{ id, secret: GUESS }], CALLER);
  for (let sent = 0; sent < 29; sent += 1) {
    assert.equal(await verdictOf(() => show("orders-api")), "client_secret_wrong");
    assert.equal(await verdictOf(() => show("an-unknown-id")), "client_secret_wrong");
  }
  await stack.pass(1);
  const rows = stack.dump()["hufu_audit"]?.filter((row) => row["action"] === "client.refused") ?? [];
  assert.equal(rows.length, 1);
  assert.equal(rows[0]?.["request_id"], "r-1");
  assert.deepEqual(JSON.parse(String(rows[0]?.["detail"])), {
    client: "orders-api",
    wrong_in_a_minute: 3,
  });
  assert.deepEqual(JSON.parse(String(rows[0]?.["personal"])), { address: "203.0.113.7" });
  const lines = stack.logged.join("\n");
  assert.match(lines, /a wrong client secret: compare clients\[\]\.secret/);
  assert.ok(!lines.includes(GUESS) && !lines.includes("an-unknown-id"));
});

test("from the fifty-first in a minute on a wrong secret is answered later, alike for an unknown id; the right one at once", async (t) => {
  const stack = await openStack(t, { clients: CLIENTS });
  for (const id of ["orders-api", "an-unknown-id"]) {
    const show = (secret: string) => stack.hufu.protocol.authenticateRequest([{ id, secret }], CALLER);
    for (let sent = 0; sent < 50; sent += 1) await verdictOf(() => show(GUESS));
    let answered = false;
    const late = verdictOf(() => show(GUESS)).finally(() => {
      answered = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(answered, false, id);
    if (id === "orders-api") assert.equal((await show(SECRET)).id, id);
    await stack.pass(1000);
    assert.equal(await late, "client_secret_wrong");
  }
});

test("answers that are held back are bounded: beyond the bound a wrong secret is told to wait", async (t) => {
  const stack = await openStack(t, { clients: CLIENTS });
  const show = (secret: string) => stack.hufu.protocol.authenticateRequest([{ id: "orders-api", secret }], CALLER);
  for (let sent = 0; sent < 50; sent += 1) await verdictOf(() => show(GUESS));
  const held = Array.from({ length: 64 }, () => verdictOf(() => show(GUESS)));
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(await verdictOf(() => show(GUESS)), "rate_limited");
  assert.equal((await show(SECRET)).id, "orders-api");
  await stack.pass(2000);
  assert.deepEqual([...new Set(await Promise.all(held))], ["client_secret_wrong"]);
});

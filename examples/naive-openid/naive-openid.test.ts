import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { DatabaseSync } from "node:sqlite";
import { after, before, test } from "node:test";
import { createNaiveBackend, createNaiveTables, fillNaiveTables } from "./naive-openid.ts";

const database = new DatabaseSync(":memory:");
createNaiveTables(database);
fillNaiveTables(database, {
  users: [
    { id: 42, openid: "openid-of-alice", roles: ["member"] },
    { id: 7, openid: "openid-of-boss", roles: ["member", "admin"] },
    { id: 9, openid: "openid-of-nobody", roles: [] },
  ],
  orders: [
    { id: 1001, owner: 42, item: "tea" },
    { id: 2001, owner: 7, item: "ink" },
  ],
});
const server = createServer(createNaiveBackend({ database }));
let origin = "";

before(async () => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  origin = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
});
after(() => {
  server.closeAllConnections();
  server.close();
  database.close();
});

async function ask(path: string, openid?: string): Promise<{ status: number; body: unknown }> {
  const response = await fetch(`${origin}${path}`, openid === undefined ? {} : { headers: { "x-openid": openid } });
  return { status: response.status, body: await response.json() };
}

const alices = { id: 1001, owner: 42, item: "tea" };
const bosss = { id: 2001, owner: 7, item: "ink" };

test("a member reads their own orders, an admin all of them", async () => {
  assert.deepEqual(await ask("/orders", "openid-of-alice"), { status: 200, body: { orders: [alices] } });
  assert.deepEqual(await ask("/orders", "openid-of-boss"), { status: 200, body: { orders: [alices, bosss] } });
  assert.deepEqual(await ask("/orders/1001", "openid-of-alice"), { status: 200, body: alices });
  assert.deepEqual(await ask("/orders/1001", "openid-of-boss"), { status: 200, body: alices });
});

test("who has no permission, or asks for what is somebody else's, is refused", async () => {
  assert.equal((await ask("/orders", "openid-of-nobody")).status, 403);
  assert.equal((await ask("/orders/2001", "openid-of-alice")).status, 403);
  assert.equal((await ask("/orders/3001", "openid-of-alice")).status, 404);
});

test("an openid that it does not know, or none, is refused: all that it can refuse", async () => {
  assert.equal((await ask("/orders", "openid-of-mallory")).status, 401);
  assert.equal((await ask("/orders")).status, 401);
});

import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import test from "node:test";
import { BAKERY, CINEMA, openStack, rowsOf, type Stack } from "./stack.fixture.ts";
import { verdictOf } from "./verdict.ts";

const active = (stack: Stack): number => rowsOf(stack, "hufu_sessions", { status: "active" })?.length ?? 0;

test("an account with ever new device ids keeps a hundred sessions: the longest unused end, and no sign-in is refused", async (t) => {
  const stack = await openStack(t);
  const first = await stack.signIn("alice", { deviceId: "device-0" });
  const second = await stack.signIn("alice", { deviceId: "device-1" });
  for (let device = 2; device < 100; device += 1) {
    await stack.pass(1000);
    await stack.signIn("alice", { deviceId: `device-${device}` });
  }
  const used = await stack.refresh((await stack.refresh(first.refresh)).refresh);
  assert.equal(active(stack), 100);
  await stack.signIn("alice", { deviceId: "device-100" });
  assert.equal(active(stack), 100);
  assert.equal(await verdictOf(() => stack.refresh(second.refresh)), "session_replaced");
  assert.equal(await verdictOf(() => stack.refresh(used.refresh)), "ok");
  assert.equal(rowsOf(stack, "hufu_audit", { why: "replaced" })?.length, 1);
});

test("the ceiling counts one identity: another app and another user keep theirs, also where they are one user", async (t) => {
  const stack = await openStack(t, { sessions: { perIdentity: 1 }, resolveUser: () => ({ userId: "the shop" }) });
  const people = ["alice", "bob", "carol"];
  const held = [];
  for (const user of people) held.push(await stack.signIn(user));
  held.push(await stack.signIn("alice", { clientId: CINEMA }));
  assert.equal(new Set(held.map(({ userId }) => userId)).size, 1);
  assert.equal(active(stack), 4);
  await stack.signIn("alice", { clientId: BAKERY });
  assert.equal(active(stack), 4);
});

test("of 20,000 sessions a sign-in ends ten and reads few", async (t) => {
  const stack = await openStack(t);
  const alice = await stack.signIn("alice");
  const database = new DatabaseSync(stack.file, { timeout: 30_000 });
  const columns = database
    .prepare("select name from pragma_table_info('hufu_sessions')")
    .all()
    .map(({ name }) => String(name));
  const copied = columns.map((name) => (name === "id" || name === "code_hash" ? `${name} || '-' || n` : name));
  database.exec(
    `with recursive numbers(n) as (select 1 union all select n + 1 from numbers where n < 20000)
     insert into hufu_sessions (${columns}) select ${copied} from hufu_sessions, numbers where id = '${alice.sid}'`,
  );
  database.close();
  const before = active(stack);
  await stack.signIn("alice", { deviceId: "new" });
  assert.equal(active(stack), before + 1 - 10);
});

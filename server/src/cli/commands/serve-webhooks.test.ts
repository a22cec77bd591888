import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { until } from "../../core/until.fixture.ts";
import { answerJson, startReceiver, verified, webhookSecret } from "../../webhooks/receiver.fixture.ts";
import { deployment, signInWith, startHufu } from "../hufu.fixture.ts";

const SECRET = webhookSecret("served");

test("hufu serve asks and tells receivers by its JSON file, and SIGTERM gives back what a receiver does not take", async (t) => {
  const asked = await startReceiver(t, answerJson({ user_id: "42" }));
  const hanging = await startReceiver(t, () => undefined);
  const where = await deployment(t, {
    resolveUser: { url: asked.url, secret: "env:HOOK_SECRET" },
    webhooks: [{ id: "orders", url: hanging.url, secret: ["env:HOOK_SECRET"] }],
  });
  const env = { ...where.env, HOOK_SECRET: SECRET };
  const { child, address, ended } = await startHufu(["serve", "--config", "hufu.json"], { ...where, env });
  const { status, body } = await signInWith(address, where.platform.issueCode({ user: "alice" }));
  assert.equal(status, 200, JSON.stringify(body));
  assert.equal(JSON.parse(JSON.stringify(body))["user"]["external_id"], "42");
  assert.equal(verified(SECRET, asked.received[0] ?? assert.fail("not asked"))["type"], "user.resolve");
  await until(() => hanging.received.length === 1);
  child.kill("SIGTERM");
  const { code, out, err } = await ended;
  assert.equal(code, 0, err);
  assert.ok(!`${out}${err}`.includes(SECRET.slice(6)));
  const database = new DatabaseSync(join(where.folder, "hufu.db"), { timeout: 30_000 });
  const [row, ...more] = database.prepare("select attempts, fault, due_at from hufu_webhooks").all();
  database.close();
  assert.deepEqual(more, []);
  assert.deepEqual([row?.["attempts"], row?.["fault"]], [1, "this node stops"]);
  assert.ok(Number(row?.["due_at"]) <= Date.now(), "another node may send it at once");
});

test("kill -9 in mid-delivery, and a SIGHUP that takes the receiver out, lose no message: it comes again under its id", async (t) => {
  const receiver = await startReceiver(t, () => undefined);
  const where = await deployment(t);
  const env = { ...where.env, HOOK_SECRET: SECRET };
  const config = JSON.parse(readFileSync(where.config, "utf8"));
  const configure = (webhooks: readonly object[]) =>
    writeFileSync(where.config, JSON.stringify({ ...config, webhooks }));
  const orders = { id: "orders", url: receiver.url, secret: "env:HOOK_SECRET", events: ["user.signed_in"] };
  configure([orders]);
  const killed = await startHufu(["serve", "--config", "hufu.json"], { ...where, env });
  await signInWith(killed.address, where.platform.issueCode({ user: "alice" }));
  await until(() => receiver.received.length === 1);
  killed.child.kill("SIGKILL");
  await killed.ended;

  const database = new DatabaseSync(join(where.folder, "hufu.db"), { timeout: 30_000 });
  t.after(() => database.close());
  const waiting = () =>
    database
      .prepare("select attempts, endpoint from hufu_webhooks")
      .all()
      .map((row) => ({ ...row }));
  assert.deepEqual(waiting(), [{ attempts: 1, endpoint: "orders" }]);
  configure([]);
  const running = await startHufu(["serve", "--config", "hufu.json"], { ...where, env });
  await until(() => running.written.out.includes('"kind":"webhooks_left_over"'));
  // As after the half minute for which the dead node's messages are its own.
  database.exec("update hufu_webhooks set due_at = 0");
  receiver.answer = answerJson({});
  configure([orders]);
  running.child.kill("SIGHUP");
  await until(() => waiting().length === 0);
  running.child.kill("SIGTERM");
  assert.equal((await running.ended).code, 0);
  const [first, second, ...more] = receiver.received;
  assert.ok(first !== undefined && second !== undefined && more.length === 0);
  assert.equal(second.headers["webhook-id"], first.headers["webhook-id"]);
  assert.deepEqual(verified(SECRET, second), verified(SECRET, first));
});

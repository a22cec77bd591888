import assert from "node:assert/strict";
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
  const database = new DatabaseSync(join(where.folder, "hufu.db"));
  const [row, ...more] = database.prepare("select attempts, fault, due_at from hufu_webhooks").all();
  database.close();
  assert.deepEqual(more, []);
  assert.deepEqual([row?.["attempts"], row?.["fault"]], [1, "this node stops"]);
  assert.ok(Number(row?.["due_at"]) <= Date.now(), "another node may send it at once");
});

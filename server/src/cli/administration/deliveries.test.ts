import assert from "node:assert/strict";
import { test } from "node:test";
import { freePort } from "../../core/free-port.fixture.ts";
import { until } from "../../core/until.fixture.ts";
import { answerJson, startReceiver, verified, webhookSecret } from "../../webhooks/receiver.fixture.ts";
import { serving, stack } from "../maintained-hufu.fixture.ts";

const SECRET = webhookSecret("orders");

test("dead letters are listed and retried beside a running server, and other ids are refused", async (t) => {
  const receiver = await startReceiver(t, answerJson({}, 410));
  const where = await stack(t, { webhooks: [{ id: "orders", url: receiver.url, secret: SECRET }] });
  const hufu = await serving(t, where);
  const code = where.platform.issueCode({ user: "alice" });
  await hufu.protocol.signIn({ clientId: "wx-demo", code });
  await until(async () => (await hufu.deliveries.list({ state: "dead" })).length === 1);

  const listed = await where.type("deliveries", "list", "--state", "dead", "--json");
  assert.equal(listed.code, 0, listed.err);
  const { items, next } = JSON.parse(listed.out);
  assert.equal(next, null);
  const [{ number, created, message_id: messageId, ...dead }, ...more] = items;
  assert.deepEqual(more, []);
  assert.deepEqual(dead, {
    endpoint: "orders",
    type: "user.signed_in",
    state: "dead",
    due: null,
    attempts: 1,
    fault: "answered 410",
  });
  assert.match(messageId, /^start_s_/);
  assert.ok(Math.abs(created - Date.now() / 1000) < 600);
  const table = await where.type("deliveries", "list", "--endpoint", "orders");
  assert.match(table.out, /^NUMBER +ENDPOINT .*\n\d+ +orders +user\.signed_in .* dead +1 +answered 410\n$/);
  assert.match((await where.type("deliveries", "list", "--endpoint", "stock")).out, /There is no such message/);

  receiver.answer = answerJson({});
  const retried = await where.type("deliveries", "retry", String(number), "--reason", "it is back");
  assert.equal(retried.out, "1 message will be sent again.\n", retried.err);
  await until(() => receiver.received.length === 2);
  assert.equal(verified(SECRET, receiver.received[1] ?? assert.fail())["type"], "user.signed_in");
  await until(async () => (await hufu.deliveries.counts()).length === 0);
  const again = await where.type("deliveries", "retry", "--endpoint", "orders");
  assert.equal(again.code, 1);
  assert.match(again.err, /none of these is a dead letter/);
  assert.equal((await where.type("deliveries", "retry")).code, 2);
  assert.equal((await where.type("deliveries", "retry", "-1")).code, 2);
});

test("check says whether the receivers of the configuration are reached", async (t) => {
  const receiver = await startReceiver(t, answerJson({}, 405));
  const elsewhere = await startReceiver(t, (response) => {
    response.writeHead(308, { location: "https://example.com/" }).end();
  });
  const gone = new URL(receiver.url);
  gone.port = String(await freePort());
  const where = await stack(t, {
    resolveUser: { url: gone.href, secret: SECRET },
    webhooks: [
      { id: "orders", url: `${receiver.url}?key=hidden`, secret: SECRET },
      { id: "moved", url: elsewhere.url, secret: SECRET },
    ],
  });
  const checked = await where.type("check", "--json");
  assert.equal(checked.code, 1);
  assert.doesNotMatch(checked.out, /hidden|whsec_/);
  const found = JSON.parse(checked.out).checks.filter(({ what }: { what: string }) => /webhook|resolveUser/.test(what));
  assert.deepEqual(
    found.map(({ what, level }: { what: string; level: string }) => [what, level]),
    [
      ["resolveUser", "error"],
      ["webhook orders", "ok"],
      ["webhook moved", "error"],
    ],
  );
  assert.ok(
    [...receiver.received, ...elsewhere.received].every(({ body }) => body === ""),
    "nothing was delivered",
  );
});

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import { Webhook, WebhookVerificationError } from "standardwebhooks";
import { webhookSecret } from "./receiver.fixture.ts";
import { createMessageSigner } from "./sign-message.ts";

const OLD = webhookSecret("old");
const NEW = webhookSecret("new");
const MESSAGE = { id: "start_s_1", body: '{"type":"user.signed_in","名":"é\\u0000"}' };

/** The specification by hand: HMAC-SHA256 over `id.timestamp.body`, with the decoded secret. */
function byHand(secret: string, id: string, timestamp: string, body: string): string {
  const key = Buffer.from(secret.slice("whsec_".length), "base64");
  return `v1,${createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64")}`;
}

test("the specification's own example is signed as it says", () => {
  const sign = createMessageSigner(["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]);
  const message = { id: "msg_p5jXN8AQM9LWM0D4loKWxJek", body: '{"test": 2432232314}' };
  assert.deepEqual(sign(message, 1_614_265_330_999), {
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": "1614265330",
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
  });
});

test("a signature with two secrets is one each, in their order, and the public library takes either", () => {
  const headers = createMessageSigner([NEW, OLD])(MESSAGE, Date.now());
  const timestamp = headers["webhook-timestamp"];
  const expected = [NEW, OLD].map((secret) => byHand(secret, MESSAGE.id, timestamp, MESSAGE.body));
  assert.equal(headers["webhook-signature"], expected.join(" "));
  for (const secret of [OLD, NEW]) {
    assert.deepEqual(new Webhook(secret).verify(MESSAGE.body, { ...headers }), JSON.parse(MESSAGE.body));
  }
  assert.throws(
    () => new Webhook(webhookSecret("other")).verify(MESSAGE.body, { ...headers }),
    WebhookVerificationError,
  );
});

test("a message is worth nothing under another id, time or body, and after five minutes", () => {
  const receiver = new Webhook(NEW);
  const sign = createMessageSigner([NEW]);
  const headers = { ...sign(MESSAGE, Date.now()) };
  const soon = String(Number(headers["webhook-timestamp"]) + 1);
  assert.throws(() => receiver.verify(MESSAGE.body, { ...headers, "webhook-id": "start_s_2" }), /signature/);
  assert.throws(() => receiver.verify(MESSAGE.body, { ...headers, "webhook-timestamp": soon }), /signature/);
  assert.throws(() => receiver.verify(`${MESSAGE.body} `, headers), /signature/);
  const old = { ...sign(MESSAGE, Date.now() - 301_000) };
  assert.throws(() => receiver.verify(MESSAGE.body, old), /too old/);
});

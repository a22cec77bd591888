import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import test from "node:test";
import { createSigningKey, type SigningKey } from "../../../server/src/token/keys/signing-key.ts";
import { ASKER, asApp, openStack, type SignedIn, secretNamed } from "../stack.fixture.ts";
import { guardSays, verdictOf } from "../verdict.ts";

const OLD = secretNamed("the old one");
const NEW = secretNamed("the new one");

/** Alice's token with this key's signature. */
function signedWith(key: SigningKey, { access }: SignedIn): string {
  const header = Buffer.from(JSON.stringify({ alg: "ES256", typ: "at+jwt", kid: key.kid })).toString("base64url");
  const input = `${header}.${access.split(".")[1]}`;
  return `${input}.${key.sign(input).toString("base64url")}`;
}

test("an attacker who can write a row into hufu_keys, but lacks the secret, forges no token", async (t) => {
  const stack = await openStack(t);
  const alice = await stack.signIn("alice");
  const key = createSigningKey("ES256");
  const database = new DatabaseSync(stack.file, { timeout: 30_000 });
  database
    .prepare(
      `insert into hufu_keys (kid, sequence, alg, public_jwk, sealed_private, created_at, signs_from)
       select ?, 99, alg, ?, sealed_private, created_at, signs_from from hufu_keys`,
    )
    .run(key.kid, JSON.stringify(key.publicJwk));
  database.close();
  const forged = signedWith(key, alice);
  await stack.pass(20_000);
  const restarted = await stack.node();
  for (const hufu of [stack.hufu, restarted]) {
    assert.notEqual(await guardSays(hufu, forged), "ok");
    assert.equal(await verdictOf(() => hufu.protocol.introspect(forged, ASKER)), "revocations_unknown");
    assert.ok(!JSON.stringify(hufu.protocol.jwks().keys).includes(key.kid));
    assert.equal(await guardSays(hufu, alice.access), "ok");
    assert.equal(await guardSays(hufu, (await stack.refresh(alice.refresh, {}, hufu)).access), "ok");
  }
});

test("while secrets change, a node that lacks the new one answers 503 for tokens of a key sealed with it, never 401", async (t) => {
  const stack = await openStack(t, { secret: [OLD] });
  const ahead = await stack.node({ secret: [NEW, OLD] });
  const alice = await stack.signIn("alice");
  await ahead.keys.rotate();
  await stack.pass(8 * 60_000);
  const fresh = await stack.refresh(alice.refresh, {}, ahead);
  assert.notEqual(kidOf(fresh.access), kidOf(alice.access));

  assert.equal(await guardSays(ahead, fresh.access), "ok");
  assert.equal(await guardSays(stack.hufu, fresh.access), "revocations_unknown");
  assert.equal(await verdictOf(() => stack.hufu.protocol.introspect(fresh.access, ASKER)), "revocations_unknown");
  assert.equal(
    await verdictOf(() => stack.hufu.protocol.revoke(fresh.access, asApp(fresh.claims.client_id))),
    "revocations_unknown",
  );
  assert.deepEqual(stack.hufu.protocol.jwks().unavailable_kids, [kidOf(fresh.access)]);

  const mended = await stack.reopen({ secret: [NEW, OLD] });
  assert.equal(await guardSays(mended, fresh.access), "ok");
});

function kidOf(token: string): unknown {
  return JSON.parse(Buffer.from(token.split(".")[0] ?? "", "base64url").toString("utf8")).kid;
}

import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { test } from "node:test";
import { HufuError } from "../core/errors/errors.ts";
import { createProofClient } from "../proof/proof-client.fixture.ts";
import { jwkThumbprint } from "../token/keys/jwk-thumbprint.ts";
import { readPublicJwk } from "../token/keys/public-jwk.ts";
import { createSigningKey } from "../token/keys/signing-key.ts";
import { createVerifier, type VerifierOptions } from "./create-verifier.ts";
import { AUDIENCE, createSetClock, ISSUER, sign, userClaims } from "./issuer.fixture.ts";
import { createIssuerServer } from "./issuer-server.fixture.ts";

const key = createSigningKey("ES256");

type Changes = Partial<Pick<VerifierOptions, "issuer" | "audience" | "leeway" | "cacheSize" | "log">>;

function createScene(changes: Changes = {}) {
  const server = createIssuerServer(ISSUER, key);
  const clock = createSetClock();
  const verifier = createVerifier<{ tenant: string }>({
    issuer: ISSUER,
    audience: AUDIENCE,
    fetch: server.fetch,
    clock,
    dangerouslyAcceptRevokedTokensUntilTheyExpire: true,
    ...changes,
  });
  return { server, clock, verifier };
}

test("a header is answered: the first time after fetching the keys, then at once", async () => {
  const { server, verifier } = createScene();
  const header = `Bearer ${sign(userClaims({ claims: { tenant: "t1" } }), key)}`;
  const auth = await verifier.check(header);
  assert.ok(auth.kind === "user" && auth.claims.tenant === "t1");
  assert.equal(verifier.check(header), auth);
  assert.equal(verifier.check(header.replace("Bearer", "bearer")), auth);
  assert.equal(server.requests.length, 2);
});

test("after ready(), even the first answer comes at once", async () => {
  const { verifier } = createScene();
  await verifier.ready();
  const auth = verifier.checkToken(sign(userClaims(), key));
  assert.ok(!(auth instanceof Promise));
  assert.ok(Object.isFrozen(verifier));
});

test("without the long option or a feed it is not made, and the refusal says why", () => {
  for (const value of [undefined, false, "true", 1]) {
    const options = { dangerouslyAcceptRevokedTokensUntilTheyExpire: value } as object as Changes;
    assert.throws(() => createScene(options), { name: "TypeError", message: /revoked tokens .* until they expire/ });
    const feed = { clientId: "orders-api", clientSecret: "s" };
    if (value !== undefined) {
      assert.throws(() => createScene({ ...options, feed } as object as Changes), { message: /not both/ });
    }
  }
});

test("with it, a line in the log says what was chosen", () => {
  const lines: string[] = [];
  const quiet = (): void => undefined;
  createScene({ log: { debug: quiet, info: quiet, error: quiet, warn: (_, message) => lines.push(message) } });
  assert.deepEqual(lines, ["this verifier accepts revoked tokens until they expire"]);
});

test("a misspelled option is named, and so is what is no options at all", () => {
  for (const [changes, message] of [
    [{ leewai: "5s" }, /options\.leewai: there is no such member/],
    [{ proofs: { publicURL: "https://api.example.com" } }, /^proofs\.publicURL: there is no such member/],
    [
      {
        feed: { clientId: "orders-api", clientSecret: "s", maxSilense: "5s" },
        dangerouslyAcceptRevokedTokensUntilTheyExpire: undefined,
      },
      /^feed\.maxSilense: there is no such member/,
    ],
  ] as const) {
    assert.throws(() => createScene(changes as object as Changes), { name: "TypeError", message });
  }
  for (const none of [undefined, null, "https://api.example.com"]) {
    assert.throws(() => createVerifier(none as never), { name: "TypeError", message: /options: expected an object/ });
  }
});

test("other options that make no sense are named", () => {
  for (const [changes, message] of [
    [{ issuer: "http://api.example.com" }, /^issuer/],
    [{ issuer: "https://api.example.com/" }, /^issuer/],
    [{ audience: "" }, /^audience/],
    [{ audience: [] }, /^audience/],
    [{ leeway: "2m" }, /^leeway/],
    [{ leeway: "0s" }, /^leeway/],
    [{ cacheSize: 0 }, /capacity/],
  ] as const satisfies readonly (readonly [Changes, RegExp])[]) {
    assert.throws(() => createScene(changes), { name: "TypeError", message });
  }
});

test("no header, a bad header and garbage are refused without asking the issuer", async () => {
  const { server, verifier } = createScene();
  assert.throws(() => verifier.check(undefined), { reason: "token_missing" });
  for (const header of ["", "Bearer", "Bearer x", "Basic YTpi", "Bearer a.b.c"]) {
    assert.throws(() => verifier.check(header), { reason: "token_malformed" });
  }
  assert.throws(() => verifier.checkToken(""), { reason: "token_malformed" });
  assert.equal(server.requests.length, 0);
});

test("a token counts five seconds longer by default", async () => {
  const { clock, verifier } = createScene();
  const token = sign(userClaims(), key);
  await verifier.checkToken(token);
  clock.advance(604_999);
  assert.ok(await verifier.checkToken(token));
  clock.advance(1);
  assert.throws(() => verifier.checkToken(token), { reason: "token_expired" });
});

test("while the issuer is down, tokens of known keys pass and others are 503", async () => {
  const { server, clock, verifier } = createScene();
  await verifier.ready();
  server.down = true;
  clock.advance(20_000);
  assert.ok(await verifier.checkToken(sign(userClaims(), key)));
  const unknown = sign(userClaims(), createSigningKey("ES256"));
  await assert.rejects(async () => verifier.checkToken(unknown), { reason: "revocations_unknown" });
});

test("tokens of a key that was taken out of the JWKS die in the cache as well", async () => {
  const { server, clock, verifier } = createScene();
  const next = createSigningKey("ES256");
  const token = sign(userClaims(), key);
  await verifier.checkToken(token);
  server.publish(next);
  clock.advance(10_000);
  assert.ok(await verifier.checkToken(sign(userClaims(), next)));
  await assert.rejects(async () => verifier.checkToken(token), { reason: "token_signature" });
});

test("a token that names roles only is refused for now, honestly, with 503", async () => {
  const { verifier } = createScene();
  const { permissions: _, ...claims } = userClaims();
  await assert.rejects(async () => verifier.checkToken(sign(claims, key)), { reason: "revocations_unknown" });
});

test("where a token brings its own key, or a place to fetch one from, no request is made", async () => {
  const { server, verifier } = createScene();
  const [, payload = "", signature = ""] = sign(userClaims(), key).split(".");
  for (const extra of [
    { jwk: key.publicJwk },
    { jku: "https://evil.example.com/keys" },
    { x5u: "https://evil.example.com/cert" },
    { x5c: ["AAAA"] },
  ]) {
    const header = Buffer.from(JSON.stringify({ alg: "ES256", typ: "at+jwt", kid: key.kid, ...extra })).toString(
      "base64url",
    );
    await assert.rejects(async () => verifier.checkToken(`${header}.${payload}.${signature}`), {
      reason: "token_malformed",
    });
  }
  assert.equal(server.requests.length, 0);
});

test("names of keys that look like something else are just unknown names", async () => {
  const { server, verifier } = createScene();
  await verifier.ready();
  server.requests.length = 0;
  const kids = ["../../etc/passwd", "' OR 1=1 --", "a\u0000b", "*)(uid=*", "__proto__", "constructor"];
  await Promise.all(
    kids.map(async (kid) => {
      const forged = sign(userClaims(), { ...createSigningKey("ES256"), kid });
      await assert.rejects(async () => verifier.checkToken(forged), { reason: "token_signature" }, kid);
    }),
  );
  assert.equal(server.requests.length, 1, "one request for all of them");
  const long = sign(userClaims(), { ...createSigningKey("ES256"), kid: "k".repeat(5000) });
  await assert.rejects(async () => verifier.checkToken(long), { reason: "token_malformed" });
});

test("a verifier elsewhere takes the digest of the body that it is given, and of no other", async () => {
  const { clock, verifier } = createScene();
  const client = createProofClient();
  const jkt = jwkThumbprint(readPublicJwk(client.jwk, "ES256"));
  const accessToken = sign(userClaims({ cnf: { jkt } }), key);
  const uri = "https://orders.example.com/payments";
  const body = Buffer.from('{"amount":5}');
  const check = (nonce: string | undefined, claims: Readonly<Record<string, unknown>>) =>
    verifier.check(`DPoP ${accessToken}`, () => ({
      ...{ method: "POST", target: "/payments", uri },
      proof: client.proof({ uri, accessToken, nonce, now: clock.now() }, { claims }),
      body: async () => body,
    }));
  const refusal = await Promise.resolve(check(undefined, {})).catch((error: unknown) => error);
  assert.ok(refusal instanceof HufuError && refusal.reason === "proof_nonce");
  const { nonce } = refusal;
  const digest = (bytes: string | Buffer): string => `sha-256=:${hash("sha256", bytes, "base64")}:`;
  assert.equal((await check(nonce, { content_digest: digest(body) })).jkt, jkt);
  for (const content_digest of [undefined, digest('{"amount":6}'), digest("")]) {
    await assert.rejects(async () => check(nonce, { content_digest }), { reason: "proof_invalid" });
  }
});

test("a closed verifier asks for nothing more", async () => {
  const { server, clock, verifier } = createScene();
  const token = sign(userClaims(), key);
  await verifier.checkToken(token);
  verifier.close();
  clock.advance(301_000);
  assert.ok(await verifier.checkToken(token));
  assert.ok(await verifier.checkToken(sign(userClaims(), key)));
  assert.equal(server.requests.length, 2);
});

import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { HufuError } from "../core/errors/errors.ts";
import { silentLogger } from "../core/log/log.ts";
import { systemRandom } from "../core/random.ts";
import { systemClock } from "../core/time/clock.ts";
import { openKeyRing } from "../session/signing-keys/key-ring.ts";
import type { SigningKeyStore } from "../store/keys.ts";
import { exportPrivate } from "../token/keys/signing-key.ts";
import { isTestingKid } from "../token/keys/testing-keys.ts";
import { createSealedBox } from "../token/sealing/sealed-box.ts";
import { createSecrets } from "../token/sealing/secrets.ts";
import { createVerifier } from "../verify/create-verifier.ts";
import type { Verifier } from "../verify/verifier.ts";
import { createTestHufu } from "./create-test-hufu.ts";
import { testingKey } from "./testing-key.ts";

const roles = { member: ["order:read:own", "order:create"], admin: ["order:read:all"] };

async function refusalOf(verifier: Verifier, authorization: string): Promise<readonly (string | undefined)[]> {
  try {
    await verifier.check(authorization);
  } catch (error) {
    assert.ok(error instanceof HufuError);
    return [error.reason, error.why];
  }
  return [];
}

test("a signed-in user passes, with roles, permissions, ids and claims", async () => {
  const { verifier, signedIn } = createTestHufu<{ tier: string }>({ roles });
  const user = { roles: ["member"], permissions: ["report:read"], uid: "42", openid: "o1", claims: { tier: "gold" } };
  const { authorization, accessToken, sub, sid } = signedIn(user);
  assert.equal(authorization, `Bearer ${accessToken}`);
  const auth = await verifier.check(authorization);
  assert.deepEqual([auth.kind, auth.sub, auth.sid, auth.uid, auth.openid], ["user", sub, sid, "42", "o1"]);
  assert.ok(auth.can("order:read", { owner: "42" }) && auth.can("report:read") && !auth.can("order:read"));
  assert.equal(auth.claims.tier, "gold");
  assert.equal((await verifier.checkToken(accessToken)).sub, sub);
});

test("two users are two; one can come back", () => {
  const { signedIn } = createTestHufu();
  const [one, two] = [signedIn(), signedIn()];
  assert.ok(one.sub !== two.sub && one.sid !== two.sid);
  const again = signedIn({ sub: one.sub });
  assert.ok(again.sub === one.sub && again.sid !== one.sid);
});

test("an expired, a stale and a kicked user are refused, each for its reason; no other user is", async () => {
  const { verifier, signedIn, expired, stale, kicked } = createTestHufu({ roles });
  const fine = signedIn({ roles: ["member"] });
  assert.deepEqual(await refusalOf(verifier, expired({ roles: ["member"] }).authorization), [
    "token_expired",
    undefined,
  ]);
  assert.equal((await refusalOf(verifier, stale().authorization))[0], "token_stale");
  assert.deepEqual(await refusalOf(verifier, kicked().authorization), ["token_revoked", "kicked"]);
  assert.deepEqual(await refusalOf(verifier, fine.authorization), []);
});

test("a back end has its own permissions and no session", async () => {
  const { verifier, client } = createTestHufu();
  const auth = await verifier.check(
    client({ id: "orders-api", permissions: ["hufu.tokens:introspect"] }).authorization,
  );
  assert.deepEqual([auth.kind, auth.sub, auth.sid], ["client", "client:orders-api", undefined]);
  assert.ok(auth.can("hufu.tokens:introspect"));
  assert.equal((await verifier.check(client().authorization)).permissions.length, 0);
});

test("issuer and audience are those that were asked for, and another test's tokens with others do not pass", async () => {
  const issuer = "https://api.example.com/auth";
  const ours = createTestHufu({ issuer, audience: "https://orders.example.com" });
  const claims = JSON.parse(Buffer.from(ours.signedIn().accessToken.split(".")[1] ?? "", "base64url").toString());
  assert.deepEqual([claims.iss, claims.aud], [issuer, "https://orders.example.com"]);
  assert.deepEqual(await refusalOf(createTestHufu().verifier, ours.signedIn().authorization), [
    "token_issuer",
    undefined,
  ]);
});

test("a slip in a test is told, not passed over", () => {
  const { signedIn, client } = createTestHufu({ roles });
  assert.throws(() => signedIn({ roles: ["membre"] }), /no role "membre"/);
  assert.throws(() => signedIn({ permissions: ["order"] }), TypeError);
  assert.throws(() => client({ permissions: ["order"] }), TypeError);
  assert.throws(() => createTestHufu({ roles: { member: ["order"] } }), TypeError);
  const slips: readonly (readonly [() => unknown, RegExp])[] = [
    [() => createTestHufu({ rolse: {} } as object), /options\.rolse: there is no such member/],
    [() => createTestHufu({ roles: { member: "order:read" } } as object), /^roles\.member: expected a list of texts/],
    [() => signedIn({ role: ["member"] } as object), /^user\.role: there is no such member/],
    [() => signedIn({ roles: "member" } as object), /^user\.roles: expected a list of texts, got the string "member"/],
    [() => signedIn({ permissions: "order:read" } as object), /^user\.permissions: expected a list of texts/],
    [() => signedIn({ uid: 42 } as object), /^user\.uid: expected text, got the number 42/],
    [() => client({ permission: [] } as object), /^client\.permission: there is no such member/],
  ];
  for (const [slip, message] of slips) assert.throws(slip, { name: "TypeError", message });
  // Without definitions roles are only names.
  assert.ok(createTestHufu().signedIn({ roles: ["anything"] }));
});

test("the key is the well-known one", () => {
  assert.ok(isTestingKid(testingKey().kid));
});

test("a verifier of a remote issuer refuses the key under any kid", async () => {
  const issuer = "https://hufu.test";
  for (const kid of [testingKey().kid, "another-name"]) {
    const fetch = async (url: string | URL | Request): Promise<Response> =>
      Response.json(
        String(url).includes("oauth-authorization-server")
          ? { issuer, jwks_uri: `${issuer}/.well-known/jwks.json` }
          : { keys: [{ ...testingKey().publicJwk, kid }] },
      );
    const verifier = createVerifier({
      issuer,
      audience: issuer,
      dangerouslyAcceptRevokedTokensUntilTheyExpire: true,
      fetch,
    });
    const { authorization } = createTestHufu({ issuer }).signedIn();
    const [reason] = await refusalOf(verifier, authorization);
    assert.ok(reason === "token_signature" || reason === "revocations_unknown", String(reason));
    verifier.close();
  }
});

test("a server refuses to start on a database that holds the key", async () => {
  const key = testingKey();
  const now = Date.now();
  const box = createSealedBox(createSecrets(["Vb4T1mZk9qLr7Xw2Jc8Ne5Hy3Ug6Pd0S"]), systemRandom);
  const stored = {
    kid: key.kid,
    sequence: 1,
    alg: key.alg,
    publicJwk: JSON.stringify(key.publicJwk),
    sealedPrivate: box.seal(exportPrivate(key), `signing_key:${key.kid}`),
    createdAt: now,
    signsFrom: now,
    publishedUntil: null,
    revokedAt: null,
  };
  const store: SigningKeyStore = {
    list: async () => ({ keys: [stored], now }),
    add: async () => false,
    revoke: async () => [],
    reseal: async () => false,
  };
  const options = { store, box, clock: systemClock, log: silentLogger, algorithm: "ES256" as const };
  await assert.rejects(
    openKeyRing({ ...options, longestAccessMs: 600_000, announce: () => undefined }),
    /a key of hufu\/testing/,
  );
});

test("nothing in the product imports it", () => {
  const folder = new URL("..", import.meta.url).pathname;
  const product = globSync("**/*.ts", { cwd: folder }).filter(
    (file) => !file.startsWith("testing/") && !file.endsWith(".test.ts"),
  );
  assert.ok(product.length > 50);
  for (const file of product) {
    assert.doesNotMatch(readFileSync(`${folder}${file}`, "utf8"), /from "(?:\.\.?\/)+testing\//, file);
  }
});

test("in production nothing is signed with a key that everybody has", (t) => {
  const before = process.env["NODE_ENV"];
  t.after(() => {
    if (before === undefined) delete process.env["NODE_ENV"];
    else process.env["NODE_ENV"] = before;
  });
  process.env["NODE_ENV"] = "production";
  assert.throws(() => createTestHufu(), /NODE_ENV is production/);
});

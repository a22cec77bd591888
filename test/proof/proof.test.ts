import assert from "node:assert/strict";
import test, { type TestContext } from "node:test";
import express from "express";
import { createGuard } from "hufu/express";
import { createHttp } from "hufu/http";
import { createProofClient, type Members, type ProofClient } from "../../server/src/proof/proof-client.fixture.ts";
import { createMemoryHotStore } from "../../server/src/store/hot/memory.ts";
import { BAKERY, freshAttempt, ISSUER, openStack, type Stack } from "../stack/stack.fixture.ts";

const TOKEN = `${ISSUER}/oauth/token`;
const ME = `${ISSUER}/me`;

interface Bound {
  readonly stack: Stack;
  readonly client: ProofClient;
  readonly access: string;
  readonly refresh: string;
  post(fields: Readonly<Record<string, string>>, proof: string | undefined): Promise<Response>;
  me(headers: Readonly<Record<string, string>>): Promise<Response>;
  tokenNonce(): Promise<string>;
  guardNonce(): Promise<string>;
}

async function openBound(t: TestContext, client = createProofClient()): Promise<Bound> {
  const stack = await openStack(t);
  const { fetch } = createHttp(stack.hufu);
  const post: Bound["post"] = async (fields, proof) =>
    fetch(
      new Request(TOKEN, {
        method: "POST",
        body: new URLSearchParams({ client_id: BAKERY, ...fields }),
        headers: proof === undefined ? {} : { dpop: proof },
      }),
    );
  const me: Bound["me"] = async (headers) => fetch(new Request(ME, { headers }));
  const tokenNonce = async (): Promise<string> => {
    const answer = await post({ grant_type: "refresh_token", refresh_token: "x" }, client.proof({ uri: TOKEN }));
    assert.deepEqual([answer.status, await reasonOf(answer)], [400, "proof_nonce"]);
    return answer.headers.get("dpop-nonce") ?? assert.fail("no nonce");
  };
  const signedIn = await post(signInFields(stack), client.proof({ uri: TOKEN, nonce: await tokenNonce() }));
  const body = (await signedIn.json()) as Record<string, string>;
  assert.deepEqual([signedIn.status, body["token_type"]], [200, "DPoP"]);
  const access = body["access_token"] ?? "";
  const guardNonce = async (): Promise<string> => {
    const proof = client.proof({ method: "GET", uri: ME, accessToken: access });
    const answer = await me({ authorization: `DPoP ${access}`, dpop: proof });
    assert.deepEqual([answer.status, await reasonOf(answer)], [401, "proof_nonce"]);
    assert.match(
      answer.headers.get("www-authenticate") ?? "",
      /^DPoP .*error="use_dpop_nonce".*algs="ES256 EdDSA Ed25519"/,
    );
    return answer.headers.get("dpop-nonce") ?? assert.fail("no nonce");
  };
  return { stack, client, access, refresh: body["refresh_token"] ?? "", post, me, tokenNonce, guardNonce };
}

function signInFields(stack: Stack, user = "alice"): Record<string, string> {
  return {
    grant_type: "urn:hufu:grant-type:login-code",
    code: stack.wechat.issueCode({ user }),
    attempt_id: freshAttempt(),
  };
}

async function reasonOf(response: Response): Promise<string> {
  return String(((await response.json()) as { reason?: string }).reason);
}

for (const kind of ["ES256", "EdDSA", "Ed25519"] as const) {
  test(`a session is bound at sign-in by an ${kind} proof, refreshes with its token and opens guards`, async (t) => {
    const { client, access, refresh, post, me, tokenNonce, guardNonce } = await openBound(t, createProofClient(kind));
    const nonce = await guardNonce();
    const proof = client.proof({ method: "GET", uri: ME, accessToken: access, nonce });
    assert.equal((await me({ authorization: `DPoP ${access}`, dpop: proof })).status, 200);
    const again = await post(
      { grant_type: "refresh_token", refresh_token: refresh },
      client.proof({ uri: TOKEN, nonce: await tokenNonce() }),
    );
    const body = (await again.json()) as Record<string, string>;
    assert.deepEqual([again.status, body["token_type"], body["refresh_token"]], [200, "DPoP", refresh]);
  });
}

test("a bound token is never accepted as Bearer, nor an unbound one as DPoP", async (t) => {
  const { stack, client, access, me, guardNonce } = await openBound(t);
  const asBearer = await me({ authorization: `Bearer ${access}` });
  assert.deepEqual([asBearer.status, await reasonOf(asBearer)], [401, "proof_missing"]);
  const nonce = await guardNonce();
  // Known to the guard by now, and still refused as Bearer.
  const proof = client.proof({ method: "GET", uri: ME, accessToken: access, nonce });
  assert.equal((await me({ authorization: `DPoP ${access}`, dpop: proof })).status, 200);
  assert.equal((await me({ authorization: `Bearer ${access}` })).status, 401);
  const unbound = await stack.signIn("bob");
  const other = client.proof({ method: "GET", uri: ME, accessToken: unbound.access, nonce });
  const asDpop = await me({ authorization: `DPoP ${unbound.access}`, dpop: other });
  assert.deepEqual([asDpop.status, await reasonOf(asDpop)], [401, "token_malformed"]);
});

test("a refresh of a bound session needs a proof of its key; an unbound one takes none", async (t) => {
  const { stack, client, refresh, post, tokenNonce } = await openBound(t);
  const fields = { grant_type: "refresh_token", refresh_token: refresh };
  const without = await post(fields, undefined);
  assert.deepEqual([without.status, await reasonOf(without)], [400, "proof_missing"]);
  const stranger = createProofClient();
  const wrong = await post(fields, stranger.proof({ uri: TOKEN, nonce: await tokenNonce() }));
  assert.deepEqual([wrong.status, await reasonOf(wrong)], [400, "proof_invalid"]);
  const unbound = await stack.signIn("bob");
  const late = await post(
    { grant_type: "refresh_token", refresh_token: unbound.refresh },
    client.proof({ uri: TOKEN, nonce: await tokenNonce() }),
  );
  assert.deepEqual([late.status, await reasonOf(late)], [400, "proof_unexpected"]);
  // Nothing of this ended the session.
  assert.equal((await post(fields, client.proof({ uri: TOKEN, nonce: await tokenNonce() }))).status, 200);
});

test("a code that comes again with another key, or with none, is used and ends the session", async (t) => {
  for (const second of ["another key", "no key"] as const) {
    const { stack, client, post, tokenNonce } = await openBound(t);
    const fields = signInFields(stack, "carol");
    const nonce = await tokenNonce();
    const first = await post(fields, client.proof({ uri: TOKEN, nonce }));
    const { refresh_token: refresh } = (await first.json()) as { refresh_token: string };
    const again = await post(fields, client.proof({ uri: TOKEN, nonce }));
    assert.equal(((await again.json()) as { refresh_token: string }).refresh_token, refresh);
    const proof = second === "no key" ? undefined : createProofClient().proof({ uri: TOKEN, nonce });
    assert.equal(await reasonOf(await post(fields, proof)), "login_code_used");
    const after = await post(
      { grant_type: "refresh_token", refresh_token: refresh },
      client.proof({ uri: TOKEN, nonce }),
    );
    assert.equal(await reasonOf(after), "refresh_token_reused");
  }
});

test("an app that requires proofs refuses a sign-in without one", async (t) => {
  const stack = await openStack(t);
  const node = await stack.node({
    apps: [{ appId: BAKERY, appSecret: `${"0".repeat(31)}1`, endpoint: stack.url, requireProof: true }],
  });
  const { fetch } = createHttp(node);
  const body = new URLSearchParams({ client_id: BAKERY, ...signInFields(stack) });
  const answer = await fetch(new Request(TOKEN, { method: "POST", body }));
  assert.deepEqual([answer.status, await reasonOf(answer)], [400, "proof_missing"]);
});

/** RFC 9449 §4.3 and docs/reference/threats.md §4: each is refused at the token endpoint and at a guard. */
const WRONG: readonly (readonly [name: string, changes: { readonly header?: Members; readonly claims?: Members }])[] = [
  ["no typ", { header: { typ: undefined } }],
  ["another typ", { header: { typ: "JWT" } }],
  ["no alg", { header: { alg: undefined } }],
  ["alg none", { header: { alg: "none" } }],
  ["RS256", { header: { alg: "RS256" } }],
  ["HS256", { header: { alg: "HS256" } }],
  ["another algorithm than the key's", { header: { alg: "EdDSA" } }],
  ["no jwk", { header: { jwk: undefined } }],
  ["a symmetric jwk", { header: { jwk: { kty: "oct", k: "AAAA" } } }],
  ["a jku", { header: { jku: "https://attacker.example/keys" } }],
  ["crit", { header: { crit: ["x"] } }],
  ["no jti", { claims: { jti: undefined } }],
  ["an empty jti", { claims: { jti: "" } }],
  ["a jti of 300 characters", { claims: { jti: "j".repeat(300) } }],
  ["a number as jti", { claims: { jti: 7 } }],
  ["no htm", { claims: { htm: undefined } }],
  ["htm in lower case", { claims: { htm: "post" } }],
  ["another htm", { claims: { htm: "PUT" } }],
  ["no htu", { claims: { htu: undefined } }],
  ["another host in htu", { claims: { htu: "https://attacker.example/auth/oauth/token" } }],
  ["another path in htu", { claims: { htu: `${ISSUER}/oauth/revoke` } }],
  ["another port in htu", { claims: { htu: TOKEN.replace("/auth", ":8443/auth") } }],
  ["user information in htu", { claims: { htu: TOKEN.replace("https://", "https://user@") } }],
  ["a relative htu", { claims: { htu: "/auth/oauth/token" } }],
  ["no iat", { claims: { iat: undefined } }],
  ["iat as text", { claims: { iat: "1700000000" } }],
  ["iat as a fraction", { claims: { iat: 1.5 } }],
  ["an exp that has passed", { claims: { exp: 1 } }],
  ["an nbf that has not come", { claims: { nbf: 9_999_999_999 } }],
];

for (const [name, changes] of WRONG) {
  test(`a proof with ${name} is proof_invalid, and nothing changes`, async (t) => {
    const { stack, client, refresh, post, tokenNonce } = await openBound(t);
    const nonce = await tokenNonce();
    const before = JSON.stringify(stack.dump()["hufu_sessions"]);
    const proof = client.proof({ uri: TOKEN, nonce, now: stack.clock.now() }, changes);
    const answer = await post({ grant_type: "refresh_token", refresh_token: refresh }, proof);
    assert.deepEqual([answer.status, await reasonOf(answer)], [400, "proof_invalid"]);
    assert.equal(JSON.stringify(stack.dump()["hufu_sessions"]), before);
  });
}

test("broken texts, two headers and a private key are proof_invalid", async (t) => {
  const { client, refresh, post, tokenNonce } = await openBound(t);
  const nonce = await tokenNonce();
  const good = client.proof({ uri: TOKEN, nonce });
  const [head = "", body = "", signature = ""] = good.split(".");
  const withPrivate = client.proof({ uri: TOKEN, nonce }, { header: { jwk: client.key.export({ format: "jwk" }) } });
  const texts = [
    "x",
    "a.b.c",
    `${head}.${body}`,
    `${good}=`,
    `${head}.${body}.${signature.slice(0, -4)}AAAA`,
    `${good}, ${client.proof({ uri: TOKEN, nonce })}`,
    withPrivate,
    "A".repeat(5000),
  ];
  for (const text of texts) {
    const answer = await post({ grant_type: "refresh_token", refresh_token: refresh }, text);
    assert.deepEqual([answer.status, await reasonOf(answer)], [400, "proof_invalid"], text.slice(0, 40));
  }
});

test("a proof is accepted once, by whichever endpoint sees it first", async (t) => {
  const { client, access, refresh, post, me, tokenNonce, guardNonce } = await openBound(t);
  const fields = { grant_type: "refresh_token", refresh_token: refresh };
  const proof = client.proof({ uri: TOKEN, nonce: await tokenNonce() });
  const answers = await Promise.all(Array.from({ length: 20 }, () => post(fields, proof)));
  assert.equal(answers.filter(({ status }) => status === 200).length, 1);
  for (const answer of answers.filter(({ status }) => status !== 200)) {
    assert.equal(await reasonOf(answer), "proof_replayed");
  }
  const page = client.proof({ method: "GET", uri: ME, accessToken: access, nonce: await guardNonce() });
  const headers = { authorization: `DPoP ${access}`, dpop: page };
  assert.deepEqual([(await me(headers)).status, await reasonOf(await me(headers))], [200, "proof_replayed"]);
});

test("two nodes on one store accept a proof once", async (t) => {
  const { stack, client, refresh, tokenNonce } = await openBound(t);
  const nodes = [stack.hufu, await stack.node()].map((hufu) => createHttp(hufu).fetch);
  const proof = client.proof({ uri: TOKEN, nonce: await tokenNonce() });
  const body = new URLSearchParams({ client_id: BAKERY, grant_type: "refresh_token", refresh_token: refresh });
  const answers = await Promise.all(
    nodes.map(async (fetch) => fetch(new Request(TOKEN, { method: "POST", body, headers: { dpop: proof } }))),
  );
  assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 400]);
});

test("without the store of used proofs a proof is neither accepted nor called wrong: 503 (row 51)", async (t) => {
  const { stack, client, access, refresh, tokenNonce, guardNonce } = await openBound(t);
  const away = async (): Promise<never> => {
    throw new Error("the store of used proofs is away");
  };
  const hot = { ...createMemoryHotStore({ clock: stack.clock }), openWindow: away, claimIn: away };
  const { fetch } = createHttp(await stack.node({ hot }));
  const before = stack.dump();
  const proof = client.proof({ method: "GET", uri: ME, accessToken: access, nonce: await guardNonce() });
  const guarded = await fetch(new Request(ME, { headers: { authorization: `DPoP ${access}`, dpop: proof } }));
  assert.deepEqual([guarded.status, await reasonOf(guarded)], [503, "store_unavailable"]);
  const body = new URLSearchParams({ client_id: BAKERY, grant_type: "refresh_token", refresh_token: refresh });
  const dpop = client.proof({ uri: TOKEN, nonce: await tokenNonce() });
  const refreshed = await fetch(new Request(TOKEN, { method: "POST", body, headers: { dpop } }));
  assert.deepEqual([refreshed.status, await reasonOf(refreshed)], [503, "store_unavailable"]);
  assert.deepEqual(stack.dump()["hufu_sessions"], before["hufu_sessions"]);
});

test("nonces of the token endpoint and of guards are not interchangeable, expire, and a made-up one is refused", async (t) => {
  const { stack, client, refresh, post, tokenNonce, guardNonce } = await openBound(t);
  const fields = { grant_type: "refresh_token", refresh_token: refresh };
  const old = await tokenNonce();
  for (const nonce of [await guardNonce(), "made-up", "A".repeat(40), undefined]) {
    const answer = await post(fields, client.proof({ uri: TOKEN, nonce }));
    assert.deepEqual([answer.status, await reasonOf(answer)], [400, "proof_nonce"]);
    assert.match(answer.headers.get("dpop-nonce") ?? "", /^[A-Za-z0-9_-]{40}$/);
    assert.match(answer.headers.get("access-control-expose-headers") ?? "", /DPoP-Nonce/);
    assert.equal(answer.headers.get("cache-control"), "no-store");
  }
  assert.equal((await post(fields, client.proof({ uri: TOKEN, nonce: old }))).status, 200);
  await stack.pass(4 * 60_000);
  assert.equal(await reasonOf(await post(fields, client.proof({ uri: TOKEN, nonce: old }))), "proof_nonce");
});

test("an answer to an ageing nonce brings the next one", async (t) => {
  const { stack, client, refresh, post, tokenNonce } = await openBound(t);
  const fields = { grant_type: "refresh_token", refresh_token: refresh };
  const nonce = await tokenNonce();
  await stack.pass(61_000);
  const answer = await post(fields, client.proof({ uri: TOKEN, nonce }));
  assert.equal(answer.status, 200);
  const next = answer.headers.get("dpop-nonce") ?? assert.fail("no nonce");
  assert.notEqual(next, nonce);
  assert.equal((await post(fields, client.proof({ uri: TOKEN, nonce: next }))).status, 200);
});

test("a phone clock that is a day off does no harm", async (t) => {
  const { stack, client, refresh, post, tokenNonce } = await openBound(t);
  const nonce = await tokenNonce();
  for (const off of [-86_400_000, 86_400_000, 10_000, -10_000]) {
    const proof = client.proof({ uri: TOKEN, nonce, now: stack.clock.now() + off });
    assert.equal((await post({ grant_type: "refresh_token", refresh_token: refresh }, proof)).status, 200);
  }
});

test("htu is compared after normalisation, without query and fragment", async (t) => {
  const { client, refresh, post, tokenNonce } = await openBound(t);
  const nonce = await tokenNonce();
  const same = [
    `${TOKEN}?a=b#c`,
    TOKEN.replace("https://", "HTTPS://"),
    TOKEN.replace("stack.example", "STACK.example:443"),
    TOKEN.replace("/oauth", "/x/../oauth"),
    TOKEN.replace("/oauth", "/%6Fauth"),
  ];
  for (const uri of same) {
    const answer = await post({ grant_type: "refresh_token", refresh_token: refresh }, client.proof({ uri, nonce }));
    assert.equal(answer.status, 200, uri);
  }
});

test("a guard wants the hash of this very token, and the key of its session", async (t) => {
  const { client, access, me, guardNonce } = await openBound(t);
  const nonce = await guardNonce();
  const request = { method: "GET", uri: ME, nonce };
  const proofs = [
    client.proof(request),
    client.proof({ ...request, accessToken: `${access}x` }),
    createProofClient().proof({ ...request, accessToken: access }),
    client.proof({ ...request, uri: `${ISSUER}/me/sessions`, accessToken: access }),
  ];
  for (const dpop of proofs) {
    const answer = await me({ authorization: `DPoP ${access}`, dpop });
    assert.deepEqual([answer.status, await reasonOf(answer)], [401, "proof_invalid"]);
  }
  const without = await me({ authorization: `DPoP ${access}` });
  assert.deepEqual([without.status, await reasonOf(without)], [401, "proof_missing"]);
});

test("a session that ended opens no guard, with the best of proofs", async (t) => {
  const { stack, client, access, me, guardNonce } = await openBound(t);
  const nonce = await guardNonce();
  const [session] = stack.dump()["hufu_sessions"] ?? [];
  await stack.hufu.sessions.kick(String(session?.["id"]));
  const dpop = client.proof({ method: "GET", uri: ME, accessToken: access, nonce });
  const answer = await me({ authorization: `DPoP ${access}`, dpop });
  assert.deepEqual([answer.status, await reasonOf(answer)], [401, "token_revoked"]);
});

test("introspection names the key and the scheme, and the metadata the algorithms", async (t) => {
  const { stack, access } = await openBound(t);
  const asker = { id: "asker", permissions: ["hufu.tokens:introspect"], name: "asker" };
  const found = await stack.hufu.protocol.introspect(access, asker);
  assert.equal(found.active && found["token_type"], "DPoP");
  assert.match(String(found.active && (found["cnf"] as { jkt: string }).jkt), /^[A-Za-z0-9_-]{43}$/);
  const { fetch } = createHttp(stack.hufu);
  const metadata = await fetch(new Request(`${ISSUER}/.well-known/oauth-authorization-server`));
  const { dpop_signing_alg_values_supported: algorithms } = (await metadata.json()) as Record<string, unknown>;
  assert.deepEqual(algorithms, ["ES256", "EdDSA", "Ed25519"]);
});

test("a back end asks for its token without a proof", async (t) => {
  const { client, post, tokenNonce } = await openBound(t);
  const answer = await post(
    { grant_type: "client_credentials" },
    client.proof({ uri: TOKEN, nonce: await tokenNonce() }),
  );
  assert.equal(answer.status, 400);
});

test("an Express route that demands a proof refuses unbound sessions, and bound ones name the public address", async (t) => {
  const { stack, client, access } = await openBound(t);
  const guard = createGuard(stack.hufu);
  const app = express();
  app.use(
    "/shop",
    express
      .Router()
      .get("/pay", guard("order:create", { proof: true }), (_request, response) => void response.json({ paid: true })),
  );
  app.use(guard.refusals);
  const server = app.listen(0, "127.0.0.1");
  t.after(() => server.close());
  await new Promise((resolve) => server.once("listening", resolve));
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}/shop/pay?x=1`;
  const { access: unbound } = await stack.signIn("bob");
  const plain = await fetch(url, { headers: { authorization: `Bearer ${unbound}` } });
  assert.deepEqual([plain.status, await reasonOf(plain)], [401, "proof_missing"]);
  const uri = `${new URL(ISSUER).origin}/shop/pay`;
  const ask = (nonce: string | undefined): Promise<Response> =>
    fetch(url, {
      headers: {
        authorization: `DPoP ${access}`,
        dpop: client.proof({ method: "GET", uri, accessToken: access, nonce }),
      },
    });
  const challenged = await ask(undefined);
  assert.equal(await reasonOf(challenged), "proof_nonce");
  const paid = await ask(challenged.headers.get("dpop-nonce") ?? undefined);
  assert.deepEqual([paid.status, await paid.json()], [200, { paid: true }]);
});

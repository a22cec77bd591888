import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, test } from "node:test";
import * as dpop from "dpop";
import express from "express";
import { auth as auth0 } from "express-oauth2-jwt-bearer";
import * as oauth from "oauth4webapi";
import { createProofClient, type ProofClient } from "../../../server/src/proof/proof-client.fixture.ts";
import { APP_ID, type ServedHufu, serveHufu } from "../served.fixture.ts";

const LOGIN_CODE = "urn:hufu:grant-type:login-code";
/** The test talks to its own machine. */
const PLAIN = { [oauth.allowInsecureRequests]: true };
const CLIENT: oauth.Client = { client_id: APP_ID };

let served: ServedHufu;
let server: oauth.AuthorizationServer;
before(async () => {
  served = await serveHufu();
  const issuer = new URL(served.issuer);
  const answer = await oauth.discoveryRequest(issuer, { algorithm: "oauth2", ...PLAIN });
  server = await oauth.processDiscoveryResponse(issuer, answer);
});
after(() => served.close());

/** As these libraries ask it: once more, if the server wants its nonce in the proof. */
async function withNonce<Result>(
  ask: () => Promise<Result>,
): Promise<{ readonly result: Result; readonly retried: boolean }> {
  try {
    return { result: await ask(), retried: false };
  } catch (error) {
    assert.ok(oauth.isDPoPNonceError(error), String(error));
    return { result: await ask(), retried: true };
  }
}

for (const algorithm of ["ES256", "Ed25519"] as const) {
  describe(`oauth4webapi with ${algorithm} proofs`, () => {
    test("signs in, refreshes and asks a guarded route, each with a retry for the first nonce", async () => {
      const DPoP = oauth.DPoP(CLIENT, await oauth.generateKeyPair(algorithm));
      const options = { ...PLAIN, DPoP };
      const code = served.wechat.issueCode({ user: `alice ${algorithm}` });
      const signedIn = await withNonce(async () => {
        const answer = await oauth.genericTokenEndpointRequest(
          server,
          CLIENT,
          oauth.None(),
          LOGIN_CODE,
          { code },
          options,
        );
        return oauth.processGenericTokenEndpointResponse(server, CLIENT, answer);
      });
      // The proof without a nonce cost no login code.
      assert.equal(signedIn.retried, true);
      const { token_type, refresh_token = "" } = signedIn.result;
      assert.equal(token_type, "dpop");

      const refreshed = await withNonce(async () => {
        const answer = await oauth.refreshTokenGrantRequest(server, CLIENT, oauth.None(), refresh_token, options);
        return oauth.processRefreshTokenResponse(server, CLIENT, answer);
      });
      assert.deepEqual([refreshed.retried, refreshed.result.token_type], [false, "dpop"]);
      // A bound session keeps its refresh token.
      assert.equal(refreshed.result.refresh_token, refresh_token);

      const url = new URL(`${served.issuer}/me`);
      const headers = new Headers();
      const { access_token } = refreshed.result;
      const me = await withNonce(() =>
        oauth.protectedResourceRequest(access_token, "GET", url, headers, null, options),
      );
      // Nonces of guards are others than those of the token endpoint.
      assert.deepEqual([me.retried, me.result.status], [true, 200]);
      const again = await withNonce(() =>
        oauth.protectedResourceRequest(access_token, "GET", url, headers, null, options),
      );
      assert.deepEqual([again.retried, again.result.status], [false, 200]);
    });
  });

  describe(`dpop with ${algorithm} proofs`, () => {
    test("signs in, refreshes and asks a guarded route with the nonces of the answers", async () => {
      const keys = await dpop.generateKeyPair(algorithm);
      const tokenUri = `${served.issuer}/oauth/token`;
      const post = async (fields: Record<string, string>, nonce?: string): Promise<Response> =>
        fetch(tokenUri, {
          method: "POST",
          body: new URLSearchParams({ client_id: APP_ID, ...fields }),
          headers: { dpop: await dpop.generateProof(keys, tokenUri, "POST", nonce) },
        });
      const code = served.wechat.issueCode({ user: `bob ${algorithm}` });
      const refused = await post({ grant_type: LOGIN_CODE, code });
      assert.equal(refused.status, 400);
      const nonce = refused.headers.get("dpop-nonce") ?? "";
      const signedIn = await post({ grant_type: LOGIN_CODE, code }, nonce);
      const tokens = (await signedIn.json()) as Record<string, string>;
      assert.deepEqual([signedIn.status, tokens["token_type"]], [200, "DPoP"]);
      const refresh = { grant_type: "refresh_token", refresh_token: tokens["refresh_token"] ?? "" };
      const refreshed = await post(refresh, nonce);
      const { access_token = "" } = (await refreshed.json()) as Record<string, string>;

      const ask = async (guardNonce?: string): Promise<Response> => {
        const proof = await dpop.generateProof(keys, `${served.issuer}/me`, "GET", guardNonce, access_token);
        return fetch(`${served.issuer}/me`, { headers: { authorization: `DPoP ${access_token}`, dpop: proof } });
      };
      const first = await ask();
      assert.equal(first.status, 401);
      assert.equal((await ask(first.headers.get("dpop-nonce") ?? "")).status, 200);
    });
  });
}

describe("resource servers that none of us wrote", () => {
  const ORDERS = "https://api.example.com/orders";
  let owner: ProofClient;
  let access: string;
  let plain: string;

  before(async () => {
    owner = createProofClient();
    const uri = `${served.issuer}/oauth/token`;
    const signIn = async (proof?: string): Promise<Response> =>
      fetch(uri, {
        method: "POST",
        body: new URLSearchParams({
          grant_type: LOGIN_CODE,
          client_id: APP_ID,
          code: served.wechat.issueCode({ user: "carol" }),
        }),
        headers: proof === undefined ? {} : { dpop: proof },
      });
    const nonce = (await signIn(owner.proof({ uri }))).headers.get("dpop-nonce") ?? "";
    const tokenIn = async (answer: Response): Promise<string> =>
      ((await answer.json()) as { access_token: string }).access_token;
    access = await tokenIn(await signIn(owner.proof({ uri, nonce })));
    plain = await tokenIn(await signIn());
  });

  const proofOf = (client: ProofClient, more: { readonly uri?: string; readonly accessToken?: string } = {}): string =>
    client.proof({ method: "GET", uri: ORDERS, accessToken: access, ...more });

  test("oauth4webapi validates our token with its proof, and refuses any other", async () => {
    const validate = (headers: Record<string, string>): Promise<oauth.JWTAccessTokenClaims> =>
      oauth.validateJwtAccessToken(server, new Request(ORDERS, { headers }), served.hufu.audience, PLAIN);
    const bound = { authorization: `DPoP ${access}` };
    const claims = await validate({ ...bound, dpop: proofOf(owner) });
    assert.equal(claims.client_id, APP_ID);
    assert.equal(claims.cnf?.jkt?.length, 43);
    for (const [what, headers] of Object.entries({
      "as Bearer": { authorization: `Bearer ${access}` },
      "without a proof": bound,
      "another key": { ...bound, dpop: proofOf(createProofClient()) },
      "another address": { ...bound, dpop: proofOf(owner, { uri: "https://api.example.com/me" }) },
      "another token": { ...bound, dpop: proofOf(owner, { accessToken: plain }) },
    })) {
      await assert.rejects(validate(headers), what);
    }
  });

  test("express-oauth2-jwt-bearer does the same in an Express application", async (t) => {
    // Refusals without a stack trace on the console.
    const app = express().set("env", "test");
    const listening = createServer(app).listen(0, "127.0.0.1");
    t.after(() => listening.close());
    await once(listening, "listening");
    const url = `http://127.0.0.1:${(listening.address() as AddressInfo).port}/orders`;
    const check = auth0({
      issuer: served.issuer,
      jwksUri: `${served.issuer}/.well-known/jwks.json`,
      audience: served.hufu.audience,
      tokenSigningAlg: "ES256",
      strict: true,
    });
    app.get("/orders", check, (request, response) => {
      response.json({ sub: request.auth?.payload.sub });
    });
    const ask = (headers: Record<string, string>): Promise<Response> =>
      fetch(url, { headers: { ...headers, connection: "close" } });
    const bound = { authorization: `DPoP ${access}` };
    const accepted = await ask({ ...bound, dpop: proofOf(owner, { uri: url }) });
    assert.equal(accepted.status, 200, await accepted.clone().text());
    for (const headers of [
      { authorization: `Bearer ${access}` },
      bound,
      { ...bound, dpop: proofOf(createProofClient(), { uri: url }) },
      { ...bound, dpop: proofOf(owner) },
    ]) {
      assert.ok([400, 401].includes((await ask(headers)).status));
    }
  });
});

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import * as oauth from "oauth4webapi";
import { APP_ID, BACKEND, type ServedHufu, serveHufu } from "../served.fixture.ts";

const LOGIN_CODE = "urn:hufu:grant-type:login-code";
/** The test talks to its own machine. */
const PLAIN = { [oauth.allowInsecureRequests]: true };

describe("oauth4webapi, a client that none of us wrote", () => {
  let served: ServedHufu;
  let server: oauth.AuthorizationServer;
  const miniProgram: oauth.Client = { client_id: APP_ID };
  const backend: oauth.Client = { client_id: BACKEND.id };

  before(async () => {
    served = await serveHufu();
    const issuer = new URL(served.issuer);
    const answer = await oauth.discoveryRequest(issuer, { algorithm: "oauth2", ...PLAIN });
    server = await oauth.processDiscoveryResponse(issuer, answer);
  });
  after(() => served.close());

  async function signIn(user: string): Promise<oauth.TokenEndpointResponse> {
    const code = served.wechat.issueCode({ user });
    const answer = await oauth.genericTokenEndpointRequest(
      server,
      miniProgram,
      oauth.None(),
      LOGIN_CODE,
      { code, attempt_id: `attempt-of-${user}-0123456789` },
      PLAIN,
    );
    return oauth.processGenericTokenEndpointResponse(server, miniProgram, answer);
  }

  async function introspect(token: string): Promise<oauth.IntrospectionResponse> {
    const secret = oauth.ClientSecretBasic(BACKEND.secret);
    const answer = await oauth.introspectionRequest(server, backend, secret, token, PLAIN);
    return oauth.processIntrospectionResponse(server, backend, answer);
  }

  async function refresh(token: string): Promise<oauth.TokenEndpointResponse> {
    const answer = await oauth.refreshTokenGrantRequest(server, miniProgram, oauth.None(), token, PLAIN);
    return oauth.processRefreshTokenResponse(server, miniProgram, answer);
  }

  test("discovers the metadata where RFC 8414 puts it, and every endpoint in it", () => {
    assert.equal(server.issuer, served.issuer);
    assert.ok(server.grant_types_supported?.includes(LOGIN_CODE));
    assert.deepEqual(server["response_types_supported"], []);
    for (const name of ["token_endpoint", "revocation_endpoint", "introspection_endpoint", "jwks_uri"] as const) {
      assert.match(server[name] ?? "", /^http:\/\/127\.0\.0\.1:\d+\/auth\//);
    }
  });

  test("signs in with the login-code grant", async () => {
    const tokens = await signIn("alice");
    assert.equal(tokens.token_type, "bearer");
    assert.ok(tokens.refresh_token);
    assert.ok((tokens.expires_in ?? 0) > 500);
  });

  test("refreshes, and is told what is wrong with a code that was used", async () => {
    const tokens = await signIn("bob");
    const fresh = await refresh(tokens.refresh_token ?? "");
    assert.notEqual(fresh.access_token, tokens.access_token);

    const code = served.wechat.issueCode({ user: "bob" });
    const ask = async (): Promise<oauth.TokenEndpointResponse> =>
      oauth.processGenericTokenEndpointResponse(
        server,
        miniProgram,
        await oauth.genericTokenEndpointRequest(server, miniProgram, oauth.None(), LOGIN_CODE, { code }, PLAIN),
      );
    await ask();
    await assert.rejects(ask, (error) => {
      assert.ok(error instanceof oauth.ResponseBodyError);
      assert.equal(error.error, "invalid_grant");
      assert.equal(error.cause["reason"], "login_code_used");
      return true;
    });
  });

  test("introspects: active, and exactly inactive after revocation", async () => {
    const tokens = await signIn("carol");
    const active = await introspect(tokens.access_token);
    assert.equal(active.active, true);
    assert.equal(active.client_id, APP_ID);
    assert.match(active.sub ?? "", /^u_/);

    const revoked = await oauth.revocationRequest(server, miniProgram, oauth.None(), tokens.refresh_token ?? "", PLAIN);
    await oauth.processRevocationResponse(revoked);
    assert.deepEqual(await introspect(tokens.access_token), { active: false });
    await assert.rejects(() => refresh(tokens.refresh_token ?? ""), /error/i);
  });

  test("gets a back end's own token by client credentials, by Basic and by form", async () => {
    for (const secret of [oauth.ClientSecretBasic(BACKEND.secret), oauth.ClientSecretPost(BACKEND.secret)]) {
      const answer = await oauth.clientCredentialsGrantRequest(server, backend, secret, {}, PLAIN);
      const tokens = await oauth.processClientCredentialsResponse(server, backend, answer);
      assert.equal(tokens.refresh_token, undefined);
      assert.equal((await introspect(tokens.access_token)).sub, `client:${BACKEND.id}`);
    }
  });

  test("validates an access token by RFC 9068, from the header of a request", async () => {
    const tokens = await signIn("dave");
    const request = new Request("https://api.example.com/orders", {
      headers: { authorization: `Bearer ${tokens.access_token}` },
    });
    const claims = await oauth.validateJwtAccessToken(server, request, served.hufu.audience, PLAIN);
    assert.equal(claims.client_id, APP_ID);
  });
});

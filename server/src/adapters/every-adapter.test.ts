import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { after, before, describe, test } from "node:test";
import { decodeJwt } from "jose";
import { until } from "../core/until.fixture.ts";
import { APP_ID, BACK_END, OTHER_APP_ID, POOR_BACK_END, type RealHufu, startRealHufu } from "../http/hufu.fixture.ts";
import { createProofClient } from "../proof/proof-client.fixture.ts";
import { asDescribed } from "./described-stage.fixture.ts";
import type { Received, Sent, Stage } from "./stage.fixture.ts";
import { STARTERS } from "./stages.fixture.ts";

const FORM = "application/x-www-form-urlencoded";
const AUTH = "/api/auth";
const LOGIN_CODE = "urn:hufu:grant-type:login-code";
const GARBAGE = "hr1.bm90IGEgdG9rZW4";

let real: RealHufu;
before(async () => {
  real = await startRealHufu();
});
after(() => real.close());

type Json = Readonly<Record<string, unknown>>;

function json(received: Received): Json {
  const value: unknown = JSON.parse(received.text);
  assert.ok(typeof value === "object" && value !== null);
  return Object.fromEntries(Object.entries(value));
}

function textIn(value: Json, name: string): string {
  const text = value[name];
  assert.ok(typeof text === "string", `${name} is no text`);
  return text;
}

const bearer = (token: string): readonly [string, string] => ["Authorization", `Bearer ${token}`];

function basic(id: string, secret: string): readonly [string, string] {
  const encoded = [id, secret].map((part) => encodeURIComponent(part).replaceAll("%20", "+")).join(":");
  return ["Authorization", `Basic ${Buffer.from(encoded).toString("base64")}`];
}

const form = (parameters: Readonly<Record<string, string>>): string => new URLSearchParams(parameters).toString();

function post(path: string, body: string | Buffer, ...headers: (readonly [string, string])[]): Sent {
  return { method: "POST", path: AUTH + path, body, headers: [["Content-Type", FORM], ...headers] };
}

/** A refusal in the form of RFC 6749 §5.2. */
function assertRefused(received: Received, status: number, error: string, reason: string): Json {
  const body = json(received);
  assert.deepEqual([received.status, body["error"], body["reason"]], [status, error, reason]);
  assert.match(textIn(body, "error_description"), /^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/);
  assert.equal(body["request_id"], received.headers["x-request-id"]);
  assert.equal(received.headers["cache-control"], "no-store");
  assert.equal(received.headers["content-type"], "application/json");
  return body;
}

function assertChallenged(received: Received, status: number, challenge: RegExp, reason: string): void {
  const body = json(received);
  assert.deepEqual([received.status, body["reason"]], [status, reason]);
  assert.match(received.headers["www-authenticate"] ?? "", challenge);
  assert.equal(received.headers["hufu-reason"], reason);
  assert.equal(body["request_id"], received.headers["x-request-id"]);
  assert.equal(received.headers["cache-control"], "no-store");
}

for (const [name, start] of Object.entries(STARTERS)) {
  describe(name, () => {
    let stage: Stage;
    before(async () => {
      stage = asDescribed(await start(real.hufu));
    });
    after(() => stage.close());

    const token = (parameters: Readonly<Record<string, string>>, ...headers: (readonly [string, string])[]) =>
      stage.send(post("/oauth/token", form(parameters), ...headers));

    async function signIn(user = "anna", parameters: Readonly<Record<string, string>> = {}): Promise<Json> {
      const code = real.code(user);
      const received = await token({ grant_type: LOGIN_CODE, client_id: APP_ID, code, ...parameters });
      assert.equal(received.status, 200, received.text);
      return json(received);
    }

    const accessToken = async (user = "anna"): Promise<string> => textIn(await signIn(user), "access_token");

    test("a sign-in answers both tokens and the user, and names no openid", async () => {
      const received = await token({
        grant_type: LOGIN_CODE,
        client_id: APP_ID,
        code: real.code(`new in ${name}`),
        device_id: "device_1",
        device_type: "phone",
        device_name: "Anna's phone 📱",
        attempt_id: "attempt_0123456789",
        context: '{"inviter":"u_1"}',
      });
      assert.equal(received.status, 200, received.text);
      assert.equal(received.headers["cache-control"], "no-store");
      assert.equal(received.headers["x-content-type-options"], "nosniff");
      const body = json(received);
      assert.deepEqual(Object.keys(body), [
        "access_token",
        "token_type",
        "expires_in",
        "refresh_token",
        "refresh_token_expires_in",
        "user",
      ]);
      assert.equal(body["token_type"], "Bearer");
      const user: unknown = body["user"];
      assert.ok(typeof user === "object" && user !== null);
      assert.deepEqual({ ...user, id: "" }, { id: "", external_id: null, new: true, roles: ["member"] });
    });

    test("a lost answer is given again to the same attempt, and a refresh gives a child", async () => {
      const parameters = { grant_type: LOGIN_CODE, client_id: APP_ID, code: real.code(), attempt_id: "a".repeat(16) };
      const first = json(await token(parameters));
      const again = json(await token(parameters));
      assert.equal(again["refresh_token"], first["refresh_token"]);
      const refreshed = await token({
        grant_type: "refresh_token",
        client_id: APP_ID,
        refresh_token: textIn(first, "refresh_token"),
        attempt_id: "b".repeat(64),
      });
      assert.equal(refreshed.status, 200, refreshed.text);
      assert.notEqual(json(refreshed)["refresh_token"], first["refresh_token"]);
    });

    test("who the user is, is never taken from the body or the URL", async () => {
      const code = real.code("bert");
      const liar = {
        openid: "o1",
        user_id: "u_1",
        sub: "u_1",
        role: "clerk",
        roles: "clerk",
        permissions: "*:*",
        scope: "*",
      };
      const sent = post(
        `/oauth/token?${form({ ...liar, code: "other", client_id: "other" })}`,
        form({
          grant_type: LOGIN_CODE,
          client_id: APP_ID,
          code,
          ...liar,
        }),
      );
      const received = await stage.send(sent);
      assert.equal(received.status, 200, received.text);
      const claims = decodeJwt(textIn(json(received), "access_token"));
      assert.deepEqual(claims["roles"], ["member"]);
      assert.notEqual(claims.sub, "u_1");
      assert.notEqual(claims["openid"], "o1");
    });

    test("parameters in the URL are no parameters", async () => {
      const inUrl = form({ grant_type: LOGIN_CODE, client_id: APP_ID, code: real.code() });
      assertRefused(await stage.send(post(`/oauth/token?${inUrl}`, "")), 400, "invalid_request", "parameter_missing");
    });

    test("bad forms are refused with their reason, and no row changes", async () => {
      const code = real.code();
      const good = { grant_type: LOGIN_CODE, client_id: APP_ID, code };
      const refresh = { grant_type: "refresh_token", client_id: APP_ID };
      const cases: readonly (readonly [Readonly<Record<string, string>> | string, number, string, string, string?])[] =
        [
          ["", 400, "invalid_request", "parameter_missing", "grant_type"],
          [{ ...good, grant_type: "" }, 400, "invalid_request", "parameter_missing", "grant_type"],
          [{ ...good, grant_type: "password" }, 400, "unsupported_grant_type", "grant_unsupported"],
          [{ ...good, grant_type: "authorization_code" }, 400, "unsupported_grant_type", "grant_unsupported"],
          [{ ...good, grant_type: "REFRESH_TOKEN" }, 400, "unsupported_grant_type", "grant_unsupported"],
          [{ ...good, client_id: "" }, 400, "invalid_request", "parameter_missing", "client_id"],
          [{ ...good, client_id: "wx_unknown" }, 401, "invalid_client", "client_unknown"],
          [{ ...good, client_id: "\u0000" }, 400, "invalid_request", "parameter_invalid", "client_id"],
          [{ ...good, client_id: BACK_END.id }, 401, "invalid_client", "client_secret_wrong"],
          [{ ...good, client_id: BACK_END.id, client_secret: "guess" }, 401, "invalid_client", "client_secret_wrong"],
          [{ ...good, client_secret: "guess" }, 401, "invalid_client", "client_secret_wrong"],
          [
            { ...good, client_id: BACK_END.id, client_secret: BACK_END.secret },
            400,
            "unauthorized_client",
            "grant_not_allowed",
          ],
          [{ grant_type: "client_credentials", client_id: APP_ID }, 400, "unauthorized_client", "grant_not_allowed"],
          [{ grant_type: "client_credentials", client_id: "nobody" }, 401, "invalid_client", "client_unknown"],
          [{ ...good, code: "" }, 400, "invalid_request", "parameter_missing", "code"],
          [{ ...good, code: "\u0000\r\n' or 1=1" }, 400, "invalid_grant", "login_code_invalid"],
          [{ ...good, device_id: "d".repeat(65) }, 400, "invalid_request", "parameter_invalid", "device_id"],
          [{ ...good, device_id: "with space" }, 400, "invalid_request", "parameter_invalid", "device_id"],
          [{ ...good, device_id: "device\n" }, 400, "invalid_request", "parameter_invalid", "device_id"],
          [{ ...good, device_type: "fridge" }, 400, "invalid_request", "parameter_invalid", "device_type"],
          [{ ...good, device_type: "constructor" }, 400, "invalid_request", "parameter_invalid", "device_type"],
          [{ ...good, device_name: "n".repeat(65) }, 400, "invalid_request", "parameter_invalid", "device_name"],
          [{ ...good, device_name: "line\u2028break" }, 400, "invalid_request", "parameter_invalid", "device_name"],
          [{ ...good, device_name: "\u001b[31m" }, 400, "invalid_request", "parameter_invalid", "device_name"],
          [{ ...good, attempt_id: "a".repeat(15) }, 400, "invalid_request", "parameter_invalid", "attempt_id"],
          [{ ...good, attempt_id: "a".repeat(65) }, 400, "invalid_request", "parameter_invalid", "attempt_id"],
          [{ ...good, phone_code: "p\u0000" }, 400, "invalid_request", "parameter_invalid", "phone_code"],
          [{ ...good, context: "{" }, 400, "invalid_request", "parameter_invalid", "context"],
          [{ ...good, context: `"${"x".repeat(1023)}"` }, 400, "invalid_request", "parameter_invalid", "context"],
          [refresh, 400, "invalid_request", "parameter_missing", "refresh_token"],
          [{ ...refresh, refresh_token: GARBAGE }, 400, "invalid_grant", "refresh_token_invalid"],
          [{ ...refresh, refresh_token: "\ud83d\ude00" }, 400, "invalid_grant", "refresh_token_invalid"],
          [
            { ...refresh, refresh_token: GARBAGE, attempt_id: "short" },
            400,
            "invalid_request",
            "parameter_invalid",
            "attempt_id",
          ],
          [`${form(good)}&code=${code}`, 400, "invalid_request", "parameter_repeated", "code"],
          [`${form(good)}&unknown=1&unknown=2`, 400, "invalid_request", "parameter_repeated", "unknown"],
          [`${form(good)}&unknown=&unknown=`, 400, "invalid_request", "parameter_repeated", "unknown"],
          [`${form(good)}&c%6fde=x`, 400, "invalid_request", "parameter_repeated", "code"],
          [`pad=${"x".repeat(16_384)}&${form(good)}`, 400, "invalid_request", "body_too_large"],
          [`pad=${"x".repeat(60_000)}`, 400, "invalid_request", "body_too_large"],
        ];
      const earlier = real.dump();
      for (const [body, status, error, reason, parameter] of cases) {
        const received = await stage.send(post("/oauth/token", typeof body === "string" ? body : form(body)));
        const { error_description: description } = assertRefused(received, status, error, reason);
        if (parameter !== undefined) assert.match(String(description), new RegExp(`: ${parameter}\\.$`));
        assert.equal(received.headers["www-authenticate"], status === 401 ? 'Basic realm="hufu"' : undefined);
      }
      assert.equal(real.dump(), earlier);
    });

    test("a name from outside that could do harm is not said again", async () => {
      const received = await stage.send(post("/oauth/token", "%3Cb%3E=1&%3Cb%3E=2"));
      assertRefused(received, 400, "invalid_request", "parameter_repeated");
      assert.doesNotMatch(received.text, /<b>/);
    });

    test("a body of another kind is refused before it is looked at", async () => {
      const good = { grant_type: LOGIN_CODE, client_id: APP_ID, code: "c" };
      const earlier = real.dump();
      for (const [type, body] of [
        ["application/json", JSON.stringify(good)],
        ["application/json", "[]"],
        ["text/plain", form(good)],
        [`${FORM}; charset=latin1`, form(good)],
        [`${FORM}x`, form(good)],
        [`multipart/form-data; boundary=x`, `--x\r\ncontent-disposition: form-data; name="code"\r\n\r\nc\r\n--x--`],
      ] as const) {
        const sent: Sent = { method: "POST", path: `${AUTH}/oauth/token`, body, headers: [["Content-Type", type]] };
        const received = await stage.send(sent);
        // A parser of the host's, in front of us, may refuse what it cannot read, in its own way.
        if (received.text === '{"host":"failed"}') continue;
        assertRefused(received, 400, "invalid_request", "content_type_unsupported");
      }
      const none = await stage.send({ method: "POST", path: `${AUTH}/oauth/token` });
      assertRefused(none, 400, "invalid_request", "content_type_unsupported");
      assert.equal(real.dump(), earlier);
    });

    test("UTF-8 may be said, in any case", async () => {
      for (const type of [`${FORM};charset=UTF-8`, `${FORM}; charset="utf-8"`, FORM.toUpperCase()]) {
        const body = form({ grant_type: LOGIN_CODE, client_id: APP_ID, code: real.code() });
        const received = await stage.send({
          method: "POST",
          path: `${AUTH}/oauth/token`,
          body,
          headers: [["content-type", type]],
        });
        assert.equal(received.status, 200, `${type}: ${received.text}`);
      }
    });

    // Without node:http there are no chunks.
    if (!name.endsWith("alone")) {
      test("a body without a length is read up to the same size", async () => {
        const chunked = [["Transfer-Encoding", "chunked"]] as const;
        const good = form({ grant_type: LOGIN_CODE, client_id: APP_ID, code: real.code() });
        assert.equal((await stage.send(post("/oauth/token", good, ...chunked))).status, 200);
        const large = await stage.send(post("/oauth/token", `pad=${"x".repeat(50_000)}`, ...chunked));
        assertRefused(large, 400, "invalid_request", "body_too_large");
      });
    }

    // Where a body parser comes first, it has made of these bytes what it makes of them.
    if (!name.includes("after") && !name.includes("below")) {
      test("what is not UTF-8 is refused", async () => {
        for (const body of [
          "grant_type=%ff",
          "grant_type=%",
          "grant_type=%zz",
          Buffer.from("grant_type=\xff", "latin1"),
        ]) {
          assertRefused(await stage.send(post("/oauth/token", body)), 400, "invalid_request", "parameter_invalid");
        }
      });
    }

    test("a back end shows its secret in one way, form-encoded where it is Basic", async () => {
      const grant = { grant_type: "client_credentials" };
      const { id, secret } = BACK_END;
      for (const received of [
        await token(grant, basic(id, secret)),
        await token({ ...grant, client_id: id }, basic(id, secret)),
        await token({ ...grant, client_id: id, client_secret: secret }),
      ]) {
        assert.equal(received.status, 200, received.text);
        assert.deepEqual(Object.keys(json(received)), ["access_token", "token_type", "expires_in"]);
        assert.equal(decodeJwt(textIn(json(received), "access_token")).sub, `client:${id}`);
      }
      const both = await token({ ...grant, client_id: id, client_secret: secret }, basic(id, secret));
      assertRefused(both, 400, "invalid_request", "credentials_repeated");
      const twice = await token(grant, basic(id, secret), basic(id, secret));
      assertRefused(twice, 400, "invalid_request", "credentials_repeated");
      const other = await token({ ...grant, client_id: "other" }, basic(id, secret));
      assertRefused(other, 400, "invalid_request", "parameter_invalid");
    });

    test("a back end's token passes no guard that names no permission, and no page of a user", async () => {
      const received = await token({ grant_type: "client_credentials" }, basic(BACK_END.id, BACK_END.secret));
      const own = textIn(json(received), "access_token");
      for (const path of ["/api/signed-in", "/api/hello", "/api/throws", `${AUTH}/me`, `${AUTH}/me/sessions`]) {
        const refused = await stage.send({ path, headers: [bearer(own)] });
        assert.deepEqual([path, refused.status, refused.headers["hufu-reason"]], [path, 403, "permission_denied"]);
      }
    });

    test("a client secret in HTTP Basic is taken form-encoded and as it is", async () => {
      const grant = { grant_type: "client_credentials" };
      const { id, secret } = BACK_END;
      assert.match(secret, /[+%]/);
      for (const text of [`${id}:${secret}`, `${encodeURIComponent(id)}:${encodeURIComponent(secret)}`]) {
        const header = `Basic ${Buffer.from(text).toString("base64")}`;
        assert.equal((await token(grant, ["Authorization", header])).status, 200, text);
      }
    });

    test("a Basic header that proves nothing is 401 with a Basic challenge", async () => {
      const grant = { grant_type: "client_credentials" };
      const encoded = (text: string): string => `Basic ${Buffer.from(text).toString("base64")}`;
      for (const [header, reason] of [
        [encoded(`${BACK_END.id}:wrong`), "client_secret_wrong"],
        [encoded(`${BACK_END.id}:`), "client_secret_wrong"],
        [encoded(`nobody:${BACK_END.secret}`), "client_secret_wrong"],
        [encoded("no colon"), "client_secret_wrong"],
        [encoded("%zz:%zz"), "client_secret_wrong"],
        ["Basic", "client_secret_wrong"],
        ["Basic !!!", "client_secret_wrong"],
        ["Bearer abc", "client_secret_wrong"],
      ] as const) {
        const received = await token(grant, ["Authorization", header]);
        assertRefused(received, 401, "invalid_client", reason);
        assert.equal(received.headers["www-authenticate"], 'Basic realm="hufu"');
      }
    });

    test("a refresh token of one app is nothing in another's hands, and lives on", async () => {
      const refreshToken = textIn(await signIn(), "refresh_token");
      const earlier = real.dump();
      const theft = { grant_type: "refresh_token", client_id: OTHER_APP_ID, refresh_token: refreshToken };
      assertRefused(await token(theft), 400, "invalid_grant", "refresh_token_invalid");
      const revoked = await stage.send(post("/oauth/revoke", form({ client_id: OTHER_APP_ID, token: refreshToken })));
      assertRefused(revoked, 400, "unauthorized_client", "grant_not_allowed");
      assert.equal(real.dump(), earlier);
      assert.equal((await token({ ...theft, client_id: APP_ID })).status, 200);
    });

    test("revoking is 200 and empty for a text that is or was no token, and ends a session at once", async () => {
      const signedIn = await signIn();
      const access = textIn(signedIn, "access_token");
      const refreshToken = textIn(signedIn, "refresh_token");
      for (const text of [refreshToken, refreshToken, GARBAGE, "x", access]) {
        const sent = form({ client_id: APP_ID, token: text, token_type_hint: "nonsense" });
        const received = await stage.send(post("/oauth/revoke", sent));
        assert.deepEqual([received.status, received.text], [200, ""]);
        assert.equal(received.headers["cache-control"], "no-store");
      }
      const late = await stage.send({ path: "/api/signed-in", headers: [bearer(access)] });
      assertChallenged(late, 401, /^Bearer realm="hufu", error="invalid_token"/, "token_revoked");
      assert.equal(json(late)["why"], "logged_out");
      const nobody = await stage.send(post("/oauth/revoke", form({ client_id: "nobody", token: "x" })));
      assertRefused(nobody, 401, "invalid_client", "client_unknown");
      const nothing = await stage.send(post("/oauth/revoke", form({ client_id: APP_ID })));
      assertRefused(nothing, 400, "invalid_request", "parameter_missing");
    });

    test("introspection says exactly that a token is worth nothing, to those who may ask", async () => {
      const access = await accessToken();
      const ask = (parameters: Readonly<Record<string, string>>, ...headers: (readonly [string, string])[]) =>
        stage.send(post("/oauth/introspect", form(parameters), ...headers));
      const me = basic(BACK_END.id, BACK_END.secret);
      const live = await ask({ token: access }, me);
      assert.equal(json(live)["active"], true);
      assert.equal(live.headers["cache-control"], "no-store");
      for (const text of ["x", `${access.slice(0, -4)}AAAA`, `${access}A`, GARBAGE]) {
        const received = await ask({ token: text }, me);
        assert.deepEqual([received.status, received.text], [200, '{"active":false}']);
      }
      assertRefused(await ask({ token: access }), 401, "invalid_client", "client_secret_wrong");
      assertRefused(await ask({ token: access, client_id: APP_ID }), 401, "invalid_client", "client_secret_wrong");
      const poor = await ask({ token: access }, basic(POOR_BACK_END.id, POOR_BACK_END.secret));
      assertRefused(poor, 403, "insufficient_scope", "permission_denied");
      assertRefused(await ask({}, me), 400, "invalid_request", "parameter_missing");
    });

    test("another method is 405 with what may be asked for", async () => {
      for (const [method, path, allow] of [
        ["GET", "/oauth/token", "POST"],
        ["PUT", "/oauth/token", "POST"],
        ["HEAD", "/oauth/token", "POST"],
        ["GET", "/oauth/introspect", "POST"],
        ["GET", "/oauth/revoke", "POST"],
        ["PATCH", "/me", "GET, HEAD, DELETE"],
        ["POST", "/me/sessions", "GET, HEAD, DELETE"],
        ["GET", `/me/sessions/s_x`, "DELETE"],
        ["POST", "/.well-known/jwks.json", "GET, HEAD"],
      ] as const) {
        const received = await stage.send({ method, path: AUTH + path });
        assert.deepEqual([received.status, received.headers["allow"]], [405, allow], `${method} ${path}`);
        if (method !== "HEAD") assert.equal(json(received)["error"], "invalid_request");
      }
      const options = await stage.send({ method: "OPTIONS", path: `${AUTH}/oauth/token` });
      assert.deepEqual([options.status, options.headers["allow"]], [204, "POST"]);
    });

    test("no answer invites a browser of another origin", async () => {
      const origin = ["Origin", "https://elsewhere.example"] as const;
      for (const path of ["/oauth/token", "/.well-known/jwks.json", "/me", "/nothing"]) {
        for (const method of ["GET", "OPTIONS"]) {
          const { headers } = await stage.send({ method, path: AUTH + path, headers: [origin] });
          assert.deepEqual(
            Object.keys(headers).filter((header) => header.startsWith("access-control-")),
            [],
          );
        }
      }
    });

    test("the metadata is the issuer's own, at both places, and what it names is there", async () => {
      const outside = await stage.send({ path: "/.well-known/oauth-authorization-server/api/auth" });
      const under = await stage.send({ path: `${AUTH}/.well-known/oauth-authorization-server` });
      assert.equal(outside.status, 200, outside.text);
      assert.equal(outside.text, under.text);
      assert.equal(outside.headers["content-type"], "application/json");
      const metadata = json(outside);
      assert.equal(metadata["issuer"], real.hufu.issuer);
      assert.deepEqual(metadata["response_types_supported"], []);
      assert.deepEqual(metadata["token_endpoint_auth_methods_supported"], [
        "none",
        "client_secret_basic",
        "client_secret_post",
      ]);
      for (const [member, value] of Object.entries(metadata)) {
        if (member !== "response_types_supported") assert.notDeepEqual(value, [], member);
        if (!/_endpoint$|_uri$/.test(member)) continue;
        const { status } = await stage.send({ method: "POST", path: new URL(String(value)).pathname });
        assert.notEqual(status, 404, member);
      }
      const grants: unknown = metadata["grant_types_supported"];
      assert.ok(Array.isArray(grants));
      for (const grant of grants) {
        const { reason } = json(await token({ grant_type: String(grant), client_id: APP_ID }));
        assert.notEqual(reason, "grant_unsupported", String(grant));
      }
    });

    test("the keys are public, may be kept, and are not sent again to who has them", async () => {
      const path = `${AUTH}/.well-known/jwks.json`;
      const first = await stage.send({ path });
      assert.equal(first.headers["cache-control"], "public, max-age=300");
      const { keys } = json(first);
      assert.ok(Array.isArray(keys) && keys.length > 0);
      for (const key of keys) {
        assert.ok(typeof key === "object" && key !== null);
        assert.deepEqual(Object.keys(key).toSorted(), ["alg", "crv", "kid", "kty", "use", "x", "y"]);
      }
      const etag = first.headers["etag"] ?? "";
      for (const kept of [etag, `W/${etag}`, `"other", ${etag}`, "*"]) {
        const again = await stage.send({ path, headers: [["If-None-Match", kept]] });
        assert.deepEqual([again.status, again.text, again.headers["etag"]], [304, "", etag]);
      }
      assert.equal((await stage.send({ path, headers: [["If-None-Match", '"other"']] })).status, 200);
      const head = await stage.send({ method: "HEAD", path });
      assert.deepEqual([head.status, head.text, head.headers["etag"]], [200, "", etag]);
    });

    test("a user sees itself, and its sessions, and ends them", async () => {
      const user = `carl in ${name}`;
      const here = await signIn(user, { device_id: "here", device_name: "here" });
      const there = textIn(await signIn(user, { device_id: "there" }), "access_token");
      const access = textIn(here, "access_token");
      const { sid, sub, openid } = decodeJwt(access);
      const ask = (method: string, path: string, credential = access) =>
        stage.send({ method, path: AUTH + path, headers: [bearer(credential)] });

      const me = json(await ask("GET", "/me"));
      assert.deepEqual([me["id"], me["external_id"], me["roles"], me["phone"]], [sub, null, ["member"], null]);
      assert.ok(Array.isArray(me["identities"]));
      assert.deepEqual({ ...me["identities"][0], created: 0 }, { platform: "wechat", app: APP_ID, openid, created: 0 });

      const { items } = json(await ask("GET", "/me/sessions"));
      assert.ok(Array.isArray(items) && items.length === 2);
      const current: unknown[] = items.filter((item: unknown) => JSON.stringify(item).includes('"current":true'));
      assert.equal(current.length, 1);
      assert.ok(JSON.stringify(current[0]).includes(String(sid)));

      const foreign = decodeJwt(await accessToken("dora"))["sid"];
      for (const id of ["s_x", "%zz", String(foreign), "s_AAAAAAAAAAAAAAAAAAAAAA", "..%2f..%2foauth%2ftoken"]) {
        const received = await ask("DELETE", `/me/sessions/${id}`);
        // Fastify refuses what is no percent-encoding before it looks for a route.
        if (json(received)["code"] === "FST_ERR_BAD_URL") continue;
        assert.deepEqual([received.status, json(received)["reason"]], [404, "not_found"], id);
      }
      const theirs = decodeJwt(there)["sid"];
      const ended = await ask("DELETE", `/me/sessions/${String(theirs)}`);
      assert.deepEqual([ended.status, ended.text], [204, ""]);
      assert.equal((await ask("DELETE", `/me/sessions/${String(theirs)}`)).status, 404);
      assertChallenged(await ask("GET", "/me", there), 401, /invalid_token/, "token_revoked");

      const third = textIn(await signIn(user, { device_id: "third" }), "access_token");
      assert.equal((await ask("DELETE", "/me/sessions")).status, 204);
      assert.equal((await ask("GET", "/me", third)).status, 401);
      assert.equal((await ask("GET", "/me")).status, 200);
    });

    test("a back end has no pages of its own", async () => {
      const received = await token({ grant_type: "client_credentials" }, basic(BACK_END.id, BACK_END.secret));
      const me = await stage.send({
        path: `${AUTH}/me`,
        headers: [bearer(textIn(json(received), "access_token"))],
      });
      assertChallenged(me, 403, /error="insufficient_scope"/, "permission_denied");
    });

    test("administrators send JSON and tags, and are answered with both", async () => {
      const { sub } = decodeJwt(await accessToken(`keeper in ${name}`));
      assert.ok(typeof sub === "string");
      await real.hufu.users.setRoles(sub, ["keeper"]);
      const keeper = await accessToken(`keeper in ${name}`);
      const user = String(decodeJwt(await accessToken(`kept in ${name}`)).sub);
      const ask = (method: string, path: string, body?: object, tag?: string): Promise<Received> =>
        stage.send({
          method,
          path: `${AUTH}/admin/users${path}`,
          headers: [
            bearer(keeper),
            ...(body === undefined ? [] : [["Content-Type", "application/json"] as const]),
            ...(tag === undefined ? [] : [["If-Match", tag] as const]),
          ],
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        });

      const seen = await ask("GET", `/${user}`);
      assert.equal(seen.status, 200, seen.text);
      assert.equal(seen.headers["cache-control"], "no-store");
      const put = (tag?: string) => ask("PUT", `/${user}/roles`, { roles: ["clerk"] }, tag);
      assertChallenged(await ask("GET", `/${user}/sessions`), 403, /scope="hufu\.sessions:read"/, "permission_denied");
      assert.deepEqual([(await put()).status, (await put('"1"')).status], [428, 412]);
      assert.deepEqual(json(await put(seen.headers["etag"]))["roles"], ["clerk"]);
      const found = json(await ask("POST", "/search", { sid: String(decodeJwt(keeper)["sid"]) }));
      assert.ok(JSON.stringify(found["items"]).includes(sub));
      assert.equal(json(await ask("POST", "/search", { sid: 7 }))["reason"], "parameter_invalid");
      assert.equal((await ask("DELETE", `/${user}/ban`)).status, 204);
      assert.equal((await ask("HEAD", `/${user}`)).text, "");
    });

    test("what guards the user's own pages guards the host's routes", async () => {
      const access = await accessToken();
      for (const path of [`${AUTH}/me`, "/api/signed-in"]) {
        assert.equal((await stage.send({ path, headers: [bearer(access)] })).status, 200);
        assert.equal((await stage.send({ path, headers: [["authorization", `bEARER ${access}`]] })).status, 200);
        const missing = await stage.send({ path });
        assertChallenged(missing, 401, /^Bearer realm="hufu"$/, "token_missing");
        assert.equal("error" in json(missing), false);
        const twice = await stage.send({ path, headers: [bearer(access), bearer(access)] });
        assertChallenged(twice, 400, /error="invalid_request"/, "credentials_repeated");
        for (const query of [`access_token=${access}`, `access%5Ftoken=${access}`, "a=1&access_token="]) {
          assertChallenged(await stage.send({ path: `${path}?${query}` }), 400, /invalid_request/, "token_in_query");
          const both = await stage.send({ path: `${path}?${query}`, headers: [bearer(access)] });
          assertChallenged(both, 400, /invalid_request/, "token_in_query");
        }
        assert.equal((await stage.send({ path: `${path}?page=2&q=%41`, headers: [bearer(access)] })).status, 200);
      }
    });

    test("hostile Authorization headers are refused and break nothing", async () => {
      const access = await accessToken();
      for (const path of [`${AUTH}/me`, "/api/signed-in", "/api/hello"]) {
        for (const header of [
          "",
          "Bearer",
          "Bearer ",
          access,
          `Bearer  ${access}`,
          `Bearer\t${access}`,
          `Token ${access}`,
          `DPoP ${access}`,
          `Bearer ${access} x`,
          `Bearer ${access},`,
          `Bearer ${access.slice(0, -1)}`,
          "Bearer null",
          "Bearer a.b.c",
          "Bearer \u00ff\u00fe",
          `Bearer ${"A".repeat(8000)}`,
          `Bearer ${".".repeat(8000)}`,
          `Basic ${Buffer.from("a:b").toString("base64")}`,
        ]) {
          const received = await stage.send({ path, headers: [["Authorization", header]] });
          assert.equal(received.status, 401, `${path}: ${JSON.stringify(header.slice(0, 40))} ${received.text}`);
          assert.match(String(json(received)["reason"]), /^token_(malformed|missing|signature)$/);
        }
        const huge = await stage.send({ path, headers: [["Authorization", `Bearer ${"A".repeat(65_536)}`]] });
        assert.equal(huge.status, 401);
      }
    });

    test("a permission lets through, or its absence is said", async () => {
      const access = await accessToken();
      const received = await stage.send({ path: "/api/orders/all", headers: [bearer(access)] });
      assertChallenged(received, 403, /error="insufficient_scope".*scope="order:read"$/, "permission_denied");
      const orders = await stage.send({ path: "/api/orders", headers: [bearer(access)] });
      assert.deepEqual(json(orders), { reach: "own", owner: decodeJwt(access).sub });
    });

    test("a route asks for a fresh or stronger authentication, and a fresh code steps up", async () => {
      const access = await accessToken();
      const strong = await stage.send({ path: "/api/strong", headers: [bearer(access)] });
      const challenge = /^Bearer .*error="insufficient_user_authentication".*, acr_values="soter", max_age="300"$/;
      assertChallenged(strong, 401, challenge, "step_up_required");
      const stepUp = (code: string): Promise<Received> =>
        stage.send({
          method: "POST",
          path: `${AUTH}/me/step-up`,
          headers: [bearer(access), ["Content-Type", "application/json"]],
          body: JSON.stringify({ factor: "platform", code }),
        });
      const answer = await stepUp(real.code());
      assert.equal(answer.status, 200, answer.text);
      const stepped = textIn(json(answer), "access_token");
      assert.equal(decodeJwt(stepped)["sid"], decodeJwt(access)["sid"]);
      const fresh = await stage.send({ path: "/api/fresh", headers: [bearer(stepped)] });
      assert.deepEqual([fresh.status, json(fresh)], [200, { acr: "platform" }]);
      const mismatch = await stepUp(real.code("somebody else"));
      assert.deepEqual([mismatch.status, mismatch.headers["www-authenticate"]], [403, undefined]);
      assert.equal(json(mismatch)["reason"], "identity_mismatch");
    });

    test("a challenge that the phone signs opens a route that wants presence, once", async () => {
      const access = await accessToken();
      const ask = (path: string, body: object, credential = access): Promise<Received> =>
        stage.send({
          method: "POST",
          path: `${AUTH}/me/step-up${path}`,
          headers: [bearer(credential), ["Content-Type", "application/json"]],
          body: JSON.stringify(body),
        });
      const asked = await ask("/challenge", { factor: "soter", operation: "pay" });
      assert.deepEqual([asked.status, asked.headers["cache-control"]], [200, "no-store"], asked.text);
      const { challenge, ...rest } = json(asked);
      assert.deepEqual(rest, { expires_in: 300 });
      assert.match(String(challenge), /^[\w-]{32}$/);

      const signed = { factor: "soter", challenge, operation: "pay", ...real.finger(String(challenge)) };
      const answer = await ask("", signed);
      assert.equal(answer.status, 200, answer.text);
      const stepped = textIn(json(answer), "access_token");
      const { sid, acr } = decodeJwt(stepped);
      assert.deepEqual([sid, acr], [decodeJwt(access)["sid"], "soter"]);
      const strong = await stage.send({ path: "/api/strong", headers: [bearer(stepped)] });
      assert.deepEqual([strong.status, json(strong)], [200, {}]);
      const again = await ask("", signed);
      assert.deepEqual([again.status, json(again)["reason"]], [400, "challenge_invalid"]);

      for (const [body, reason] of [
        [{ operation: "pay" }, "parameter_missing"],
        [{ factor: "soter" }, "parameter_missing"],
        [{ factor: "platform", operation: "pay" }, "parameter_invalid"],
        [{ factor: "soter", operation: "x".repeat(129) }, "parameter_invalid"],
      ] as const) {
        const refused = await ask("/challenge", body);
        assert.deepEqual(
          [refused.status, json(refused)["reason"], refused.headers["hufu-reason"]],
          [400, reason, reason],
        );
      }
      const stranger = await ask("/challenge", { factor: "soter", operation: "pay" }, GARBAGE);
      assert.deepEqual([stranger.status, json(stranger)["reason"]], [401, "token_malformed"]);
    });

    test("a user asks for a ticket, and a back end redeems it once", async () => {
      const access = await accessToken();
      const sendJson = (path: string, credential: string, body: object): Promise<Received> =>
        stage.send({
          method: "POST",
          path: AUTH + path,
          headers: [bearer(credential), ["Content-Type", "application/json"]],
          body: JSON.stringify(body),
        });
      const purpose = { operation: "order.pay", parameters: { order: "42", amount: 1990 } };
      const issued = await sendJson("/tickets", access, purpose);
      assert.deepEqual([issued.status, issued.headers["cache-control"]], [200, "no-store"], issued.text);
      const { ticket, expires_in } = json(issued);
      assert.equal(expires_in, 60);

      const own = await token({ grant_type: "client_credentials" }, basic(BACK_END.id, BACK_END.secret));
      const redeem = (more: object, credential = textIn(json(own), "access_token")): Promise<Received> =>
        sendJson("/tickets/redeem", credential, { ...purpose, ticket, redeem_id: "order-42", ...more });
      const { sub, sid, iat } = decodeJwt(access);
      const redeemed = await redeem({});
      assert.equal(redeemed.status, 200, redeemed.text);
      const { jti, iat: at, exp, ...rest } = json(redeemed);
      assert.deepEqual(rest, { sub, sid, client_id: APP_ID, operation: "order.pay" });
      assert.deepEqual([Number(exp) - Number(at), Number(at) >= Number(iat)], [60, true]);
      assert.match(String(jti), /^[\w-]{22}$/);
      assert.equal((await redeem({})).text, redeemed.text);

      for (const [more, status, error, reason] of [
        [{ redeem_id: "order-43" }, 409, "conflict", "ticket_redeemed"],
        [{ operation: "order.see" }, 400, "invalid_grant", "ticket_mismatch"],
        [{ parameters: { order: "42", amount: 1 } }, 400, "invalid_grant", "ticket_mismatch"],
        [{ ticket: access }, 400, "invalid_grant", "ticket_invalid"],
      ] as const) {
        const refused = await redeem(more);
        assertRefused(refused, status, error, reason);
        assert.deepEqual([refused.headers["hufu-reason"], refused.headers["www-authenticate"]], [reason, undefined]);
      }
      for (const name of ["ticket", "operation", "parameters", "redeem_id"]) {
        assertRefused(await redeem({ [name]: undefined }), 400, "invalid_request", "parameter_missing");
        assertRefused(await redeem({ [name]: 1 }), 400, "invalid_request", "parameter_invalid");
      }
      assertChallenged(await redeem({}, access), 403, /scope="hufu.tickets:redeem"/, "permission_denied");
    });

    test("an owner decides at once, known now or later; if asking for it fails, the request is refused", async () => {
      const access = await accessToken();
      const { sub } = decodeJwt(access);
      const ask = (path: string) => stage.send({ path: `/api/orders/${path}`, headers: [bearer(access)] });
      for (const when of ["of", "later"]) {
        assert.equal((await ask(`${when}/${String(sub)}`)).status, 200);
        assertChallenged(await ask(`${when}/u_other`), 403, /scope="order:read"/, "permission_denied");
        assertChallenged(await ask(`${when}/undefined`), 403, /scope="order:read"/, "permission_denied");
      }
      const failed = await ask("fails");
      assert.deepEqual([failed.status, json(failed)], [500, { host: "failed" }]);
    });

    test("a route that wants the digest of the body takes exactly those bytes, and hands them to the handler", async () => {
      const tokenUri = `${real.hufu.issuer}/oauth/token`;
      const client = createProofClient();
      const withProof = async (nonce?: string): Promise<Received> => {
        const proof = client.proof({ uri: tokenUri, nonce });
        const code = { grant_type: LOGIN_CODE, client_id: APP_ID, code: real.code("paula") };
        return token(code, ["DPoP", proof]);
      };
      const signedIn = json(await withProof((await withProof()).headers["dpop-nonce"]));
      assert.equal(signedIn["token_type"], "DPoP");
      const accessToken = textIn(signedIn, "access_token");
      const ask = (path: string, body: string | undefined, claims: Json, nonce?: string, method = "POST") => {
        const uri = new URL(path, real.hufu.issuer).href;
        const proof = client.proof({ method, uri, accessToken, nonce }, { claims });
        const headers = [
          ["Authorization", `DPoP ${accessToken}`],
          ["DPoP", proof],
        ] as const;
        const type = ["Content-Type", "application/json"] as const;
        return stage.send(
          body === undefined ? { method, path, headers } : { method, path, headers: [...headers, type], body },
        );
      };
      const digest = (algorithm: "sha-256" | "sha-512", body: string): Json => ({
        content_digest: `${algorithm}=:${hash(algorithm.replace("-", ""), body, "base64")}:`,
      });
      const text = '{ "amount": 5,  "to": "张三" }';
      const challenged = await ask("/api/paid", text, digest("sha-256", text));
      assertChallenged(challenged, 401, /use_dpop_nonce/, "proof_nonce");
      const nonce = challenged.headers["dpop-nonce"];

      const long = JSON.stringify({ long: "x".repeat(300_000) });
      for (const [body, claims] of [
        [text, digest("sha-256", text)],
        [long, digest("sha-512", long)],
        [text, { content_digest: `md5=:AAAA:, ${String(digest("sha-256", text)["content_digest"])}` }],
      ] as const) {
        const received = await ask("/api/paid", body, claims, nonce);
        assert.deepEqual([received.status, json(received)], [200, { body: JSON.parse(body) }]);
      }
      for (const [what, body, claims] of [
        ["another body", text.replace("5", "6"), digest("sha-256", text)],
        ["the same JSON, written anew", JSON.stringify(JSON.parse(text)), digest("sha-256", text)],
        ["a space more", `${text} `, digest("sha-256", text)],
        ["no digest", text, {}],
        ["no digest and no body", undefined, {}],
        ["the body taken away", undefined, digest("sha-256", text)],
        ["an unknown algorithm alone", text, { content_digest: "md5=:AAAA:" }],
        [
          "one right and one wrong",
          text,
          { content_digest: `${String(digest("sha-256", text)["content_digest"])}, sha-512=:AAAA:` },
        ],
        ["no dictionary", text, { content_digest: hash("sha256", text, "base64") }],
        ["too much", JSON.stringify({ long: "x".repeat(1_100_000) }), digest("sha-256", text)],
      ] as const) {
        const received = await ask("/api/paid", body, claims, nonce);
        // Fastify's parser, in front of Nest's guards, may refuse a request without a body, in its own way.
        if (body === undefined && received.status === 415) continue;
        const expected = what === "too much" ? [400, "body_too_large"] : [401, "proof_invalid"];
        assert.deepEqual([received.status, json(received)["reason"]], expected, what);
      }
      // Its method is proven, and there is nothing that could be changed.
      assert.notEqual((await ask("/api/paid", undefined, {}, nonce, "GET")).status, 401);
      const late = await ask("/api/too-late", text, digest("sha-256", text), nonce);
      assert.deepEqual([late.status, json(late)], [500, { host: "failed" }]);
    });

    test("a guest gets in where guests are welcome, but not with bad credentials", async () => {
      assert.deepEqual(json(await stage.send({ path: "/api/hello" })), { guest: true });
      assert.deepEqual(json(await stage.send({ path: "/api/hello?page=2" })), { guest: true });
      const access = await accessToken();
      assert.deepEqual(json(await stage.send({ path: "/api/hello", headers: [bearer(access)] })), { guest: false });
      assert.equal((await stage.send({ path: "/api/hello?access_token=x" })).status, 400);
    });

    test("what a handler refuses is answered in the same form", async () => {
      const headers = [bearer(await accessToken())];
      for (const path of ["/api/throws", "/api/throws-later"]) {
        assertChallenged(await stage.send({ path, headers }), 403, /scope="secret:read"/, "permission_denied");
      }
    });

    test("an answer that fails after it has begun is cut off, and the next request is answered", async () => {
      const headers = [bearer(await accessToken())];
      await assert.rejects(stage.send({ path: "/api/breaks-off", headers }));
      assert.equal((await stage.send({ path: "/api/signed-in", headers })).status, 200);
    });

    test("HEAD is guarded as GET is, and OPTIONS is the host's", async () => {
      const access = await accessToken();
      const ask = (method: string, headers: Sent["headers"] = []): Promise<Received> =>
        stage.send({ method, path: "/api/signed-in", headers });
      const refused = await ask("HEAD");
      assert.deepEqual([refused.status, refused.text, refused.headers["hufu-reason"]], [401, "", "token_missing"]);
      const { status, text: body } = await ask("HEAD", [bearer(access)]);
      assert.deepEqual([status, body], [200, ""]);
      assert.ok([200, 204, 404].includes((await ask("OPTIONS")).status));
    });

    if (!name.endsWith("alone")) {
      test("on a connection that is kept, a refused body is not read as the next request", async () => {
        const body = "GET /api/hello HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(3);
        const socket = connect({ port: stage.port ?? 0, host: "127.0.0.1" });
        const received = text(socket);
        socket.write(`POST /api/paid HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
        socket.write("GET /api/hello?last HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        const answers = (await received).match(/^HTTP\/1\.1 \d+/gm) ?? [];
        // Or the server closes the connection, as @hono/node-server does, or a parser of the host's refuses a body without a type.
        assert.match(answers.join(), /^HTTP\/1\.1 (401|415)(,HTTP\/1\.1 200)?$/);
      });
    }

    test("a host may use its own words, but status, challenge and reason stay", async () => {
      for (const [headers, status, challenge, reason] of [
        [[], 401, /^Bearer realm="hufu"$/, "token_missing"],
        [[bearer(await accessToken())], 403, /scope="order:read"/, "permission_denied"],
      ] as const) {
        const received = await stage.send({ path: "/api/own-words", headers });
        assert.deepEqual([received.status, json(received)], [status, { code: 1, word: reason }]);
        assert.match(received.headers["www-authenticate"] ?? "", challenge);
        assert.equal(received.headers["hufu-reason"], reason);
      }
    });

    test("each request is answered with an id of ours, never with the caller's X-Request-Id", async () => {
      const ask = async (id: string): Promise<string | undefined> =>
        (await stage.send({ path: `${AUTH}/healthz`, headers: [["X-Request-Id", id]] })).headers["x-request-id"];
      for (const id of ["from_the-Gateway1", "", "a b", "x".repeat(65), 'quote"', "sl/ash", "\u00e9"]) {
        assert.match((await ask(id)) ?? "", /^[A-Za-z0-9_-]{16}$/, id);
      }
      const refused = await stage.send({ path: "/api/signed-in", headers: [["X-Request-Id", "mine"]] });
      assert.match(String(json(refused)["request_id"]), /^[A-Za-z0-9_-]{16}$/);
    });

    test("headers that a gateway might set inside change nothing from outside", async () => {
      const headers = [
        ["X-Forwarded-For", "127.0.0.1"],
        ["X-Forwarded-Host", "evil.example"],
        ["Forwarded", "for=127.0.0.1;host=evil.example"],
        ["X-Real-IP", "127.0.0.1"],
        ["X-User-Id", "u_1"],
        ["X-Openid", "o1"],
        ["X-WX-OPENID", "o1"],
        ["X-Middleware-Subrequest", "middleware"],
      ] as const;
      assert.equal((await stage.send({ path: `${AUTH}/me`, headers })).status, 401);
      assert.equal((await stage.send({ path: "/api/signed-in", headers })).status, 401);
      const path = "/.well-known/oauth-authorization-server/api/auth";
      assert.equal(json(await stage.send({ path, headers }))["issuer"], real.hufu.issuer);
    });

    test("no second spelling of a path leads around a guard", async () => {
      for (const path of [
        "/api/auth/me;.js",
        "/api/auth/me/",
        "/api/auth//me",
        "/api/auth/ME",
        "/api/auth/me.json",
        "/api/auth/%6de",
        "/api/auth/%256de",
        "/api/auth/me%2f",
        "/api/auth/x/..%2fme",
        "/api/auth/me%00",
        "/api/auth/@me",
        "/api//auth/me",
        "/api/signed-in;.js",
        "/api/signed-in/",
        "/api/signed-in/.",
        "/api//signed-in",
        "/API/Signed-In",
        "/api/signed-in.json",
        "/api/%73igned-in",
        "/api/x%2f..%2fsigned-in",
        "/api/signed-in%3b",
        "/api/signed-in?.js",
        "/api/auth/me?x=.css",
      ]) {
        const { status, text } = await stage.send({ path });
        assert.ok(status === 401 || status === 404, `${path}: ${status} ${text}`);
        assert.doesNotMatch(text, /"sub"/);
      }
    });

    test("what is not there is 404 under the issuer, and the host's elsewhere", async () => {
      const received = await stage.send({ path: `${AUTH}/nothing` });
      assert.deepEqual([received.status, json(received)["reason"]], [404, "not_found"]);
      const elsewhere = await stage.send({ path: "/api/nothing" });
      assert.equal(elsewhere.status, 404);
    });

    test("the feed streams, and lets go of a reader that has left", async () => {
      const credentials = basic(BACK_END.id, BACK_END.secret);
      const granted = json(await token({ grant_type: "client_credentials" }, credentials));
      const feed = await stage.open({
        path: `${AUTH}/revocations`,
        headers: [bearer(textIn(granted, "access_token")), ["Accept", "text/event-stream"]],
      });
      assert.deepEqual([feed.status, feed.headers["content-type"]], [200, "text/event-stream"]);
      const received = { text: "" };
      const untilReceived = async (pattern: RegExp): Promise<void> => {
        while (!pattern.test(received.text)) {
          const more = await feed.next();
          assert.ok(more !== undefined, `it ended: ${received.text}`);
          received.text += more;
        }
      };
      await untilReceived(/^id: 1\.\d+\nevent: ready\n/m);
      const revoked = await stage.send(post("/oauth/revoke", form({ client_id: APP_ID, token: await accessToken() })));
      assert.equal(revoked.status, 200);
      await untilReceived(/^event: revoke\ndata: {"jti":/m);
      const readers = real.hufu.feed.readers();
      await feed.leave();
      await until(() => real.hufu.feed.readers() < readers);
    });

    test("the process lives, and this node is fit to serve", async () => {
      assert.deepEqual(json(await stage.send({ path: `${AUTH}/healthz` })), { status: "ok" });
      const ready = await stage.send({ path: `${AUTH}/readyz` });
      assert.deepEqual([ready.status, json(ready)["status"]], [200, "ready"]);
    });
  });
}

import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import fc from "fast-check";
import * as jose from "jose";
import { HufuError } from "../../core/errors/errors.ts";
import { systemRandom } from "../../core/random.ts";
import { ALGORITHMS } from "../keys/algorithms.ts";
import { createSigningKey } from "../keys/signing-key.ts";
import { importVerificationKey } from "../keys/verification-key.ts";
import {
  AUDIENCE,
  base64url,
  clientClaims,
  expecting,
  forge,
  headerOf,
  ISSUER,
  NOW,
  refusal,
  userClaims,
} from "./sample-token.fixture.ts";
import { newTokenId, signAccessToken } from "./sign-access-token.ts";
import { parseAccessToken, verifyAccessToken } from "./verify-access-token.ts";

const key = createSigningKey("ES256");
const header = headerOf(key);
const expected = expecting(key);
const good = signAccessToken(key, userClaims);

const refuses = (token: string, reason: string, over: object = {}): void =>
  assert.throws(() => verifyAccessToken(token, { ...expected, ...over }), refusal(reason), token.slice(0, 200));
const withHeader = (over: object): string => forge(key, { ...header, ...over }, userClaims);
const withClaims = (over: object): string => forge(key, header, { ...userClaims, ...over });
/** JSON text in which one member's value is replaced by raw text. */
const withRaw = (name: string, raw: string): string =>
  forge(key, header, JSON.stringify({ ...userClaims, [name]: "@@" }).replace('"@@"', raw));

test("a token that we signed is believed, a user's and a back end's, in every algorithm", () => {
  for (const alg of ALGORITHMS) {
    const signing = createSigningKey(alg);
    const verification = expecting(signing);
    assert.deepEqual(verifyAccessToken(signAccessToken(signing, userClaims), verification), userClaims);
    assert.deepEqual(verifyAccessToken(signAccessToken(signing, clientClaims), verification), clientClaims);
  }
});

test("row 1: any character outside of A-Za-z0-9-_. is refused before any cryptography", () => {
  const noKeys = (): never => assert.fail("the key was looked up");
  for (const character of [" ", "\n", "\r", "\t", "=", "{", '"', "+", "/", "\0", "é", "Ａ", "😀"]) {
    for (const at of [0, 10, good.indexOf("."), good.length - 20, good.length]) {
      const bad = good.slice(0, at) + character + good.slice(at);
      refuses(bad, "token_malformed", { findKey: noKeys });
    }
  }
});

test("row 2: an algorithm outside of the list is refused, and case counts", () => {
  for (const alg of [
    "noNE",
    "Es256",
    "ES256 ",
    "es256",
    "ES384",
    "HS256",
    "PS256",
    "",
    null,
    7,
    undefined,
    ["ES256"],
  ]) {
    refuses(withHeader({ alg }), "token_malformed");
  }
});

test("row 3: the header's algorithm must be the one that its key is bound to", () => {
  const ed = createSigningKey("EdDSA");
  const both = expecting(key, ed);
  const renamed = forge(ed, { ...headerOf(ed), alg: "Ed25519" }, userClaims);
  assert.throws(() => verifyAccessToken(renamed, both), refusal("token_signature"));
  for (const alg of ["RS256", "EdDSA"]) refuses(withHeader({ alg }), "token_signature");
});

test("row 4: none is never accepted, with an empty, a missing or a real signature", () => {
  for (const alg of ["none", "None", "NONE", "nOnE"]) {
    const forged = withHeader({ alg });
    const unsigned = forged.slice(0, forged.lastIndexOf("."));
    for (const token of [forged, `${unsigned}.`, unsigned, `${unsigned}.AA`]) refuses(token, "token_malformed");
  }
  const unsigned = good.slice(0, good.lastIndexOf("."));
  for (const token of [`${unsigned}.`, unsigned]) refuses(token, "token_malformed");
});

test("row 5: encrypted, nested and JSON-serialised tokens are refused", () => {
  const [protectedPart = "", payload = "", signature = ""] = good.split(".");
  for (const token of [
    `${base64url('{"alg":"dir","enc":"A256GCM"}')}..AAAA.AAAA.AAAA`,
    `${good}.AAAA.AAAA`,
    forge(key, { ...header, cty: "JWT" }, good),
    JSON.stringify({ protected: protectedPart, payload, signature }),
    JSON.stringify({ payload, signatures: [{ protected: protectedPart, signature }] }),
    base64url(JSON.stringify({ protected: protectedPart, payload, signature })),
  ]) {
    refuses(token, "token_malformed");
  }
});

test("row 6: a key belongs to its issuer, and one kid in two issuers stays two keys", () => {
  const other = createSigningKey("ES256");
  const foreign = { ...userClaims, iss: "https://other.example.com" };
  refuses(forge(key, header, foreign), "token_issuer");
  refuses(forge(other, headerOf(other), userClaims), "token_signature");
  refuses(forge(other, header, userClaims), "token_signature");
  const shared = importVerificationKey({ ...other.publicJwk, kid: key.kid });
  const token = forge(other, header, foreign);
  const ofOther = { ...expected, issuer: foreign.iss, findKey: () => shared };
  assert.equal(verifyAccessToken(token, ofOther).iss, foreign.iss);
  assert.throws(() => verifyAccessToken(forge(key, header, foreign), ofOther), refusal("token_signature"));
});

test("row 6: issuers are compared character by character", () => {
  for (const iss of [`${ISSUER}/`, ISSUER.toUpperCase(), ` ${ISSUER}`, "https://api.example.com:443/auth"]) {
    refuses(withClaims({ iss }), "token_issuer");
  }
});

test("row 7: a missing, empty or foreign audience is refused; a list counts only if ours is in it", () => {
  for (const aud of [undefined, "", null, 7, [], [""], [7], [AUDIENCE, 7], { aud: AUDIENCE }]) {
    refuses(withClaims({ aud }), "token_malformed");
  }
  for (const aud of ["https://other.example.com", `${AUDIENCE}/`, [`${AUDIENCE}.evil.example`], ["a", "b"]]) {
    refuses(withClaims({ aud }), "token_audience");
  }
  assert.ok(verifyAccessToken(withClaims({ aud: ["https://other.example.com", AUDIENCE] }), expected));
  assert.ok(verifyAccessToken(good, { ...expected, audience: ["https://other.example.com", AUDIENCE] }));
  refuses(good, "token_audience", { audience: [] });
  refuses(good, "token_audience", { audience: AUDIENCE.slice(0, -1) });
});

test("row 8: a kid with something nasty in it is an unknown key, nothing more", () => {
  for (const kid of [
    "' OR 1=1 --",
    "../../../../etc/passwd",
    "*)(uid=*",
    "a\0b",
    "__proto__",
    "constructor",
    "x".repeat(128),
  ]) {
    refuses(withHeader({ kid }), "token_signature");
  }
  for (const kid of ["x".repeat(129), "x".repeat(10_240), "", null, undefined, 7, {}, [key.kid]]) {
    refuses(withHeader({ kid }), "token_malformed");
  }
});

test("row 9: a key that the token brings or points to is never used, nor fetched", async () => {
  let requests = 0;
  const server = createServer((_request, response) => {
    requests++;
    response.end();
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`;
  const attacker = createSigningKey("ES256");
  for (const extra of [{ jwk: attacker.publicJwk }, { jku: url }, { x5u: url }, { x5c: ["AAAA"] }, { jwk: null }]) {
    refuses(withHeader(extra), "token_malformed");
    refuses(forge(attacker, { ...header, ...extra }, userClaims), "token_malformed");
  }
  await turn();
  await new Promise((done) => server.close(done));
  assert.equal(requests, 0);
});

test("row 10: no other kind of token is an access token", () => {
  for (const typ of [
    "dpop+jwt",
    "client-authentication+jwt",
    "token-introspection+jwt",
    "hufu-ticket+jwt",
    "JWT",
    "secevent+jwt",
  ]) {
    refuses(withHeader({ typ }), "token_malformed");
  }
});

test("row 11: crit and b64 are refused with any value", () => {
  for (const extra of [
    { crit: ["exp"] },
    { crit: [] },
    { crit: ["missing"] },
    { crit: ["b64"], b64: false },
    { crit: null },
    { b64: false },
    { b64: true },
  ]) {
    refuses(withHeader(extra), "token_malformed");
  }
});

// Row 12 is in algorithms.test.ts, row 13 in secrets.test.ts.
test("row 12: EdDSA and its fully specified name are two names, each for its own keys", () => {
  for (const alg of ["EdDSA", "Ed25519"] as const) {
    const signing = createSigningKey(alg);
    const token = signAccessToken(signing, userClaims);
    assert.equal(parseAccessToken(token).alg, alg);
    assert.ok(verifyAccessToken(token, expecting(signing)));
  }
});

test("row 13: no shared secret verifies an access token", () => {
  for (const alg of ["HS256", "HS384", "HS512"]) refuses(withHeader({ alg }), "token_malformed");
});

test("row 14: header and claims must be well-formed UTF-8 without a byte order mark", () => {
  const json = JSON.stringify(userClaims);
  const head = JSON.stringify(header);
  for (const spoil of [
    (text: string) => Buffer.from(`\ufeff${text}`),
    (text: string) => Buffer.from(text, "utf16le"),
    (text: string) => Buffer.concat([Buffer.from(text.slice(0, -1)), Buffer.from(',"x":"\xff"}', "latin1")]),
    (text: string) => Buffer.from(`${text.slice(0, -1)},"x":"\\ud800"}`),
  ]) {
    refuses(forge(key, header, spoil(json)), "token_malformed");
    refuses(forge(key, spoil(head), json), "token_malformed");
  }
});

test("row 15: a member name twice, in header or claims, is refused", () => {
  const json = JSON.stringify(userClaims);
  const head = JSON.stringify(header);
  for (const extra of [
    '"exp":9999999999',
    '"\\u0065xp":9999999999',
    '"x":{"a":1,"a":2}',
    '"__proto__":1,"__proto__":2',
  ]) {
    refuses(forge(key, header, `${json.slice(0, -1)},${extra}}`), "token_malformed");
  }
  for (const extra of ['"alg":"ES256"', '"kid":"other"', '"x":{"a":1,"a":1}']) {
    refuses(forge(key, `${head.slice(0, -1)},${extra}}`, json), "token_malformed");
  }
});

test("row 16: times are whole, finite, not negative, and no life is longer than a day", () => {
  for (const name of ["exp", "iat", "auth_time"]) refuses(withClaims({ [name]: undefined }), "token_malformed");
  for (const name of ["exp", "iat", "nbf", "auth_time"]) {
    for (const raw of [
      '"1790000500"',
      "1e400",
      "-1e400",
      "-1",
      "1790000500.5",
      "9007199254740993",
      "null",
      "true",
      "[]",
      "{}",
    ]) {
      refuses(withRaw(name, raw), "token_malformed");
    }
  }
  refuses(withClaims({ iat: NOW - 10, exp: NOW - 10 }), "token_malformed");
  refuses(withClaims({ iat: NOW, exp: NOW - 1 }), "token_malformed");
  refuses(withClaims({ iat: NOW, exp: NOW + 86_461 }), "token_malformed");
  refuses(withClaims({ iat: NOW, exp: NOW + 601 }), "token_malformed", { maxLifetime: 600 });
  assert.ok(verifyAccessToken(withClaims({ iat: NOW, exp: NOW + 86_400 }), expected));
});

test("row 16: a token ends at its exp, to the second, and later only by the leeway that was asked for", () => {
  const token = withClaims({ exp: NOW });
  refuses(token, "token_expired");
  assert.ok(verifyAccessToken(token, { ...expected, now: NOW - 1 }));
  assert.ok(verifyAccessToken(token, { ...expected, now: NOW + 59, leeway: 60 }));
  refuses(token, "token_expired", { now: NOW + 60, leeway: 60 });
  refuses(token, "token_expired", { now: Number.NaN });
  for (const leeway of [-1, 61, Number.NaN, Number.POSITIVE_INFINITY]) {
    assert.throws(() => verifyAccessToken(token, { ...expected, leeway }), TypeError);
  }
});

test("row 16: a token from more than a minute ahead does not count yet", () => {
  assert.ok(verifyAccessToken(withClaims({ iat: NOW + 60 }), expected));
  refuses(withClaims({ iat: NOW + 61 }), "token_expired");
  assert.ok(verifyAccessToken(withClaims({ nbf: NOW + 60 }), expected));
  refuses(withClaims({ nbf: NOW + 61 }), "token_expired");
});

test("row 17: the type is at+jwt, in either form and any case, and nothing else", () => {
  for (const typ of ["at+jwt", "AT+JWT", "application/at+jwt", "Application/At+Jwt"]) {
    assert.ok(verifyAccessToken(withHeader({ typ }), expected));
  }
  for (const typ of [
    undefined,
    null,
    "",
    "jwt",
    "at",
    "at+jwt ",
    "text/at+jwt",
    "application/application/at+jwt",
    7,
    ["at+jwt"],
  ]) {
    refuses(withHeader({ typ }), "token_malformed");
  }
});

test("row 18: an issued token has every claim that RFC 9068 asks for, and no jti is issued twice", async () => {
  for (const claims of [userClaims, clientClaims]) {
    const { payload } = await jose.jwtVerify(signAccessToken(key, claims), await jose.importJWK({ ...key.publicJwk }), {
      issuer: ISSUER,
      audience: AUDIENCE,
      typ: "at+jwt",
      currentDate: new Date(NOW * 1000),
      requiredClaims: ["iss", "exp", "aud", "sub", "client_id", "iat", "jti"],
    });
    assert.equal(payload.sub, claims.sub);
  }
  const seen = new Set<string>();
  for (let n = 0; n < 200_000; n++) seen.add(newTokenId(systemRandom));
  assert.equal(seen.size, 200_000);
});

test("row 22: a back end's subject is its client id and nothing else, and it has no session", () => {
  const forged = (over: object): string => forge(key, header, { ...clientClaims, ...over });
  assert.ok(verifyAccessToken(forged({}), expected));
  for (const over of [
    { sub: "client:other" },
    { sub: "client:" },
    { sub: "orders-api" },
    { sub: userClaims.sub },
    { sid: userClaims.sid },
    { client_id: userClaims.sub },
  ]) {
    refuses(forged(over), "token_malformed");
  }
});

test("a claim of the wrong type is refused, claim by claim", () => {
  const wrong: Readonly<Record<string, readonly unknown[]>> = {
    iss: [undefined, "", 7, [ISSUER], { iss: ISSUER }, null],
    sub: [
      undefined,
      "",
      7,
      ["u_AAAAAAAAAAAAAAAAAAAAAA"],
      "u_",
      "u_short",
      "s_AAAAAAAAAAAAAAAAAAAAAA",
      "u_AAAAAAAAAAAAAAAAAAAAAB",
      null,
    ],
    sid: [undefined, "", "s_", userClaims.sub, 7, null, `${userClaims.sid}=`],
    client_id: [undefined, "", 7, ["a"], {}, null],
    jti: [undefined, "", "x".repeat(129), 7, null],
    roles: ["member", [7], [null], {}, null],
    permissions: ["order:read", [["order:read"]], {}, null],
    ver: [undefined, "1", -1, 1.5, null],
    pol: [undefined, "1", -1, 1.5, null],
    acr: [undefined, "", 7, null],
    amr: [undefined, "swk", [7], null],
    uid: ["", 42, null],
    openid: ["", 42, null],
    cnf: ["x", {}, { jkt: 7 }, { jkt: "" }, { jkt: "AAAA" }, { jkt: `${"A".repeat(42)}B` }, null, []],
    claims: ["x", [], null, 7],
  };
  for (const [name, values] of Object.entries(wrong)) {
    for (const value of values) refuses(withClaims({ [name]: value }), "token_malformed");
  }
  assert.ok(
    verifyAccessToken(withClaims({ cnf: { jkt: "A".repeat(43) }, claims: { any: ["thing"] }, unknown: 1 }), expected),
  );
});

test("only the signature of exactly these bytes counts", () => {
  const [head = "", payload = "", signature = ""] = good.split(".");
  const other = forge(key, header, { ...userClaims, jti: "another" }).split(".");
  refuses(`${head}.${other[1]}.${signature}`, "token_signature");
  refuses(`${head}.${payload}.${other[2]}`, "token_signature");
  refuses(`${head}.${payload}.${base64url(Buffer.alloc(64))}`, "token_signature");
  // 85 characters spell no bytes at all; 84 spell a signature that is too short.
  refuses(`${head}.${payload}.${signature.slice(0, -1)}`, "token_malformed");
  refuses(`${head}.${payload}.${signature.slice(0, -2)}`, "token_signature");
});

test("a truncated or extended token is refused, by any number of characters", () => {
  for (let cut = 1; cut <= 40; cut++) {
    assert.throws(() => verifyAccessToken(good.slice(0, -cut), expected), HufuError);
    assert.throws(() => verifyAccessToken(good.slice(cut), expected), HufuError);
    assert.throws(() => verifyAccessToken(good + "A".repeat(cut), expected), HufuError);
  }
});

test("a foreign or expired token never asks for a key", () => {
  const findKey = (): never => assert.fail("the key was looked up");
  refuses(withClaims({ iss: "https://other.example.com" }), "token_issuer", { findKey });
  refuses(withClaims({ aud: "https://other.example.com" }), "token_audience", { findKey });
  refuses(withClaims({ exp: NOW }), "token_expired", { findKey });
});

test("no refusal holds any part of the token", () => {
  for (const bad of [
    good.slice(0, -1),
    withClaims({ exp: NOW }),
    withClaims({ sub: "u_x" }),
    withHeader({ alg: "none" }),
  ]) {
    try {
      verifyAccessToken(bad, expected);
      assert.fail("accepted");
    } catch (error) {
      assert.ok(error instanceof HufuError);
      const said = `${error.message} ${error.detail} ${JSON.stringify(error)}`;
      for (const part of bad.split(".")) assert.equal(said.includes(part), false);
    }
  }
});

test("any header and any claims end in a refusal and never in another error", () => {
  const value = fc.jsonValue({ maxDepth: 2 });
  const names = fc.constantFrom(...Object.keys(userClaims), "nbf", "cnf", "claims");
  const heads = fc.constantFrom("typ", "alg", "kid", "crit", "jwk");
  fc.assert(
    fc.property(
      fc.dictionary(heads, value, { maxKeys: 2 }),
      fc.dictionary(names, value, { maxKeys: 3 }),
      (head, claims) => {
        const token = forge(key, { ...header, ...head }, { ...userClaims, ...claims });
        try {
          verifyAccessToken(token, expected);
        } catch (error) {
          assert.ok(error instanceof HufuError);
        }
      },
    ),
    { numRuns: 300 },
  );
});

test("a token with any one character changed is refused", () => {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";
  fc.assert(
    fc.property(fc.nat(good.length - 1), fc.constantFrom(...alphabet), (at, character) => {
      fc.pre(good[at] !== character);
      assert.throws(() => verifyAccessToken(good.slice(0, at) + character + good.slice(at + 1), expected), HufuError);
    }),
    { numRuns: 500 },
  );
});

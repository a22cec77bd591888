import assert from "node:assert/strict";
import { test } from "node:test";
import { newSessionId, newUserId } from "../../core/ids.ts";
import { systemRandom } from "../../core/random.ts";
import { signAccessToken } from "../../token/access-token/sign-access-token.ts";
import { createSigningKey } from "../../token/keys/signing-key.ts";
import { createRefreshTokens } from "../../token/refresh-token.ts";
import { createSecrets } from "../../token/sealing/secrets.ts";
import { type Ran, typed } from "../hufu.fixture.ts";

const key = createSigningKey("ES256");
const now = Math.floor(Date.now() / 1000);
const claims = {
  iss: "https://api.example.com/auth",
  aud: "https://api.example.com",
  exp: now + 430,
  iat: now - 170,
  jti: "AAAAAAAAAAAAAAAAAAAAAA",
  client_id: "wx-demo",
  sub: newUserId(systemRandom, 0),
  sid: newSessionId(systemRandom, 0),
  roles: ["member"],
  permissions: ["order:read:own"],
  ver: 1,
  pol: 2,
  auth_time: now - 7200,
  acr: "platform",
  amr: ["swk"],
};
const header = { alg: "ES256", typ: "at+jwt", kid: key.kid };

function part(value: unknown): string {
  return Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");
}

function signed(head: unknown, payload: unknown): string {
  const input = `${part(head)}.${part(payload)}`;
  return `${input}.${key.sign(input).toString("base64url")}`;
}

/** Inspects a token and asserts for every input that what stands in the place of a signature is not printed. */
async function inspect(token: string, input = ""): Promise<Ran> {
  const ran = await typed(["token", "inspect", token], { folder: "/" }, input);
  for (const text of [token, input]) {
    const signature = text.trim().split(".").at(-1) ?? "";
    if (signature.length > 8) assert.ok(!(ran.out + ran.err).includes(signature.slice(0, 20)));
  }
  return ran;
}

test("a good token is explained: what, who, when, and that this proves nothing", async () => {
  const { code, out } = await inspect(signAccessToken(key, claims));
  assert.equal(code, 0);
  assert.match(out, /^The signature was not checked; with --config FILE it is\.\n/);
  assert.match(out, /expires +\S+ \(in 7 minutes\)/);
  assert.match(out, /signed in +\S+ \(2 hours ago\)/);
  assert.match(out, new RegExp(`subject +${claims.sub} \\(a user\\)`));
  assert.match(out, new RegExp(`"kid": "${key.kid}"`));
  assert.match(out, /Nothing is wrong with it that can be seen here/);
  assert.match(out, /This proves nothing/);
});

test("it is found in a header line, in quotes and on standard input", async () => {
  const token = signAccessToken(key, claims);
  for (const text of [`Authorization: Bearer ${token}`, `"${token}"`, ` bearer ${token}\n`]) {
    assert.equal((await inspect("-", text)).code, 0, text);
  }
  assert.equal((await typed(["token", "inspect", "Bearer", token], { folder: "/" })).code, 0);
  const nothing = await inspect("-", "  \n");
  assert.equal(nothing.code, 1);
  assert.match(nothing.err, /there is no token/);
});

test("a whole answer is recognised, and nothing of it is repeated", async () => {
  const token = signAccessToken(key, claims);
  const answer = { access_token: token, token_type: "Bearer", expires_in: 600 };
  for (const text of [JSON.stringify(answer), ` ${JSON.stringify(answer, undefined, 2)}\n`]) {
    const { code, out, err } = await inspect("-", text);
    assert.equal(code, 1);
    assert.equal(out, "");
    assert.equal(err, "hufu: this is the whole answer; give its access_token\n");
  }
  assert.match((await inspect("-", '{"error":"invalid_grant"}')).out, /cannot be read as an access token/);
  assert.match((await inspect("-", '{"access_token":"')).out, /cannot be read as an access token/);
});

const wrongs: readonly (readonly [string, RegExp])[] = [
  [signed(header, { ...claims, iat: now - 900, exp: now - 300 }), /It expired 5 minutes ago/],
  [signed(header, { ...claims, iat: now + 3700, exp: now + 4000 }), /issued in 1 hour: the clocks/],
  [signed(header, { ...claims, nbf: now + 7300 }), /not valid yet; it will be in 2 hours/],
  [signed(header, { ...claims, exp: now + 10 * 86_400 }), /claims to live 10 days/],
  [signed(header, { ...claims, exp: claims.iat }), /ends before it begins/],
  [signed(header, { ...claims, exp: claims.exp * 1000, iat: claims.iat * 1000 }), /look like milliseconds/],
  [signed(header, { ...claims, sub: "admin" }), /Its claim sub is not what/],
  [signed(header, { ...claims, sid: undefined }), /Its claim sid is missing/],
  [signed({ ...header, typ: "JWT" }, claims), /typ is not at\+jwt/],
  [signed({ ...header, alg: "HS256" }, claims), /HS family/],
  [`${part({ ...header, alg: "none" })}.${part(claims)}.`, /alg is none[\s\S]*no signature/],
  [signed({ ...header, kid: undefined }, claims), /kid, which names the key, is missing/],
  [signed({ ...header, jwk: {} }, claims), /brings its own key \(jwk\)/],
  [signed({ ...header, crit: ["b64"], b64: false }, claims), /has crit and b64/],
  [signed(header, JSON.stringify(claims).replace('"ver":1', '"ver":1,"ver":9')), /readers could disagree/],
  [signed(header, "[1]"), /payload is not a JSON object/],
  [`${signAccessToken(key, claims)}.x.y`, /five parts/],
  [signAccessToken(key, claims).split(".").slice(0, 2).join("."), /has 2 parts/],
  ["just-some-text-that-is-no-token", /has one part/],
  [`${part(header)}=.${part(claims)}.AAAA`, /header is not canonical base64url/],
  [signAccessToken(key, claims).slice(0, -1), /signature is not canonical|Nothing/],
  [signed({ ...header, kid: "Paja3FovcD6M8uXAaqhNwHquXlVqyyo7SyNc_1WpHnY" }, claims), /key of hufu\/testing/],
];

test("what is wrong is said in plain words, and the exit code says so too", async () => {
  for (const [token, words] of wrongs) {
    const { code, out } = await inspect("-", token);
    assert.match(out, words);
    if (out.includes("What is wrong")) assert.equal(code, 1);
  }
});

test("what a stranger wrote into a token cannot move the cursor", async () => {
  const { out } = await inspect(signed(header, { ...claims, uid: "\u001b[2J\u202e", roles: ["\u009b31m"] }));
  assert.deepEqual(
    ["\u001b", "\u202e", "\u009b"].filter((char) => out.includes(char)),
    [],
  );
});

test("of a refresh token it prints secret's id, session and generation, and nothing more", async () => {
  const tokens = createRefreshTokens(createSecrets(["Vb4T1mZk9qLr7Xw2Jc8Ne5Hy3Ug6Pd0S"]));
  const keyId = createSecrets(["Vb4T1mZk9qLr7Xw2Jc8Ne5Hy3Ug6Pd0S"]).newest.id;
  const sessionId = newSessionId(systemRandom, 0);
  const first = tokens.first({ keyId, sessionId, code: "c", attempt: "a" });
  const text = tokens.child({ keyId, parent: first, attempt: "b", tag: "" });
  const { code, out } = await inspect("-", text);
  assert.equal(code, 0);
  assert.match(out, /^Whether it is genuine was not checked; with --config FILE it is\.\n/);
  assert.match(out, new RegExp(`secret's id +${keyId}\n +session +${sessionId}\n +generation +1\n`));
  assert.match(out, /This proves nothing/);
  const secretPart = text.slice(-60);
  assert.ok(!out.includes(secretPart.slice(0, 12)));

  const cut = await inspect("-", text.slice(0, -3));
  assert.equal(cut.code, 1);
  assert.match(cut.out, /not whole/);
  assert.ok(!cut.out.includes(sessionId));
});

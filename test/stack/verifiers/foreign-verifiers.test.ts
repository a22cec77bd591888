import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import * as jose from "jose";
import { forged, type ServedHufu, serveHufu, signInAs, tampered } from "../served.fixture.ts";

const run = promisify(execFile);
/** Debian's own Python, for which python3-jwt is packaged. */
const PYTHON = "/usr/bin/python3";
const VERIFY = `
import json, sys, jwt
issuer, audience, jwks = sys.argv[1:4]
keys = jwt.PyJWKClient(jwks)
out = []
for token in json.load(sys.stdin):
    try:
        key = keys.get_signing_key_from_jwt(token)
        claims = jwt.decode(token, key.key, algorithms=["ES256", "EdDSA", "RS256"], audience=audience, issuer=issuer)
        out.append(claims["sub"])
    except Exception as error:
        out.append("refused: " + type(error).__name__)
print(json.dumps(out))
`;

for (const algorithm of ["ES256", "EdDSA", "RS256"] as const) {
  describe(`${algorithm} tokens in other people's hands`, () => {
    let served: ServedHufu;
    let token: string;
    let bad: string[];

    before(async () => {
      served = await serveHufu({ tokens: { algorithm } });
      token = (await signInAs(served, "alice")).access_token;
      bad = [tampered(token), forged(token, { sub: "u_AAAAAAAAAAAAAAAAAAAAAA" }), token.slice(0, -2)];
    });
    after(() => served.close());

    test("jose accepts them through the JWKS, and refuses them after tampering", async () => {
      const keys = jose.createRemoteJWKSet(new URL(`${served.issuer}/.well-known/jwks.json`));
      const expected = { issuer: served.issuer, audience: served.hufu.audience, typ: "at+jwt" };
      const { payload } = await jose.jwtVerify(token, keys, expected);
      assert.match(payload.sub ?? "", /^u_/);
      for (const other of bad) await assert.rejects(jose.jwtVerify(other, keys, expected));
    });

    test("PyJWT accepts them through the JWKS, and refuses them after tampering", async () => {
      const child = run(PYTHON, [
        "-c",
        VERIFY,
        served.issuer,
        served.hufu.audience,
        `${served.issuer}/.well-known/jwks.json`,
      ]);
      child.child.stdin?.end(JSON.stringify([token, ...bad]));
      const verdicts: string[] = JSON.parse((await child).stdout);
      assert.match(verdicts[0] ?? "", /^u_/);
      for (const verdict of verdicts.slice(1)) assert.match(verdict, /^refused: /);
    });
  });
}

import { generateKeyPairSync, randomUUID, sign } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { ask } from "./ask.ts";
import { type Expected, meets } from "./cases.ts";
import { askToken, granted, newAttempt, refresh, signIn, signInForm } from "./mini-program.ts";
import { APP, type Served, startServed } from "./served-hufu.ts";

// Proof of possession comes with a later version. Until then no session is bound, so a proof is never expected; anyone who
// sends one must not believe that it was checked.
const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const { kty, crv, x, y } = publicKey.export({ format: "jwk" });

function proofFor(url: string, method: string): Record<string, string> {
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const header = { typ: "dpop+jwt", alg: "ES256", jwk: { kty, crv, x, y } };
  const claims = { jti: randomUUID(), htm: method, htu: url, iat: Math.floor(Date.now() / 1000) };
  const input = `${encode(header)}.${encode(claims)}`;
  const signature = sign("sha256", Buffer.from(input), { key: privateKey, dsaEncoding: "ieee-p1363" });
  return { dpop: `${input}.${signature.toString("base64url")}` };
}

describe("proof of possession (§5, RFC 9449)", () => {
  let served: Served;
  before(async () => {
    served = await startServed();
  });
  after(() => served.close());
  const atToken = (): Record<string, string> => proofFor(`${served.issuer}/oauth/token`, "POST");
  const refused = (reason: string): Expected => ({ status: 400, error: "invalid_dpop_proof", reason });

  test("a proof at sign-in is refused, and costs no login code", async () => {
    const form = signInForm(served);
    await meets(await askToken(served, form, atToken()), refused("proof_unexpected"));
    await meets(await askToken(served, form, { dpop: "none" }), refused("proof_unexpected"));
    granted(await askToken(served, form));
  });

  test("a proof on the refresh of an unbound session is refused, and the session lives", async () => {
    const { refresh_token } = await signIn(served);
    const form = { grant_type: "refresh_token", client_id: APP, refresh_token, attempt_id: newAttempt() };
    await meets(await askToken(served, form, atToken()), refused("proof_unexpected"));
    granted(await refresh(served, refresh_token));
  });

  test("an unbound token does not become good as DPoP, with a proof neither", async () => {
    const { access_token } = await signIn(served);
    const headers = { authorization: `DPoP ${access_token}`, ...proofFor(`${served.issuer}/me`, "GET") };
    const answer = await ask(served.issuer, { path: "/me", headers });
    await meets(answer, { status: 401, error: ["invalid_token", "invalid_dpop_proof"] });
  });
});

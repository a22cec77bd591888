import assert from "node:assert/strict";
import { generateKeyPairSync, randomUUID, sign } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { ask } from "./ask.ts";
import { type Expected, meets } from "./cases.ts";
import { askToken, granted, newAttempt, refresh, signIn, signInForm } from "./mini-program.ts";
import { APP, type Served, startServed } from "./served-hufu.ts";

const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const { kty, crv, x, y } = publicKey.export({ format: "jwk" });

function proofFor(url: string, method: string, more: object = {}): Record<string, string> {
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const header = { typ: "dpop+jwt", alg: "ES256", jwk: { kty, crv, x, y } };
  const claims = { jti: randomUUID(), htm: method, htu: url, iat: Math.floor(Date.now() / 1000), ...more };
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
  const atToken = (more: object = {}): Record<string, string> => proofFor(`${served.issuer}/oauth/token`, "POST", more);
  /** What the server answers to a proof without a nonce. */
  async function nonceOf(): Promise<string> {
    const answer = await askToken(served, signInForm(served), atToken());
    await meets(answer, { status: 400, error: "use_dpop_nonce", reason: "proof_nonce" });
    return String(answer.headers["dpop-nonce"]);
  }
  const refused = (reason: string): Expected => ({ status: 400, error: "invalid_dpop_proof", reason });

  test("a broken proof and a proof without a nonce are refused, and cost no login code", async () => {
    const form = signInForm(served);
    await meets(await askToken(served, form, { dpop: "none" }), refused("proof_invalid"));
    await meets(await askToken(served, form, atToken()), {
      status: 400,
      error: "use_dpop_nonce",
      reason: "proof_nonce",
    });
    granted(await askToken(served, form));
  });

  test("a session is bound at sign-in, and its token is of type DPoP", async () => {
    const nonce = await nonceOf();
    const answer = await askToken(served, signInForm(served), atToken({ nonce }));
    const { token_type, refresh_token } = granted(answer);
    assert.equal(token_type, "DPoP");
    const form = { grant_type: "refresh_token", client_id: APP, refresh_token, attempt_id: newAttempt() };
    await meets(await askToken(served, form), refused("proof_missing"));
    assert.equal(granted(await askToken(served, form, atToken({ nonce }))).refresh_token, refresh_token);
  });

  test("a proof on the refresh of an unbound session is refused, and the session lives", async () => {
    const { refresh_token } = await signIn(served);
    const form = { grant_type: "refresh_token", client_id: APP, refresh_token, attempt_id: newAttempt() };
    await meets(await askToken(served, form, atToken({ nonce: await nonceOf() })), refused("proof_unexpected"));
    granted(await refresh(served, refresh_token));
  });

  test("an unbound token does not become good as DPoP, with a proof neither", async () => {
    const { access_token } = await signIn(served);
    const headers = { authorization: `DPoP ${access_token}`, ...proofFor(`${served.issuer}/me`, "GET") };
    const answer = await ask(served.issuer, { path: "/me", headers });
    await meets(answer, { status: 401, error: ["invalid_token", "invalid_dpop_proof"] });
  });
});

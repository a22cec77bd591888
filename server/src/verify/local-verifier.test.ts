import assert from "node:assert/strict";
import { test } from "node:test";
import { newSessionId } from "../core/ids.ts";
import { systemRandom } from "../core/random.ts";
import { AUDIENCE, countedKeys, createSetClock, ISSUER, LATER, sign, userClaims } from "./issuer.fixture.ts";
import { createLocalVerifier } from "./local-verifier.ts";
import { createRevocationList } from "./revocation-list/revocation-list.ts";

test("beside the server, a token is known from the moment it is minted until it is revoked", async () => {
  const revocations = createRevocationList({ clock: createSetClock() });
  const keys = countedKeys([]);
  const verifier = createLocalVerifier({
    issuer: ISSUER,
    audience: AUDIENCE,
    keys,
    revocations,
    permissionsOf: () => [],
  });
  await verifier.ready();
  const claims = userClaims();
  const token = sign(claims);
  verifier.remember(token, claims);
  const auth = verifier.check(`Bearer ${token}`);
  assert.ok(!(auth instanceof Promise));
  assert.equal(auth.sub, claims.sub);
  assert.equal(verifier.checkToken(token), auth);
  revocations.apply([{ revocation: { sid: claims.sid, why: "logged_out" }, until: LATER }]);
  assert.throws(() => verifier.check(`Bearer ${token}`), { reason: "token_revoked", why: "logged_out" });
  assert.equal(keys.sought, 0);
  verifier.close();
});

test("while the list is not brought up to date tokens pass for so long and no longer; what is revoked stays so", async () => {
  const revocations = createRevocationList({ clock: createSetClock() });
  const silence = { now: 0, ms: () => silence.now, most: 5000 };
  const verifier = createLocalVerifier({
    issuer: ISSUER,
    audience: AUDIENCE,
    keys: countedKeys([]),
    revocations,
    permissionsOf: () => [],
    silence,
  });
  const [good, kicked] = [userClaims(), userClaims({ sid: newSessionId(systemRandom, 0) })].map((claims) => {
    const token = sign(claims);
    verifier.remember(token, claims);
    return { claims, token };
  });
  assert.ok(good !== undefined && kicked !== undefined);
  revocations.apply([{ revocation: { sid: kicked.claims.sid, why: "kicked" }, until: LATER }]);
  silence.now = 5000;
  assert.equal((await verifier.checkToken(good.token)).sub, good.claims.sub);
  silence.now = 5001;
  assert.throws(() => verifier.check(`Bearer ${good.token}`), { reason: "revocations_unknown" });
  assert.throws(() => verifier.checkToken(kicked.token), { reason: "token_revoked", why: "kicked" });
  assert.equal(verifier.feedAge(), 5001);
  silence.now = 10;
  assert.equal((await verifier.checkToken(good.token)).sub, good.claims.sub);
});

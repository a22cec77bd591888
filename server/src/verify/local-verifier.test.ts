import assert from "node:assert/strict";
import { test } from "node:test";
import { AUDIENCE, countedKeys, createSetClock, ISSUER, LATER, sign, userClaims } from "./an-issuer.testing.ts";
import { createLocalVerifier } from "./local-verifier.ts";
import { createRevocationList } from "./revocation-list.ts";

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

import assert from "node:assert/strict";
import { test } from "node:test";
import type { HufuError } from "../core/errors/errors.ts";
import { silentLogger } from "../core/log/log.ts";
import type { AccessClaims } from "../token/access-token/access-claims.ts";
import { createSigningKey } from "../token/keys/signing-key.ts";
import { createSetTime } from "./feed/set-time.fixture.ts";
import { AUDIENCE, clientClaims, countedKeys, ISSUER, LATER, sign, userClaims } from "./issuer.fixture.ts";
import { createLocalVerifier } from "./local-verifier.ts";
import { createRevocationList } from "./revocation-list/revocation-list.ts";

const key = createSigningKey("ES256");

function createScene() {
  const logged: [string, object][] = [];
  const time = createSetTime();
  const revocations = createRevocationList({ clock: time });
  const verifier = createLocalVerifier({
    issuer: ISSUER,
    audience: AUDIENCE,
    keys: countedKeys([key]),
    revocations,
    permissionsOf: () => [],
    pause: time.pause,
    log: { ...silentLogger, error: (fields, message) => void logged.push([message, fields]) },
  });
  const ended: [string, string, string | undefined][] = [];
  async function watch(name: string, claims: AccessClaims): Promise<() => void> {
    const auth = await verifier.checkToken(sign(claims, key));
    return verifier.watch(auth, ({ reason, why }: HufuError) => ended.push([name, reason, why]));
  }
  return { time, revocations, verifier, ended, watch, logged };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test("a connection that is watched is told once what ends it; no other connection is told", async () => {
  const { revocations, ended, watch, time } = createScene();
  const [session, token, user, other] = [userClaims(), clientClaims(), userClaims(), userClaims()];
  await watch("session", session);
  await watch("session, again", session);
  await watch("token", token);
  await watch("user", user);
  await watch("other", other);
  const entries = [
    { revocation: { sid: session.sid, why: "kicked" }, until: LATER },
    { revocation: { jti: token.jti, why: "logged_out" }, until: LATER },
    { revocation: { sub: user.sub, ver: 2, why: "roles_changed" }, until: LATER },
    { revocation: { sub: other.sub, ver: 1, why: "roles_changed" }, until: LATER },
    { revocation: { role: "member", pol: 9, permissions: [] }, until: LATER },
  ] as const;
  for (const entry of entries) revocations.apply([entry]);
  revocations.apply(entries);
  await turn();
  assert.deepEqual(ended, [
    ["session", "token_revoked", "kicked"],
    ["session, again", "token_revoked", "kicked"],
    ["token", "token_revoked", "logged_out"],
    ["user", "token_stale", "roles_changed"],
  ]);
  assert.equal(time.waiting.length, 1);
});

test("a key, a reset and a list that takes the place of another end whom they concern", async () => {
  for (const revocation of [
    { kid: key.kid, why: "key_compromised" },
    { all: true, pol: 2, why: "reset" },
    { client_id: "wx-shop", pol: 2, why: "reset" },
  ] as const) {
    for (const aside of [false, true]) {
      const { revocations, ended, watch } = createScene();
      await watch("one", userClaims());
      const replacement = revocations.startOver();
      (aside ? replacement : revocations).apply([{ revocation, until: LATER }]);
      await turn();
      assert.equal(ended.length, aside ? 0 : 1);
      if (aside) replacement.swapIn();
      await turn();
      assert.deepEqual(ended, [["one", "token_revoked", revocation.why]]);
    }
  }
});

test("a token's end is noticed within a second", async () => {
  const { time, ended, watch } = createScene();
  await watch("one", userClaims());
  for (let at = 0; at < 599; at += 1) {
    time.advance(1000);
    await turn();
  }
  assert.deepEqual(ended, []);
  time.advance(1000);
  await turn();
  assert.deepEqual(ended, [["one", "token_expired", undefined]]);
  assert.equal(time.waiting.length, 0);
});

test("what has ended before it was watched is told as well", async () => {
  const { revocations, verifier } = createScene();
  const claims = userClaims();
  const auth = await verifier.checkToken(sign(claims, key));
  revocations.apply([{ revocation: { sid: claims.sid, why: "kicked" }, until: LATER }]);
  const ended: string[] = [];
  verifier.watch(auth, ({ reason }) => ended.push(reason));
  assert.deepEqual(ended, []);
  await turn();
  assert.deepEqual(ended, ["token_revoked"]);
});

test("who stops watching, or closes the verifier, hears nothing", async () => {
  const { revocations, verifier, ended, watch, time } = createScene();
  const [one, two] = [userClaims(), userClaims()];
  (await watch("one", one))();
  await watch("two", two);
  revocations.apply([{ revocation: { sid: one.sid, why: "kicked" }, until: LATER }]);
  verifier.close();
  await turn();
  revocations.apply([{ revocation: { sid: two.sid, why: "kicked" }, until: LATER }]);
  await turn();
  assert.deepEqual(ended, []);
  assert.equal(time.waiting.length, 0);
});

test("an auth of another verifier is a mistake", async () => {
  const { verifier } = createScene();
  const auth = await createScene().verifier.checkToken(sign(userClaims(), key));
  assert.throws(() => verifier.watch(auth, () => undefined), TypeError);
});

test("what a callback throws or rejects with is logged, and stops neither the process nor the others", async () => {
  const { revocations, verifier, ended, watch, logged } = createScene();
  const claims = userClaims();
  const auth = await verifier.checkToken(sign(claims, key));
  const mistakes = [new Error("thrown"), new Error("rejected")];
  verifier.watch(auth, () => {
    throw mistakes[0];
  });
  verifier.watch(auth, () => Promise.reject(mistakes[1]));
  await watch("after them", claims);
  revocations.apply([{ revocation: { sid: claims.sid, why: "kicked" }, until: LATER }]);
  await turn();
  assert.deepEqual(ended, [["after them", "token_revoked", "kicked"]]);
  assert.deepEqual(
    logged,
    mistakes.map((err) => [
      "watch: onEnd failed, so that what it should close may still be open",
      { err, reason: "token_revoked" },
    ]),
  );
});

test("a callback that is no function is a TypeError at once", async () => {
  const { verifier } = createScene();
  const auth = await verifier.checkToken(sign(userClaims(), key));
  assert.throws(() => Reflect.apply(verifier.watch, undefined, [auth]), /^TypeError: watch: onEnd: .*got undefined$/);
});

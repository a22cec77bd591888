import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import fc from "fast-check";
import { HufuError } from "../../core/errors/errors.ts";
import type { Revocation } from "../../core/revocation.ts";
import { isUserClaims } from "../../token/access-token/access-claims.ts";
import { createSigningKey } from "../../token/keys/signing-key.ts";
import {
  AUDIENCE,
  atOnce,
  clientClaims,
  countedKeys,
  createScene,
  ISSUER,
  LATER,
  START,
  sign,
  twinOf,
  userClaims,
} from "../issuer.fixture.ts";
import { createRevocationList } from "../revocation-list/revocation-list.ts";
import { createTokenCheck, type TokenCheckOptions } from "./token-check.ts";

interface Deferred<Value> {
  readonly promise: Promise<Value>;
  resolve(value: Value): void;
}

function deferred<Value>(): Deferred<Value> {
  let resolve: (value: Value) => void = () => undefined;
  const promise = new Promise<Value>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

const revoke = (scene: ReturnType<typeof createScene>, revocation: Revocation): void =>
  scene.revocations.apply([{ revocation, until: LATER }]);

test("printing or serialising an auth never shows the token", () => {
  const scene = createScene();
  const token = sign(userClaims());
  const auth = atOnce(scene.tokens.check(token));
  const printed = [inspect(auth, { showHidden: true, depth: 9 }), JSON.stringify(auth), JSON.stringify({ ...auth })];
  for (const text of printed) {
    assert.ok(text.includes(auth.jti));
    assert.ok(!text.includes(token.slice(-20)));
  }
  assert.equal(scene.tokens.tokenOf({ ...auth }), undefined);
});

test("a good token is answered at once, with one signature check for any number of requests", () => {
  const scene = createScene();
  const claims = userClaims();
  const token = sign(claims);
  const auth = atOnce(scene.tokens.check(token));
  assert.equal(auth.sub, claims.sub);
  for (let i = 0; i < 10; i += 1) assert.equal(scene.tokens.check(token), auth);
  assert.equal(scene.keys.verified, 1);
});

test("a token of a key that is not at hand waits for the key", async () => {
  const key = createSigningKey("ES256");
  const late = countedKeys([key]);
  const scene = createScene({ keys: { find: () => undefined, seek: late.seek } });
  const auth = scene.tokens.check(sign(userClaims(), key));
  assert.ok(auth instanceof Promise);
  assert.equal((await auth).kind, "user");
});

test("a key that does not exist is a wrong signature", async () => {
  const scene = createScene();
  const token = sign(userClaims(), createSigningKey("ES256"));
  await assert.rejects(async () => scene.tokens.check(token), { reason: "token_signature" });
});

test("a foreign or expired token starts no look-up of keys", () => {
  const scene = createScene();
  const stranger = createSigningKey("ES256");
  for (const [changes, reason] of [
    [{ iss: "https://elsewhere.example.com" }, "token_issuer"],
    [{ iss: `${ISSUER}/` }, "token_issuer"],
    [{ aud: "https://elsewhere.example.com" }, "token_audience"],
    [{ aud: ["https://a.example.com", "https://b.example.com"] }, "token_audience"],
    [{ iat: START - 601, exp: START - 1 }, "token_expired"],
  ] as const) {
    assert.throws(() => scene.tokens.check(sign(userClaims(changes), stranger)), { reason });
  }
  assert.equal(scene.keys.sought, 0);
  assert.equal(scene.keys.verified, 0);
});

test("one of several audiences is enough, on either side", () => {
  const scene = createScene({ audience: ["https://x.example.com", AUDIENCE] });
  assert.ok(scene.tokens.check(sign(userClaims({ aud: ["https://y.example.com", AUDIENCE] }))));
});

test("a known token dies at its end, to the second, and stays dead when the wall clock runs back", () => {
  let back = 0;
  const scene = createScene();
  const { clock } = scene;
  const tokens = createTokenCheck({
    issuer: ISSUER,
    audience: AUDIENCE,
    keys: scene.keys,
    revocations: createRevocationList({ clock: { now: () => clock.now() - back, monotonic: clock.monotonic } }),
    permissionsOf: () => [],
  });
  const token = sign(userClaims());
  atOnce(tokens.check(token));
  clock.advance(599_999);
  assert.ok(tokens.check(token));
  clock.advance(1);
  assert.throws(() => tokens.check(token), { reason: "token_expired" });
  back = 300_000;
  assert.throws(() => tokens.check(token), { reason: "token_expired" });
});

test("leeway lets a token live that much longer, seen before or not", () => {
  const scene = createScene({ leeway: 5 });
  const [seen, unseen] = [sign(userClaims()), sign(userClaims())];
  atOnce(scene.tokens.check(seen));
  scene.clock.advance(604_999);
  assert.ok(scene.tokens.check(seen));
  assert.ok(scene.tokens.check(unseen));
  scene.clock.advance(1);
  assert.throws(() => scene.tokens.check(seen), { reason: "token_expired" });
  assert.throws(() => scene.tokens.check(sign(userClaims())), { reason: "token_expired" });
});

test("a known token is refused from the very next request after its revocation, and so is one never seen", () => {
  const claims = userClaims();
  const revocations: readonly (readonly [Revocation, string])[] = [
    [{ sid: claims.sid, why: "kicked" }, "token_revoked"],
    [{ jti: claims.jti, why: "logged_out" }, "token_revoked"],
    [{ all: true, pol: 2, why: "reset" }, "token_revoked"],
    [{ client_id: claims.client_id, pol: 2, why: "reset" }, "token_revoked"],
    [{ sub: claims.sub, ver: 2, why: "banned" }, "token_revoked"],
    [{ sub: claims.sub, ver: 2, why: "roles_changed" }, "token_stale"],
  ];
  for (const [revocation, reason] of revocations) {
    const why = "why" in revocation ? revocation.why : "";
    const scene = createScene();
    const token = sign(claims);
    atOnce(scene.tokens.check(token));
    revoke(scene, revocation);
    for (let i = 0; i < 3; i += 1) assert.throws(() => scene.tokens.check(token), { reason, why });
    const fresh = createScene();
    revoke(fresh, revocation);
    for (let i = 0; i < 3; i += 1) assert.throws(() => fresh.tokens.check(token), { reason, why });
  }
});

test("revoking one leaves the others known", () => {
  const scene = createScene();
  const [one, other] = [userClaims(), userClaims()];
  const [first, second] = [sign(one), sign(other)];
  atOnce(scene.tokens.check(first));
  const auth = scene.tokens.check(second);
  revoke(scene, { sid: one.sid, why: "kicked" });
  assert.equal(scene.tokens.check(second), auth);
  assert.equal(scene.keys.verified, 2);
});

test("a revoked token that is presented again and again costs one signature check", () => {
  const scene = createScene();
  const claims = userClaims();
  const token = sign(claims);
  revoke(scene, { sid: claims.sid, why: "kicked" });
  for (let i = 0; i < 5; i += 1) assert.throws(() => scene.tokens.check(token), { reason: "token_revoked" });
  assert.equal(scene.keys.verified, 1);
});

test("the twin of an ES256 signature is the same token: valid with it, revoked with it", () => {
  const scene = createScene();
  const claims = userClaims();
  const token = sign(claims);
  const twin = twinOf(token);
  assert.notEqual(twin, token);
  for (const one of [token, twin]) assert.ok(scene.tokens.check(one));
  revoke(scene, { jti: claims.jti, why: "logged_out" });
  for (const one of [token, twin]) assert.throws(() => scene.tokens.check(one), { reason: "token_revoked" });
});

test("two valid tokens never share a verdict, not even with one user, session and set of permissions", () => {
  const scene = createScene();
  const base = userClaims();
  const tokens = Array.from({ length: 50 }, (_, i) => sign(userClaims({ ...base, jti: `j-${i}` })));
  const auths = tokens.map((token) => scene.tokens.check(token));
  assert.equal(new Set(auths).size, 50);
  for (const [i, token] of tokens.entries()) {
    const auth = atOnce(scene.tokens.check(token));
    assert.equal(auth.jti, `j-${i}`);
  }
});

test("a token cut short, made longer or changed anywhere is refused, with its true sibling in the cache", async () => {
  const scene = createScene();
  const token = sign(userClaims());
  atOnce(scene.tokens.check(token));
  const changed = [
    ...[1, 2, 3, 10, 40, 90].map((n) => token.slice(0, -n)),
    `${token}A`,
    `${token}=`,
    `${token} `,
    ` ${token}`,
    `${token}\n`,
    `${token}.`,
    `.${token}`,
    token.toUpperCase(),
  ];
  for (let at = 0; at < token.length; at += 7) {
    const other = token[at] === "A" ? "B" : "A";
    changed.push(token.slice(0, at) + other + token.slice(at + 1));
  }
  for (const text of changed) {
    await assert.rejects(
      async () => scene.tokens.check(text),
      (error) => error instanceof HufuError && error.reason.startsWith("token_"),
    );
  }
});

test("garbage of any kind and size is a HufuError", async () => {
  const scene = createScene();
  const parts = fc.array(fc.string({ unit: "binary" }), { maxLength: 5 }).map((some) => some.join("."));
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.string({ unit: "binary" }), parts), async (text) => {
      await assert.rejects(async () => scene.tokens.check(text), HufuError);
    }),
  );
  await assert.rejects(async () => scene.tokens.check("a.".repeat(500_000)), { reason: "token_malformed" });
});

test("one kid with two issuers is two keys: neither's tokens pass for the other's", async () => {
  const [keyA, keyB] = [createSigningKey("ES256"), createSigningKey("ES256")];
  const named = (key: typeof keyA) => ({ ...key, kid: "key-1", publicJwk: { ...key.publicJwk, kid: "key-1" } });
  const [a, b] = [named(keyA), named(keyB)];
  const at = (issuer: string, key: typeof keyA) => createScene({ issuer, keys: countedKeys([key]) }).tokens;
  const [issuerA, issuerB] = ["https://a.example.com", "https://b.example.com"];
  const [checkA, checkB] = [at(issuerA, a), at(issuerB, b)];
  const tokenA = sign(userClaims({ iss: issuerA }), a);
  assert.ok(checkA.check(tokenA));
  assert.throws(() => checkB.check(tokenA), { reason: "token_issuer" });
  const forged = sign(userClaims({ iss: issuerA }), b);
  assert.throws(() => checkA.check(forged), { reason: "token_signature" });
});

test("a token minted here needs no signature check, and everything else", () => {
  const scene = createScene();
  const claims = userClaims();
  const token = sign(claims);
  scene.tokens.remember(token, claims);
  const auth = atOnce(scene.tokens.check(token));
  assert.ok(auth.sub === claims.sub);
  assert.equal(scene.keys.verified, 0);
  revoke(scene, { sid: claims.sid, why: "kicked" });
  assert.throws(() => scene.tokens.check(token), { reason: "token_revoked" });
});

test("a session that ends between minting and first use is refused, and so is a key", () => {
  for (const end of [
    (claims: ReturnType<typeof userClaims>): Revocation => ({ sid: claims.sid, why: "kicked" }),
    (): Revocation => ({ kid: createScene().keyOne.kid, why: "key_compromised" }),
  ]) {
    const scene = createScene();
    const claims = userClaims();
    revoke(scene, end(claims));
    const token = sign(claims);
    scene.tokens.remember(token, claims);
    assert.throws(() => scene.tokens.check(token), { reason: "token_revoked" });
    assert.equal(scene.keys.verified, 0);
  }
});

test("a token minted here for another audience or issuer, or no token at all, is not remembered", () => {
  const scene = createScene();
  for (const changes of [{ aud: "https://elsewhere.example.com" }, { iss: "https://elsewhere.example.com" }]) {
    const claims = userClaims(changes);
    const token = sign(claims);
    scene.tokens.remember(token, claims);
    assert.throws(() => scene.tokens.check(token), HufuError);
  }
  for (const text of ["", ".", "abc", "e30.e30.e30", "bnVsbA.x.y", "W10.x.y"]) {
    scene.tokens.remember(text, userClaims());
    assert.throws(() => scene.tokens.check(text), { reason: "token_malformed" });
  }
});

test("a remembered token expires like any other", () => {
  const scene = createScene();
  const claims = userClaims();
  const token = sign(claims);
  scene.tokens.remember(token, claims);
  scene.clock.advance(600_000);
  assert.throws(() => scene.tokens.check(token), { reason: "token_expired" });
});

test("a compromised key's tokens die in the cache as well, another key's live", () => {
  const scene = createScene();
  const [one, two] = [sign(userClaims(), scene.keyOne), sign(userClaims(), scene.keyTwo)];
  for (const token of [one, two]) atOnce(scene.tokens.check(token));
  revoke(scene, { kid: scene.keyOne.kid, why: "key_compromised" });
  assert.throws(() => scene.tokens.check(one), { reason: "token_revoked", why: "key_compromised" });
  assert.ok(scene.tokens.check(two));
});

test("a check that never had a revoked key says that it is revoked, and does not look for it", async () => {
  const scene = createScene();
  const token = sign(userClaims(), scene.keyOne);
  scene.keys.remove(scene.keyOne.kid);
  await assert.rejects(async () => scene.tokens.check(token), { reason: "token_signature" });
  revoke(scene, { kid: scene.keyOne.kid, why: "reset" });
  assert.throws(() => scene.tokens.check(token), { reason: "token_revoked", why: "reset" });
  assert.ok(scene.tokens.check(sign(userClaims(), scene.keyTwo)));
});

test("a forgotten key's tokens are verified anew, and fail if the key is gone", async () => {
  const scene = createScene();
  const [one, two] = [sign(userClaims(), scene.keyOne), sign(userClaims(), scene.keyTwo)];
  for (const token of [one, two]) atOnce(scene.tokens.check(token));
  scene.tokens.forgetKey(scene.keyOne.kid);
  assert.ok(scene.tokens.check(one));
  assert.equal(scene.keys.verified, 3);
  scene.keys.remove(scene.keyOne.kid);
  scene.tokens.forgetKey(scene.keyOne.kid);
  await assert.rejects(async () => scene.tokens.check(one), { reason: "token_signature" });
  assert.ok(scene.tokens.check(two));
  assert.equal(scene.keys.verified, 3);
});

test("an evicted token is verified again, with the same outcome", () => {
  const scene = createScene({ cacheSize: 4 });
  const all = Array.from({ length: 10 }, (_, i) => sign(userClaims({ jti: `j-${i}` })));
  for (const token of all) atOnce(scene.tokens.check(token));
  for (const [i, token] of all.entries()) {
    const auth = atOnce(scene.tokens.check(token));
    assert.ok(auth.jti === `j-${i}`);
  }
  assert.ok(scene.keys.verified > 10);
});

test("made-up tokens and tokens that come once drive out none that is in use", async () => {
  const scene = createScene({ cacheSize: 50 });
  const known = Array.from({ length: 40 }, () => sign(userClaims()));
  for (const token of [...known, ...known]) atOnce(scene.tokens.check(token));
  const stranger = createSigningKey("ES256");
  for (let i = 0; i < 200; i += 1) {
    await assert.rejects(async () => scene.tokens.check(sign(userClaims(), stranger)), { reason: "token_signature" });
    assert.throws(() => scene.tokens.check(sign(userClaims({ exp: START - 1, iat: START - 601 }))), HufuError);
  }
  assert.equal(scene.tokens.counts().cached, known.length);
  for (let i = 0; i < 200; i += 1) atOnce(scene.tokens.check(sign(userClaims())));
  assert.equal(scene.tokens.counts().cached, 50);
  const { verified } = scene.keys;
  for (const token of known) atOnce(scene.tokens.check(token));
  assert.equal(scene.keys.verified, verified);
});

test("expired tokens make room first, however much they were used", () => {
  const scene = createScene({ cacheSize: 50 });
  const short = Array.from({ length: 30 }, () => sign(userClaims({ exp: START + 60 })));
  const long = Array.from({ length: 20 }, () => sign(userClaims()));
  for (let round = 0; round < 5; round += 1) for (const token of [...long, ...short]) atOnce(scene.tokens.check(token));
  scene.clock.advance(60_000);
  const fresh = Array.from({ length: 25 }, () => sign(userClaims()));
  for (const token of [...fresh, ...fresh]) atOnce(scene.tokens.check(token));
  const { verified } = scene.keys;
  for (const token of [...long, ...fresh]) atOnce(scene.tokens.check(token));
  assert.equal(scene.keys.verified, verified);
});

test("a role's new permissions replace the token's at once, without a refresh and without a request", () => {
  const scene = createScene();
  const claims = userClaims({ pol: 5 });
  const token = sign(claims);
  const before = atOnce(scene.tokens.check(token));
  assert.ok(before.can("order:create") && !before.can("order:delete"));
  revoke(scene, { role: "member", pol: 6, permissions: ["order:delete"] });
  const after = atOnce(scene.tokens.check(token));
  assert.ok(!after.can("order:create") && after.can("order:delete"));
  assert.equal(scene.tokens.check(token), after);
  assert.equal(scene.keys.verified, 1);
  assert.ok(before.can("order:create"), "a request that is under way keeps what it was given");
});

test("permissions listed before the token was minted, or for other roles, change nothing", () => {
  const scene = createScene();
  revoke(scene, { role: "member", pol: 5, permissions: [] });
  revoke(scene, { role: "admin", pol: 9, permissions: [] });
  const auth = atOnce(scene.tokens.check(sign(userClaims({ pol: 5 }))));
  assert.ok(auth.can("order:create"));
});

test("several roles add up, and each later change counts", () => {
  const scene = createScene();
  const token = sign(userClaims({ pol: 5, roles: ["a", "b"], permissions: ["x:one", "y:one"] }));
  atOnce(scene.tokens.check(token));
  revoke(scene, { role: "a", pol: 6, permissions: ["x:two", "z:one"] });
  revoke(scene, { role: "b", pol: 7, permissions: ["z:one", "y:two"] });
  const permissions = () => {
    const auth = atOnce(scene.tokens.check(token));
    return auth.permissions;
  };
  assert.deepEqual(permissions(), ["x:two", "y:two", "z:one"]);
  revoke(scene, { role: "a", pol: 8, permissions: [] });
  assert.deepEqual(permissions(), ["y:two", "z:one"]);
});

test("where the feed does not name all roles, the table is asked, as new as the feed at least", () => {
  const asked: [readonly string[], number][] = [];
  const scene = createScene({
    permissionsOf: (roles, pol) => {
      asked.push([roles, pol]);
      return ["z:one"];
    },
  });
  const token = sign(userClaims({ pol: 5, roles: ["a", "b"] }));
  atOnce(scene.tokens.check(token));
  revoke(scene, { role: "a", pol: 6, permissions: [] });
  for (let i = 0; i < 3; i += 1) {
    const auth = atOnce(scene.tokens.check(token));
    assert.deepEqual(auth.permissions, ["z:one"]);
  }
  assert.deepEqual(asked, [[["a", "b"], 6]]);
});

test("a token that carries roles alone has them resolved, once, by a table as new as itself", async () => {
  const asked: number[] = [];
  const scene = createScene({
    permissionsOf: async (_roles, pol) => {
      asked.push(pol);
      return ["order:read"];
    },
  });
  // The feed may lag: what it says of the role is older than this token.
  revoke(scene, { role: "member", pol: 3, permissions: ["old:news"] });
  const { permissions: _, ...claims } = userClaims({ pol: 5 });
  const token = sign(claims);
  const first = scene.tokens.check(token);
  assert.ok(first instanceof Promise);
  assert.deepEqual((await first).permissions, ["order:read"]);
  assert.ok(!(scene.tokens.check(token) instanceof Promise));
  assert.deepEqual(asked, [5]);
});

test("a token without roles and permissions may do nothing", () => {
  const scene = createScene();
  const { permissions: _, ...claims } = userClaims({ roles: [] });
  const auth = atOnce(scene.tokens.check(sign(claims)));
  assert.deepEqual(auth.permissions, []);
});

test("a table that cannot be had refuses, and the next request tries again", async () => {
  let up = false;
  const scene = createScene({
    permissionsOf: async () => {
      if (!up) throw new HufuError("revocations_unknown");
      return ["order:read"];
    },
  });
  const { permissions: _, ...claims } = userClaims();
  const token = sign(claims);
  await assert.rejects(async () => scene.tokens.check(token), { reason: "revocations_unknown" });
  up = true;
  assert.deepEqual((await scene.tokens.check(token)).permissions, ["order:read"]);
});

test("what changes during a wait counts when the wait is over", async () => {
  const during: readonly ((scene: ReturnType<typeof createScene>, claims: ReturnType<typeof userClaims>) => string)[] =
    [
      (scene, claims) => {
        revoke(scene, { sid: claims.sid, why: "kicked" });
        return "token_revoked";
      },
      (scene, claims) => {
        revoke(scene, { sub: claims.sub, ver: 9, why: "roles_changed" });
        return "token_stale";
      },
      (scene) => {
        scene.clock.advance(600_000);
        return "token_expired";
      },
    ];
  for (const event of during) {
    const { permissions: _, ...claims } = userClaims();
    const answer = deferred<readonly string[]>();
    const scene = createScene({ permissionsOf: () => answer.promise });
    const waiting = scene.tokens.check(sign(claims));
    const reason = event(scene, claims);
    answer.resolve(["order:read"]);
    await assert.rejects(async () => waiting, { reason });

    const key = createSigningKey("ES256");
    const found = deferred<ReturnType<ReturnType<typeof countedKeys>["find"]>>();
    const other = createScene({ keys: { find: () => undefined, seek: () => found.promise } });
    const otherClaims = userClaims();
    const pending = other.tokens.check(sign(otherClaims, key));
    const otherReason = event(other, otherClaims);
    found.resolve(countedKeys([key]).find(key.kid));
    await assert.rejects(async () => pending, { reason: otherReason });
  }
});

test("a late answer about roles does not replace a newer one", async () => {
  const answers: Deferred<readonly string[]>[] = [];
  const scene = createScene({
    permissionsOf: () => {
      const answer = deferred<readonly string[]>();
      answers.push(answer);
      return answer.promise;
    },
  });
  const token = sign(userClaims({ pol: 5, roles: ["a", "b"] }));
  revoke(scene, { role: "a", pol: 6, permissions: [] });
  const first = scene.tokens.check(token);
  revoke(scene, { role: "a", pol: 7, permissions: [] });
  const second = scene.tokens.check(token);
  answers[1]?.resolve(["new:one"]);
  assert.deepEqual((await second).permissions, ["new:one"]);
  answers[0]?.resolve(["old:one"]);
  assert.deepEqual((await first).permissions, ["new:one"]);
  assert.deepEqual((await scene.tokens.check(token)).permissions, ["new:one"]);
});

test("a back end's token is checked like a user's", () => {
  const scene = createScene();
  const claims = clientClaims();
  const token = sign(claims);
  const auth = atOnce(scene.tokens.check(token));
  assert.ok(auth.kind === "client" && auth.can("stock:read"));
  revoke(scene, { jti: claims.jti, why: "logged_out" });
  assert.throws(() => scene.tokens.check(token), { reason: "token_revoked" });
});

test("a bound token is refused as Bearer, an unbound one as DPoP, known or not", () => {
  const scene = createScene();
  const bound = sign(userClaims({ cnf: { jkt: "A".repeat(43) } }));
  const unbound = sign(userClaims());
  for (let i = 0; i < 2; i += 1) {
    assert.throws(() => scene.tokens.check(bound, "Bearer"), { reason: "proof_missing" });
    assert.ok(scene.tokens.check(bound, "DPoP"));
    assert.throws(() => scene.tokens.check(unbound, "DPoP"), { reason: "token_malformed" });
    assert.ok(scene.tokens.check(unbound, "Bearer"));
  }
});

test("options that make no sense are named", () => {
  for (const [options, message] of [
    [{ issuer: "" }, /issuer/],
    [{ audience: "" }, /audience/],
    [{ audience: [] }, /audience/],
    [{ audience: [AUDIENCE, ""] }, /audience/],
    [{ leeway: -1 }, /leeway/],
    [{ leeway: 61 }, /leeway/],
    [{ leeway: Number.NaN }, /leeway/],
    [{ cacheSize: 1 }, /capacity/],
  ] as const satisfies readonly (readonly [Partial<TokenCheckOptions>, RegExp])[]) {
    assert.throws(() => createScene(options), { name: "TypeError", message });
  }
});

test("in any history, no verdict outlives the token's end or a revocation, cached, remembered or evicted", () => {
  const people = Array.from({ length: 3 }, () => userClaims());
  const minted = people.flatMap(({ sub, sid }) =>
    [300, 600].map((life) => userClaims({ sub, sid, ver: 3, pol: 3, exp: START + life })),
  );
  const tokens = minted.map((claims) => sign(claims));
  const which = fc.nat(minted.length - 1);
  const step = fc.oneof(
    { weight: 6, arbitrary: fc.record({ do: fc.constant("check" as const), which }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("remember" as const), which }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("pass" as const), ms: fc.integer({ min: 1, max: 200_000 }) }) },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant("revoke" as const),
        which,
        what: fc.constantFrom("sid", "jti", "sub", "low-sub", "role"),
      }),
    },
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const scene = createScene({ cacheSize: 4 });
      const dead = new Set<number>();
      let pol = 3;
      let permissions = ["order:create", "order:read:own"];
      for (const now of steps) {
        if (now.do === "pass") scene.clock.advance(now.ms);
        else {
          const claims = minted[now.which];
          const token = tokens[now.which];
          assert.ok(claims !== undefined && token !== undefined && isUserClaims(claims));
          if (now.do === "remember") scene.tokens.remember(token, claims);
          if (now.do === "revoke") {
            const { sid, jti, sub } = claims;
            if (now.what === "sid") revoke(scene, { sid, why: "kicked" });
            if (now.what === "jti") revoke(scene, { jti, why: "logged_out" });
            if (now.what === "sub") revoke(scene, { sub, ver: 4, why: "roles_changed" });
            if (now.what === "low-sub") revoke(scene, { sub, ver: 3, why: "roles_changed" });
            if (now.what === "role") {
              pol += 1;
              permissions = [`order:read${pol}`];
              revoke(scene, { role: "member", pol, permissions });
            }
            for (const [i, other] of minted.entries()) {
              const hit =
                (now.what === "sid" && other.sid === sid) ||
                (now.what === "jti" && other.jti === jti) ||
                (now.what === "sub" && other.sub === sub);
              if (hit) dead.add(i);
            }
          }
          if (now.do === "check") {
            const alive = !dead.has(now.which) && scene.clock.now() < claims.exp * 1000;
            if (!alive) assert.throws(() => scene.tokens.check(token), HufuError);
            else {
              const auth = atOnce(scene.tokens.check(token));
              assert.ok(auth.jti === claims.jti);
              assert.deepEqual(auth.permissions, permissions);
            }
          }
        }
      }
    }),
    { numRuns: 150 },
  );
});

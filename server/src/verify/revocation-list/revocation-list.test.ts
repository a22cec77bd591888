import assert from "node:assert/strict";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { newSessionId } from "../../core/ids.ts";
import { systemRandom } from "../../core/random.ts";
import type { Revocation } from "../../core/revocation.ts";
import { isUserClaims } from "../../token/access-token/access-claims.ts";
import { clientClaims, createSetClock, LATER, userClaims } from "../issuer.fixture.ts";
import { createRevocationList, type ListedRevocation, type RevocationList } from "./revocation-list.ts";

function listOf(...revocations: readonly Revocation[]): RevocationList {
  const list = createRevocationList({ clock: createSetClock() });
  list.apply(revocations.map((revocation) => ({ revocation, until: LATER })));
  return list;
}

test("an empty list refuses no token", () => {
  assert.equal(listOf().verdict(userClaims(), "k"), undefined);
  assert.equal(listOf().verdict(clientClaims(), "k"), undefined);
  assert.equal(listOf().size, 0);
});

test("an ended session refuses its tokens and no others", () => {
  const claims = userClaims();
  const list = listOf({ sid: claims.sid, why: "kicked" });
  assert.deepEqual(list.verdict(claims), { reason: "token_revoked", why: "kicked" });
  assert.equal(list.verdict(userClaims({ sub: claims.sub })), undefined);
});

test("a revoked token is refused alone", () => {
  const claims = userClaims();
  const list = listOf({ jti: claims.jti, why: "logged_out" });
  assert.deepEqual(list.verdict(claims), { reason: "token_revoked", why: "logged_out" });
  assert.equal(list.verdict(userClaims({ sid: claims.sid })), undefined);
  const machine = clientClaims();
  assert.deepEqual(listOf({ jti: machine.jti, why: "logged_out" }).verdict(machine), {
    reason: "token_revoked",
    why: "logged_out",
  });
});

test("a compromised key refuses all that it signed, back ends included", () => {
  const list = listOf({ kid: "k1", why: "key_compromised" });
  for (const claims of [userClaims(), clientClaims()]) {
    assert.deepEqual(list.verdict(claims, "k1"), { reason: "token_revoked", why: "key_compromised" });
    assert.equal(list.verdict(claims, "k2"), undefined);
    assert.equal(list.verdict(claims), undefined);
  }
});

test("resetting everybody refuses every token of an older policy", () => {
  const list = listOf({ all: true, pol: 13, why: "reset" });
  for (const make of [userClaims, clientClaims]) {
    assert.deepEqual(list.verdict(make({ pol: 12 })), { reason: "token_revoked", why: "reset" });
    assert.equal(list.verdict(make({ pol: 13 })), undefined);
  }
});

test("resetting an app refuses that app's tokens alone", () => {
  const list = listOf({ client_id: "wx-shop", pol: 13, why: "reset" });
  assert.deepEqual(list.verdict(userClaims({ pol: 12 })), { reason: "token_revoked", why: "reset" });
  assert.equal(list.verdict(userClaims({ pol: 13 })), undefined);
  assert.equal(list.verdict(userClaims({ pol: 12, client_id: "wx-other" })), undefined);
});

test("changed roles make a user's older tokens stale; a ban or a closed account revokes them", () => {
  const { sub } = userClaims();
  for (const [why, reason] of [
    ["roles_changed", "token_stale"],
    ["banned", "token_revoked"],
    ["closed", "token_revoked"],
  ] as const) {
    const list = listOf({ sub, ver: 7, why });
    assert.deepEqual(list.verdict(userClaims({ sub, ver: 6 })), { reason, why });
    assert.equal(list.verdict(userClaims({ sub, ver: 7 })), undefined);
    assert.equal(list.verdict(userClaims({ ver: 6 })), undefined);
  }
});

test("every pair of levels refuses, in either order, and an end is told before a staleness", () => {
  const claims = userClaims({ ver: 1, pol: 1 });
  const revocations: readonly Revocation[] = [
    { sid: claims.sid, why: "kicked" },
    { jti: claims.jti, why: "logged_out" },
    { kid: "k1", why: "key_compromised" },
    { all: true, pol: 2, why: "reset" },
    { client_id: claims.client_id, pol: 2, why: "reset" },
    { sub: claims.sub, ver: 2, why: "roles_changed" },
    { sub: claims.sub, ver: 2, why: "banned" },
  ];
  for (const one of revocations) {
    for (const other of revocations) {
      const stale = [one, other].every((revocation) => "sub" in revocation && revocation.why === "roles_changed");
      const staleFirst = "sub" in one && "sub" in other && one.why === "roles_changed";
      const expected = stale || staleFirst ? "token_stale" : "token_revoked";
      assert.equal(listOf(one, other).verdict(claims, "k1")?.reason, expected);
    }
  }
});

test("a later entry never lowers what an earlier one raised", () => {
  const { sub } = userClaims();
  const list = listOf(
    { sub, ver: 7, why: "banned" },
    { sub, ver: 5, why: "roles_changed" },
    { all: true, pol: 9, why: "reset" },
    { all: true, pol: 4, why: "reset" },
    { role: "member", pol: 9, permissions: ["order:read"] },
    { role: "member", pol: 8, permissions: [] },
  );
  assert.deepEqual(list.verdict(userClaims({ sub, ver: 6, pol: 9 })), { reason: "token_revoked", why: "banned" });
  assert.equal(list.verdict(userClaims({ pol: 8 }))?.why, "reset");
  assert.deepEqual(list.rolePolicy("member"), { pol: 9, permissions: ["order:read"], until: LATER });
});

test("a role's new permissions are told, and refuse no token", () => {
  const list = listOf({ role: "member", pol: 12, permissions: ["order:read"] });
  assert.equal(list.rolePolicy("member")?.pol, 12);
  assert.deepEqual(list.rolePolicy("member")?.permissions, ["order:read"]);
  assert.equal(list.rolePolicy("admin"), undefined);
  assert.equal(list.verdict(userClaims({ pol: 1 })), undefined);
});

test("an entry of an unknown shape is a mistake, and what came before it counts", () => {
  const claims = userClaims();
  const list = listOf();
  const unknown = { device: "d", why: "lost" } as object as Revocation;
  const before = list.version;
  assert.throws(
    () =>
      list.apply([
        { revocation: { sid: claims.sid, why: "kicked" }, until: LATER },
        { revocation: unknown, until: LATER },
      ]),
    TypeError,
  );
  assert.equal(list.verdict(claims)?.why, "kicked");
  assert.notEqual(list.version, before);
});

test("the version differs after every change", () => {
  const list = listOf();
  const seen = new Set([list.version]);
  for (let i = 0; i < 5; i += 1) {
    list.apply([{ revocation: { jti: `j${i}`, why: "logged_out" }, until: LATER }]);
    seen.add(list.version);
  }
  list.clear();
  seen.add(list.version);
  assert.equal(seen.size, 7);
});

test("a cleared list forgets versions, and revives no session, token or key that has ended", () => {
  const [claims, token, signed] = [userClaims(), userClaims(), userClaims()];
  const list = listOf(
    { sid: claims.sid, why: "kicked" },
    { jti: token.jti, why: "logged_out" },
    { kid: "kid-1", why: "key_compromised" },
    { all: true, pol: 9, why: "reset" },
    { client_id: claims.client_id, pol: 9, why: "reset" },
    { sub: token.sub, ver: 9, why: "roles_changed" },
    { role: "admin", pol: 9, permissions: [] },
  );
  list.clear();
  assert.equal(list.size, 3);
  assert.equal(list.verdict(claims)?.why, "kicked");
  assert.equal(list.verdict(token)?.why, "logged_out");
  assert.equal(list.verdict(signed, "kid-1")?.why, "key_compromised");
  assert.equal(list.verdict(signed), undefined);
  assert.equal(list.rolePolicy("admin"), undefined);
  list.apply([{ revocation: { sid: signed.sid, why: "kicked" }, until: LATER }]);
  assert.equal(list.verdict(signed)?.why, "kicked");
});

test("what had ended before a list was replaced is forgotten when its time is over", () => {
  const clock = createSetClock();
  const list = createRevocationList({ clock });
  const claims = userClaims();
  list.apply([{ revocation: { sid: claims.sid, why: "kicked" }, until: clock.now() + 1000 }]);
  list.startOver().swapIn();
  assert.equal(list.verdict(claims)?.why, "kicked");
  clock.advance(1001);
  list.prune();
  assert.equal(list.size, 0);
});

test("a list is replaced in one step, and every listener is called for it and for news", () => {
  const [both, old, fresh] = [userClaims(), userClaims(), userClaims()];
  const ended = ({ sub }: { sub: typeof both.sub }) => ({
    revocation: { sub, ver: 99, why: "roles_changed" as const },
    until: LATER,
  });
  const list = listOf();
  const heard: (number | undefined)[] = [];
  const stop = list.onChange((entries) => heard.push(entries?.length));
  list.apply([ended(both), ended(old)]);
  const replacement = list.startOver();
  replacement.apply([ended(both), ended(fresh)]);
  const before = list.version;
  assert.deepEqual(
    [old, fresh].map((claims) => list.verdict(claims)?.why),
    ["roles_changed", undefined],
  );
  replacement.swapIn();
  assert.notEqual(list.version, before);
  assert.deepEqual(
    [both, old, fresh].map((claims) => list.verdict(claims)?.why),
    ["roles_changed", undefined, "roles_changed"],
  );
  assert.equal(list.size, 2);
  list.clear();
  stop();
  list.apply([ended(old)]);
  assert.deepEqual(heard, [2, undefined, undefined]);
});

test("what concerns no live token any more is pruned, what still does is not", () => {
  const clock = createSetClock();
  const list = createRevocationList({ clock });
  const at = clock.now();
  const entries: ListedRevocation[] = [
    { revocation: { jti: "over", why: "logged_out" }, until: at + 999 },
    { revocation: { jti: "at-the-edge", why: "logged_out" }, until: at + 1000 },
    { revocation: { all: true, pol: 2, why: "reset" }, until: at + 999 },
  ];
  list.apply(entries);
  clock.advance(1000);
  list.prune();
  assert.equal(list.size, 1);
  assert.equal(list.verdict(userClaims({ jti: "at-the-edge" }))?.reason, "token_revoked");
});

test("the same entry again with a later end lasts as long as the later one", () => {
  const clock = createSetClock();
  const list = createRevocationList({ clock });
  const revocation: Revocation = { jti: "j", why: "logged_out" };
  list.apply([
    { revocation, until: clock.now() + 5000 },
    { revocation, until: clock.now() + 1000 },
  ]);
  clock.advance(3000);
  list.prune();
  assert.equal(list.size, 1);
});

test("without a timer, and with news coming in, the list stays as long as what is alive", () => {
  const clock = createSetClock();
  const list = createRevocationList({ clock });
  const life = 100;
  for (let i = 0; i < 5000; i += 1) {
    list.apply([{ revocation: { jti: `j${i}`, why: "logged_out" }, until: clock.now() + life }]);
    clock.advance(1);
    assert.ok(list.size <= 2 * life, `${list.size} entries at ${i}`);
  }
});

test("its clock never runs back", () => {
  let time = 5000;
  const list = createRevocationList({ clock: { now: () => time, monotonic: () => 0 } });
  assert.equal(list.now(), 5000);
  time = 1000;
  assert.equal(list.now(), 5000);
  time = 6000;
  assert.equal(list.now(), 6000);
});

test("any history gives the verdict that the protocol's words give", () => {
  const users = [userClaims().sub, userClaims().sub] as const;
  const sessions = [userClaims().sid, userClaims().sid] as const;
  const small = fc.integer({ min: 0, max: 5 });
  const revocation: fc.Arbitrary<Revocation> = fc.oneof(
    fc.record({ sid: fc.constantFrom(...sessions), why: fc.constant("kicked" as const) }),
    fc.record({ sub: fc.constantFrom(...users), ver: small, why: fc.constantFrom("roles_changed", "banned") }),
    fc.record({ jti: fc.constantFrom("a", "b"), why: fc.constant("logged_out") }),
    fc.record({ kid: fc.constantFrom("k", "l"), why: fc.constant("key_compromised") }),
    fc.record({ all: fc.constant(true as const), pol: small, why: fc.constant("reset") }),
    fc.record({ client_id: fc.constantFrom("x", "y"), pol: small, why: fc.constant("reset") }),
  );
  const claims = fc.record({
    sub: fc.constantFrom(...users),
    sid: fc.constantFrom(...sessions),
    jti: fc.constantFrom("a", "b", "c"),
    client_id: fc.constantFrom("x", "y", "z"),
    ver: small,
    pol: small,
  });
  const token = fc.oneof(
    claims.map((some) => userClaims(some)),
    claims.map(({ jti, pol, client_id }) => clientClaims({ jti, pol, client_id, sub: `client:${client_id}` })),
  );
  const mixed = fc.array(revocation, { maxLength: 6 });
  fc.assert(
    fc.property(mixed, token, fc.constantFrom("k", "l", "m"), (history, some, kid) => {
      const user = isUserClaims(some) ? some : undefined;
      const revoked = history.some(
        (r) =>
          ("sid" in r && r.sid === user?.sid) ||
          ("jti" in r && r.jti === some.jti) ||
          ("kid" in r && r.kid === kid) ||
          ("all" in r && some.pol < r.pol) ||
          ("client_id" in r && r.client_id === some.client_id && some.pol < r.pol),
      );
      const highest = history
        .flatMap((r) => ("sub" in r && r.sub === user?.sub ? [r] : []))
        .reduce<{ ver: number; why: string } | undefined>((top, r) => (top && top.ver >= r.ver ? top : r), undefined);
      const outdated = user !== undefined && highest !== undefined && user.ver < highest.ver;
      const expected =
        revoked || (outdated && highest.why === "banned") ? "token_revoked" : outdated ? "token_stale" : undefined;
      assert.equal(listOf(...history).verdict(some, kid)?.reason, expected);
    }),
    { numRuns: 500 },
  );
});

test("a million ended sessions take 64 MiB at most", () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const used = (): number => {
    collect();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
  const list = createRevocationList({ clock: createSetClock() });
  const before = used();
  for (let batch = 0; batch < 1000; batch += 1) {
    list.apply(
      Array.from({ length: 1000 }, () => ({
        revocation: { sid: newSessionId(systemRandom, 0), why: "kicked" as const },
        until: LATER,
      })),
    );
  }
  const bytes = used() - before;
  assert.equal(list.size, 1_000_000);
  assert.ok(bytes <= 64 * 1024 * 1024, `${Math.round(bytes / 1024 / 1024)} MiB`);
});

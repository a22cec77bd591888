import assert from "node:assert/strict";
import test from "node:test";
import { until } from "../../../server/src/core/until.fixture.ts";
import type { ResolvedUser } from "../../../server/src/session/settings.ts";
import { ASKER, freshAttempt, openStack, rowsOf, type Stack, settle } from "../stack.fixture.ts";
import { guardSays, verdictOf } from "../verdict.ts";

const ROLES = { member: ["order:read:own"], admin: ["order:read:all"], clerk: ["order:create"] };

/** What a guard finds that the caller may do. */
async function permissionsIn(stack: Pick<Stack, "hufu">, access: string): Promise<readonly string[]> {
  return (await stack.hufu.verifier.check(`Bearer ${access}`)).permissions;
}

test("a user's new roles make its tokens stale, and a refresh brings them", async (t) => {
  const stack = await openStack(t, { roles: ROLES });
  const node = await stack.node();
  const alice = await stack.signIn("alice");
  const bob = await stack.signIn("bob");
  const changed = await stack.hufu.users.setRoles(alice.userId, ["admin", "admin", "clerk"], { by: "u_admin" });
  assert.deepEqual([changed?.ver, changed?.roles], [2, ["admin", "clerk"]]);
  assert.equal(await guardSays(stack.hufu, alice.access), "token_stale roles_changed");
  assert.deepEqual(await stack.hufu.protocol.introspect(alice.access, ASKER), { active: false });
  assert.equal(await guardSays(stack.hufu, bob.access), "ok");
  await stack.pass(1000);
  assert.equal(await guardSays(node, alice.access), "token_stale roles_changed");

  const fresh = await stack.refresh(alice.refresh);
  assert.deepEqual([fresh.claims.ver, fresh.claims.roles], [2, ["admin", "clerk"]]);
  assert.deepEqual(fresh.answer.user?.roles, ["admin", "clerk"]);
  for (const hufu of [stack.hufu, node]) {
    assert.deepEqual(await permissionsIn({ hufu }, fresh.access), ["order:create", "order:read:all"]);
  }
  assert.equal(fresh.sid, alice.sid, "the user has noticed nothing");
  await stack.reopen();
  assert.equal(await guardSays(stack.hufu, alice.access), "token_stale roles_changed");
  assert.equal(rowsOf(stack, "hufu_audit", { action: "user.roles", actor: "u_admin" }).length, 1);
});

test("a role's new permissions count at once in tokens that exist, without anybody refreshing", async (t) => {
  const stack = await openStack(t, { roles: ROLES, rolesFrom: "hufu", defaultRoles: ["member"] });
  const node = await stack.node();
  const alice = await stack.signIn("alice");
  assert.deepEqual(await permissionsIn(stack, alice.access), ["order:read:own"]);
  const pol = await stack.hufu.roles.set("member", ["order:read:own", "order:cancel"]);
  assert.ok(pol > alice.claims.pol);
  assert.deepEqual(await permissionsIn(stack, alice.access), ["order:cancel", "order:read:own"]);
  assert.deepEqual(await permissionsIn({ hufu: node }, alice.access), ["order:read:own"], "not heard of it yet");
  await stack.pass(1000);
  assert.deepEqual(await permissionsIn({ hufu: node }, alice.access), ["order:cancel", "order:read:own"]);

  await stack.hufu.roles.remove("member");
  assert.deepEqual(await permissionsIn(stack, alice.access), []);
  assert.deepEqual(await permissionsIn(stack, (await stack.refresh(alice.refresh)).access), []);
  await stack.hufu.roles.set("member", ["order:read:own"]);
  assert.deepEqual(await permissionsIn(stack, alice.access), ["order:read:own"]);
  assert.equal(alice.claims.ver, 1);
  assert.equal((await stack.refresh(alice.refresh)).claims.ver, 1, "nobody's `ver` has moved");

  const fresh = await stack.reopen({ roles: ROLES });
  assert.deepEqual(
    await permissionsIn({ hufu: fresh }, alice.access),
    ["order:read:own"],
    "the file overwrites nothing",
  );
});

test("roles of the configuration are applied at the start, in tokens that exist too", async (t) => {
  const stack = await openStack(t, { roles: ROLES });
  const alice = await stack.signIn("alice");
  for (const work of [() => stack.hufu.roles.set("member", []), () => stack.hufu.roles.remove("member")]) {
    assert.equal(await verdictOf(work), "conflict");
  }
  await stack.reopen({ roles: { ...ROLES, member: ["order:create"] } });
  assert.deepEqual(await permissionsIn(stack, alice.access), ["order:create"]);
  assert.deepEqual((await stack.refresh(alice.refresh)).claims.permissions, ["order:create"]);
});

test("permissions too many for a token are resolved by the guard, as they are by now", async (t) => {
  const many = Array.from({ length: 400 }, (_, index) => `resource-${index}:action:all`);
  const stack = await openStack(t, { roles: { member: many }, rolesFrom: "hufu" });
  const alice = await stack.signIn("alice");
  assert.equal(alice.claims.permissions, undefined);
  const has = async (permission: string): Promise<boolean> =>
    (await stack.hufu.verifier.check(`Bearer ${alice.access}`)).can(permission);
  assert.equal(await has("resource-399:action"), true);
  await stack.hufu.roles.set("member", many.slice(0, 399));
  assert.equal(await has("resource-399:action"), false);
  assert.equal(await has("resource-398:action"), true);
});

/** A host that owns the roles: what it says now, how often it was asked, and answers that can be held back. */
async function openHostOwned(t: Parameters<typeof openStack>[0]) {
  const host = { roles: ["member"] as readonly string[], asked: 0, held: [] as (() => void)[], hold: false };
  const stack = await openStack(t, {
    roles: ROLES,
    rolesFrom: "host",
    resolveUser: () => {
      host.asked += 1;
      // What the host reads is of this moment, however late it arrives.
      const answer: ResolvedUser = { userId: "row-1", roles: host.roles };
      return host.hold ? new Promise((resolve) => host.held.push(() => resolve(answer))) : answer;
    },
  });
  const release = async (): Promise<void> => {
    host.hold = false;
    for (const answer of host.held.splice(0)) answer();
    await settle();
  };
  const untilHeld = async (): Promise<void> => {
    await until(() => host.held.length > 0);
  };
  return { stack, host, release, untilHeld };
}

test("where the host owns roles, one that is defined nowhere is the user's and allows nothing", async (t) => {
  const { stack, host } = await openHostOwned(t);
  host.roles = ["wizard"];
  const { claims } = await stack.signIn("alice");
  assert.deepEqual([claims.roles, claims.permissions], [["wizard"], []]);
});

test("where the host owns roles it is asked at every sign-in, and after `stale` at the next refresh", async (t) => {
  const { stack, host } = await openHostOwned(t);
  const alice = await stack.signIn("alice");
  await stack.signIn("alice", alice.input);
  const child = await stack.refresh(alice.refresh);
  assert.equal(host.asked, 1, "neither a repeat nor a refresh asks");

  host.roles = ["admin"];
  assert.equal((await stack.hufu.stale({ externalId: "row-1" })).id, alice.userId);
  assert.equal(await guardSays(stack.hufu, alice.access), "token_stale stale");
  const fresh = await stack.refresh(child.refresh);
  assert.deepEqual([fresh.claims.roles, fresh.claims.ver, host.asked], [["admin"], 2, 2]);
  assert.equal(await guardSays(stack.hufu, fresh.access), "ok");
  await stack.refresh(fresh.refresh);
  assert.equal(host.asked, 2, "once is enough");

  host.roles = ["clerk"];
  const again = await stack.signIn("alice");
  assert.deepEqual([again.claims.roles, again.claims.ver], [["clerk"], 3]);
  assert.equal(await guardSays(stack.hufu, fresh.access), "token_stale roles_changed");
  assert.equal(await verdictOf(() => stack.hufu.stale("nobody")), "not_found");
});

test("where the host owns roles, only the host gives them", async (t) => {
  const { stack } = await openHostOwned(t);
  const alice = await stack.signIn("alice");
  const before = stack.dump();
  assert.equal(await verdictOf(() => stack.hufu.users.setRoles(alice.userId, ["admin"])), "conflict");
  assert.equal(await verdictOf(() => stack.hufu.roles.set("member", ["order:read:all"])), "conflict");
  assert.deepEqual(stack.dump(), before);
});

test("a host that is away when it should be asked costs a 503, never the session or the refresh token", async (t) => {
  let away = false;
  const stack = await openStack(t, {
    rolesFrom: "host",
    resolveUser: () => {
      if (away) throw new Error("away");
      return { userId: "row-1", roles: ["member"] };
    },
  });
  const alice = await stack.signIn("alice");
  await stack.hufu.stale("row-1");
  away = true;
  const before = stack.dump();
  assert.equal(await verdictOf(() => stack.refresh(alice.refresh)), "host_unavailable");
  assert.deepEqual(stack.dump(), before);
  away = false;
  assert.equal(await verdictOf(() => stack.refresh(alice.refresh)), "ok");
});

test("roles that change in the host while a sign-in asks it are not lost (F7)", async (t) => {
  const { stack, host, release, untilHeld } = await openHostOwned(t);
  host.roles = ["admin"];
  await stack.signIn("alice");
  host.hold = true;
  const signingIn = stack.signIn("alice", { deviceId: "d-2" });
  await untilHeld();
  host.roles = ["member"];
  await stack.hufu.stale("row-1");
  await release();
  const late = await signingIn;
  const fresh = await stack.refresh(late.refresh);
  assert.deepEqual(fresh.claims.roles, ["member"], "the host took admin away and said so");
});

test("roles that change in the host while a refresh asks it are not lost (F7)", async (t) => {
  const { stack, host, release, untilHeld } = await openHostOwned(t);
  host.roles = ["admin"];
  const alice = await stack.signIn("alice");
  await stack.hufu.stale("row-1");
  host.hold = true;
  const refreshing = stack.refresh(alice.refresh);
  await untilHeld();
  host.roles = ["member"];
  await stack.hufu.stale("row-1");
  await release();
  const answer = await refreshing;
  if ((await guardSays(stack.hufu, answer.access)) === "ok") {
    assert.deepEqual(answer.claims.roles, ["member"], "a token that guards accept has the roles of its `ver`");
  }
  assert.deepEqual((await stack.refresh(alice.refresh)).claims.roles, ["member"]);
});

test("whatever a refresh meets on its way, what it gives is right or refused (F7)", async (t) => {
  const stack = await openStack(t, { roles: ROLES, rolesFrom: "hufu" });
  const node = await stack.node();
  for (let round = 0; round < 60; round += 1) {
    const alice = await stack.signIn(`user-${round}`);
    const turns = round % 6;
    const change = (async () => {
      for (let turn = 0; turn < turns; turn += 1) await stack.clock.pause(1);
      if (round % 2 === 0) await stack.hufu.users.setRoles(alice.userId, ["admin"]);
      else await stack.hufu.roles.set("member", [`order:read:own`, `round-${round}:act`]);
    })();
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, index) =>
        stack.refresh(alice.refresh, { attemptId: freshAttempt() }, index % 2 === 0 ? stack.hufu : node),
      ),
    );
    await change;
    for (const { access, claims } of [alice, ...answers]) {
      const verdict = await guardSays(stack.hufu, access);
      if (round % 2 === 0) {
        assert.equal(verdict, claims.ver === 2 ? "ok" : "token_stale roles_changed");
        assert.deepEqual(claims.roles, claims.ver === 2 ? ["admin"] : ["member"], "roles are those of the `ver`");
      } else {
        assert.equal(verdict, "ok");
        const permissions = await permissionsIn(stack, access);
        assert.deepEqual(permissions, ["order:read:own", `round-${round}:act`]);
      }
    }
    if (round % 2 === 1) await stack.hufu.roles.set("member", ["order:read:own"]);
  }
});

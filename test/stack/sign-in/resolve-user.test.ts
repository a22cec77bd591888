import assert from "node:assert/strict";
import test from "node:test";
import { inspect } from "node:util";
import { until } from "../../../server/src/core/until.fixture.ts";
import { createHufu } from "../../../server/src/hufu/create-hufu.ts";
import type { ResolveContext, ResolvedUser, ResolveIdentity } from "../../../server/src/session/settings.ts";
import { openSqliteStore } from "../../../server/src/store/sql/sqlite/open-sqlite-store.ts";
import type { Store } from "../../../server/src/store/store.ts";
import {
  appSecretOf,
  BAKERY,
  CINEMA,
  freshAttempt,
  ISSUER,
  LONELY,
  openStack,
  rowsOf,
  type Stack,
  type StackOptions,
  secretNamed,
  settle,
} from "../stack.fixture.ts";
import { verdictOf } from "../verdict.ts";

type Question = ResolveIdentity & ResolveContext;

/** A stack whose host keeps what it was asked, and answers as told. */
async function openAsking(
  t: Parameters<typeof openStack>[0],
  answer: (question: Question) => unknown,
  options: StackOptions = {},
): Promise<Stack & { readonly asked: Question[] }> {
  const asked: Question[] = [];
  const stack = await openStack(t, {
    ...options,
    // What a host really answers is not always what its types promise.
    resolveUser: (identity, context) => {
      const question = { ...identity, ...context };
      asked.push(question);
      return answer(question) as Promise<ResolvedUser>;
    },
  });
  return Object.assign(stack, { asked });
}

test("the host is asked once per identity, and told who was confirmed", async (t) => {
  const stack = await openAsking(t, () => ({ userId: 42 }));
  const first = await stack.signIn("alice", { context: { inviter: "bob" } });
  await stack.signIn("alice", { ...first.input });
  await stack.signIn("alice", { context: { inviter: "carol" } });
  await stack.signIn("bob", { clientId: LONELY }).catch(() => undefined);
  const [question] = stack.asked;
  assert.deepEqual(
    { ...question, questionId: undefined, signal: undefined },
    {
      platform: "wechat",
      app: BAKERY,
      openid: stack.wechat.openid({ user: "alice" }),
      unionid: stack.wechat.unionid({ user: "alice" }),
      context: { inviter: "bob" },
      phone: null,
      knownUser: null,
      questionId: undefined,
      signal: undefined,
    },
  );
  assert.deepEqual(
    stack.asked.map(({ app }) => app),
    [BAKERY, LONELY],
  );
});

test("the host's id, roles and claims are in the token, and stay there", async (t) => {
  const claims = { shop: 7, tags: ["a", "b"], nested: { deep: true } };
  const stack = await openAsking(t, () => ({ userId: "row-42", roles: ["admin", "admin"], claims }));
  const first = await stack.signIn("alice");
  const later = await stack.refresh((await stack.refresh(first.refresh)).refresh);
  for (const held of [first, later, await stack.signIn("alice")]) {
    assert.equal(held.claims.uid, "row-42");
    assert.deepEqual(held.claims.roles, ["admin"]);
    assert.deepEqual(held.claims.permissions, ["order:read:all"]);
    assert.deepEqual(held.claims.claims, claims);
    assert.equal(held.answer.user?.externalId, "row-42");
  }
  const auth = await stack.hufu.verifier.check(`Bearer ${later.access}`);
  assert.equal(auth.uid, "row-42");
  assert.equal(auth.can("order:read", { owner: "row-42" }), true);
  assert.equal(auth.owns(first.userId), false, "where there is a uid, the owner is compared with it alone");
});

test("an id of 64 bits is a user's id, and text in the claims", async (t) => {
  const id = 2n ** 63n - 1n;
  const stack = await openAsking(t, () => ({ userId: id, claims: { shop: { id: 2n ** 60n } } }));
  const { claims, userId } = await stack.signIn("alice");
  assert.equal(claims.uid, "9223372036854775807");
  assert.deepEqual(claims.claims, { shop: { id: "1152921504606846976" } });
  assert.equal((await stack.hufu.users.find({ externalId: String(id) }))?.user.id, userId);
});

test("administration refuses text that could not be read back, by its name, and changes nothing", async (t) => {
  const stack = await openAsking(t, () => ({ userId: "row-42" }));
  const { userId } = await stack.signIn("alice");
  const before = rowsOf(stack, "hufu_audit").length;
  for (const broken of ["row-42\ud83d", "\udcf1", "a\0b"]) {
    const { users, sessions, roles, keys } = stack.hufu;
    const because = { reason: broken };
    const refused: Readonly<Record<string, readonly (() => Promise<unknown>)[]>> = {
      externalId: [() => users.find({ externalId: broken }), () => sessions.kickAll({ externalId: broken })],
      reason: [() => users.ban(userId, because), () => sessions.kickAll(userId, because)],
      by: [() => users.close(userId, { by: broken }), () => roles.remove("none", { by: broken })],
      requestId: [() => keys.rotate({ requestId: broken })],
      clientId: [() => stack.hufu.revokeApp(broken, { reason: "why" })],
    };
    for (const [parameter, calls] of Object.entries(refused)) {
      for (const call of calls) await assert.rejects(call(), { reason: "parameter_invalid", parameter });
    }
  }
  assert.equal(rowsOf(stack, "hufu_audit").length, before);
});

test("two identities for which the host names one user are one user, at once and later", async (t) => {
  const stack = await openAsking(t, () => ({ userId: "the-one" }));
  const node = await stack.node();
  const [alice, bob] = await Promise.all([
    stack.signIn("alice", { clientId: LONELY }),
    stack.signIn("bob", { clientId: LONELY }, node),
  ]);
  const carol = await stack.signIn("carol", { clientId: CINEMA });
  assert.equal(new Set([alice.userId, bob.userId, carol.userId]).size, 1);
  assert.equal(rowsOf(stack, "hufu_users").length, 1);
  assert.equal(rowsOf(stack, "hufu_audit", { action: "identity.conflict" }).length, 0);
});

test("where the host contradicts a unionid, the host's word wins for a new identity", async (t) => {
  const stack = await openAsking(t, ({ app }) => ({ userId: app }));
  const bakery = await stack.signIn("alice");
  const cinema = await stack.signIn("alice", { clientId: CINEMA });
  assert.notEqual(cinema.userId, bakery.userId);
  assert.deepEqual([bakery.claims.uid, cinema.claims.uid], [BAKERY, CINEMA]);
  assert.equal(rowsOf(stack, "hufu_audit", { action: "identity.conflict", why: "union" }).length, 1);
});

const NONSENSE: Readonly<Record<string, () => unknown>> = {
  "throws at once": () => {
    throw new Error("the host fell over");
  },
  rejects: () => Promise.reject(new Error("the host fell over")),
  "answers text": () => "42",
  "answers a number": () => 42,
  "answers false": () => false,
  "answers a list": () => [{ userId: 1 }],
  "answers the id under another name": () => ({ id: "42", roles: ["member"] }),
  "answers the id as the answers of Hufu name it": () => ({ external_id: "42" }),
  "answers an empty userId": () => ({ userId: "" }),
  "answers a userId of 129 characters": () => ({ userId: "x".repeat(129) }),
  "answers a userId that is an object": () => ({ userId: { id: 42 } }),
  "answers a userId that is no number": () => ({ userId: Number.NaN }),
  "answers a userId that a number cannot hold": () => ({ userId: 2 ** 53 }),
  "answers a userId like one of Hufu's": () => ({ userId: "u_AAAAAAAAAAAAAAAAAAAAAA" }),
  "answers a userId like a back end's subject": () => ({ userId: "client:orders-api" }),
  "answers a userId of 129 digits": () => ({ userId: 10n ** 128n }),
  "answers a userId that is true": () => ({ userId: true }),
  "answers a userId that ends in half an emoji": () => ({ userId: "row-42\ud83d" }),
  "answers a userId that begins with the other half": () => ({ userId: "\udcf1row-42" }),
  "answers a userId with NUL": () => ({ userId: "row\0 42" }),
  "answers roles as text": () => ({ roles: "admin" }),
  "answers a role that does not exist": () => ({ userId: "row-1", roles: ["member", "amdin"] }),
  "answers a role that is null": () => ({ roles: [null] }),
  "answers a role that is a number": () => ({ roles: [5] }),
  "answers 33 roles": () => ({ roles: Array.from({ length: 33 }, (_, index) => `r${index}`) }),
  "answers a role with a space": () => ({ roles: ["ad min"] }),
  "answers claims as a list": () => ({ claims: [1] }),
  "answers claims of more than a KiB": () => ({ claims: { long: "长".repeat(400) } }),
  "answers claims that are no JSON": () => {
    const claims: Record<string, unknown> = {};
    claims["self"] = claims;
    return { claims };
  },
  "answers claims that JSON turns into text": () => ({ claims: new Date(0) }),
  "answers claims that JSON leaves out": () => ({ claims: { toJSON: () => undefined } }),
};

for (const [userId, externalId] of [
  [7, "7"],
  [9_007_199_254_740_993n, "9007199254740993"],
  ["u_123", "u_123"],
  ["u_AAAAAAAAAAAAAAAAAAAAAB", "u_AAAAAAAAAAAAAAAAAAAAAB"],
  ["client", "client"],
  ["张三 😀", "张三 😀"],
] as const) {
  test(`a userId of ${typeof userId} ${String(userId)} is the external id ${externalId}`, async (t) => {
    const stack = await openAsking(t, () => ({ userId }));
    const alice = await stack.signIn("alice");
    assert.equal(alice.answer.user?.externalId, externalId);
    assert.equal((await stack.hufu.users.find({ externalId }))?.user.id, alice.userId);
  });
}

test("the log names the field of a refused answer and what is wrong with it", async (t) => {
  const stack = await openAsking(t, () => ({ userId: "zhang\ud83d" }));
  await assert.rejects(stack.signIn("alice"), (error: unknown) =>
    /userId that holds NUL or half a character/.test(inspect(error)),
  );
});

for (const [what, answer] of Object.entries(NONSENSE)) {
  test(`a host that ${what} is unavailable, and nothing is half made`, async (t) => {
    let well = false;
    const stack = await openAsking(t, () => (well ? { userId: "row-1" } : answer()));
    const before = stack.dump();
    assert.equal(await verdictOf(() => stack.signIn("alice")), "host_unavailable");
    assert.deepEqual(stack.dump(), before);
    well = true;
    const alice = await stack.signIn("alice");
    assert.deepEqual([alice.answer.user?.isNew, alice.claims.uid, stack.asked.length], [true, "row-1", 2]);
  });
}

test("an attempt that failed because of the host succeeds when it is repeated", async (t) => {
  let well = false;
  const stack = await openAsking(t, () => (well ? { userId: "row-1" } : Promise.reject(new Error("down"))));
  const input = {
    clientId: BAKERY,
    code: stack.wechat.issueCode({ user: "alice" }),
    attemptId: freshAttempt(),
  };
  assert.equal(await verdictOf(() => stack.signIn("alice", input)), "host_unavailable");
  well = true;
  assert.equal(await verdictOf(() => stack.signIn("alice", input)), "ok", "503 says: wait and retry");
});

test("a host that is late is unavailable, hears so, and its late word changes nothing", async (t) => {
  let reply: (answer: ResolvedUser) => void = () => undefined;
  const stack = await openAsking(t, () => new Promise((resolve) => (reply = resolve)), { resolveTimeout: "2s" });
  const before = stack.dump();
  const verdict = verdictOf(() => stack.signIn("alice"));
  await until(() => stack.asked.length > 0);
  await stack.pass(1999);
  assert.equal(stack.asked[0]?.signal.aborted, false);
  await stack.pass(1);
  assert.equal(await verdict, "host_unavailable");
  assert.equal(stack.asked[0]?.signal.aborted, true);
  reply({ userId: "late" });
  await settle();
  assert.deepEqual(stack.dump(), before);
});

test("a host may deny, says why to the log alone, and may think again", async (t) => {
  let deny = true;
  const stack = await openAsking(t, () => (deny ? { deny: "not in this town", userId: "row-1" } : { userId: "row-1" }));
  const before = stack.dump();
  await assert.rejects(
    () => stack.signIn("alice"),
    (error: Error & { reason?: string }) => error.reason === "sign_in_denied" && !error.message.includes("town"),
  );
  assert.deepEqual(stack.dump(), before);
  deny = false;
  assert.equal((await stack.signIn("alice")).claims.uid, "row-1");
});

test("twenty first sign-ins at once with a host that stumbles leave nothing half made", async (t) => {
  let asked = 0;
  const stack = await openAsking(t, () => {
    asked += 1;
    if (asked % 3 === 0) throw new Error("stumbled");
    return { userId: "row-1" };
  });
  const verdicts = await Promise.all(Array.from({ length: 20 }, () => verdictOf(() => stack.signIn("alice"))));
  const made = verdicts.filter((verdict) => verdict === "ok").length;
  assert.ok(made > 0);
  assert.equal(made + verdicts.filter((verdict) => verdict === "host_unavailable").length, 20);
  assert.equal(rowsOf(stack, "hufu_users", { external_id: "row-1" }).length, 1);
  assert.equal(rowsOf(stack, "hufu_users").length, 1);
  assert.equal(rowsOf(stack, "hufu_sessions").length, made);
});

test("the number behind a phone code is handed to the host once, and kept nowhere", async (t) => {
  const stack = await openAsking(t, () => ({ userId: "row-1" }));
  const phone = () => stack.wechat.issuePhoneCode({ user: "alice", number: "13800138000" });
  const first = await stack.signIn("alice", { phoneCode: phone() });
  await stack.signIn("alice", first.input);
  assert.deepEqual(
    stack.asked.map((question) => question.phone),
    [{ number: "+8613800138000" }],
  );
  await stack.signIn("alice", { phoneCode: phone() });
  assert.equal(stack.asked.length, 2, "a known user's number reaches the host too");
  assert.equal(stack.asked[1]?.knownUser, first.userId);
  assert.equal(
    await verdictOf(() => stack.signIn("alice", { phoneCode: first.input.phoneCode ?? "" })),
    "login_code_invalid",
  );
  assert.ok(!stack.bytes().includes("13800138000"));
  assert.ok(!stack.logged.some((line) => line.includes("13800138000")));
});

test("another user's phone code opens nothing", async (t) => {
  const stack = await openAsking(t, () => ({ userId: "row-1" }));
  const before = stack.dump();
  const phoneCode = stack.wechat.issuePhoneCode({ user: "bob", number: "13800138000" });
  assert.equal(await verdictOf(() => stack.signIn("alice", { phoneCode })), "login_code_invalid");
  assert.deepEqual(stack.dump(), before);
  assert.equal(stack.asked.length, 0);
});

test("no account is made before the host was asked, even if the old one closes in between", async (t) => {
  const stack = await openStack(t);
  const store = await openSqliteStore({ file: stack.file, clock: stack.clock, entryLifeMs: 1_000_000 });
  let beforeSignIn = async (): Promise<void> => undefined;
  const slowStore: Store = {
    ...store,
    sessions: {
      ...store.sessions,
      signIn: async (...all) => {
        await beforeSignIn();
        return store.sessions.signIn(...all);
      },
    },
  };
  const asked: string[] = [];
  const hufu = await createHufu({
    issuer: ISSUER,
    secret: secretNamed("the stack"),
    apps: [{ appId: BAKERY, appSecret: appSecretOf(BAKERY), endpoint: stack.url }],
    database: slowStore,
    resolveUser: ({ openid }) => {
      asked.push(openid);
      return asked.length === 1 ? { userId: "row-1" } : { deny: "closed for good" };
    },
    environment: { clock: stack.clock, pause: stack.clock.pause },
  });
  t.after(() => hufu.close());
  const { userId } = await stack.signIn("alice", {}, hufu);
  beforeSignIn = async () => {
    beforeSignIn = async () => undefined;
    await hufu.users.close(userId);
  };
  const verdict = await verdictOf(() => stack.signIn("alice", {}, hufu));
  assert.notEqual(verdict, "ok", "the host would have denied this new account, had it been asked");
  assert.equal(rowsOf(stack, "hufu_users", { status: "active" }).length, 0);
});

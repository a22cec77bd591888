import assert from "node:assert/strict";
import test from "node:test";
import { newSessionId } from "../../server/src/core/ids.ts";
import { systemRandom } from "../../server/src/core/random.ts";
import { openStoreAsItIs, rotateSecrets } from "../../server/src/hufu/database/maintenance.ts";
import { createRefreshTokens } from "../../server/src/token/refresh-token.ts";
import { createSecrets } from "../../server/src/token/sealing/secrets.ts";
import {
  ASKER,
  asApp,
  BAKERY,
  CINEMA,
  countRows,
  freshAttempt,
  openStack,
  rowsOf,
  START,
  type Stack,
  secretNamed,
} from "../stack/stack.fixture.ts";
import { guardSays, present, verdictOf } from "../stack/verdict.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

function sessionRow(stack: Stack, id: string): Readonly<Record<string, unknown>> {
  return present(rowsOf(stack, "hufu_sessions", { id })[0]);
}

test("I4: the same token and attempt give the same child on any node, until a child is used", async (t) => {
  const stack = await openStack(t);
  const node = await stack.node();
  let { refresh: token } = await stack.signIn("alice");
  for (let generation = 0; generation < 5; generation += 1) {
    const attemptId = freshAttempt();
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, index) => stack.refresh(token, { attemptId }, index % 2 === 0 ? stack.hufu : node)),
    );
    const [child] = new Set(answers.map(({ refresh }) => refresh));
    assert.equal(new Set(answers.map(({ refresh }) => refresh)).size, 1);
    const other = await stack.refresh(token, { attemptId: freshAttempt() });
    assert.notEqual(other.refresh, child);
    await stack.pass(DAY);
    await stack.reopen();
    assert.equal((await stack.refresh(token, { attemptId })).refresh, child, "a day and a restart later too");
    token = present(child);
  }
});

test("I4: a rotation of the secret changes no answer, and ends nothing", async (t) => {
  const [old, fresh] = [secretNamed("the stack"), secretNamed("the next year")];
  const stack = await openStack(t);
  const alice = await stack.signIn("alice", { deviceId: "d-1" });
  const bob = await stack.signIn("bob");
  const attemptId = freshAttempt();
  const child = await stack.refresh(alice.refresh, { attemptId });
  const ahead = await stack.node({ secret: [fresh, old] });
  assert.equal((await stack.refresh(alice.refresh, { attemptId }, ahead)).refresh, child.refresh);
  assert.equal((await stack.signIn("alice", alice.input, ahead)).refresh, alice.refresh);

  const next = freshAttempt();
  const grandchild = await stack.refresh(child.refresh, { attemptId: next }, ahead);
  const before = stack.dump();
  assert.equal(await verdictOf(() => stack.refresh(child.refresh, { attemptId: next })), "store_unavailable");
  assert.deepEqual(stack.dump(), before, "a node that lacks the new secret says 503 and ends nothing");
  await stack.reopen({ secret: [fresh, old] });
  assert.equal((await stack.refresh(child.refresh, { attemptId: next })).refresh, grandchild.refresh);
  assert.equal((await stack.signIn("bob", bob.input)).refresh, bob.refresh);

  const store = await openStoreAsItIs(`sqlite:${stack.file}`, 1_000_000, stack.clock);
  await rotateSecrets(store, createSecrets([fresh, old]));
  await store.close();
  const alone = await stack.node({ secret: fresh });
  assert.equal(await verdictOf(() => stack.refresh(grandchild.refresh, {}, alone)), "ok", "the old one can be dropped");
  const later = stack.dump();
  assert.equal(await verdictOf(() => stack.refresh(bob.refresh, {}, alone)), "refresh_token_invalid");
  assert.deepEqual(stack.dump(), later);
});

test("I6: no token outlives the absolute end, however often and late it is refreshed", async (t) => {
  const stack = await openStack(t, { tokens: { refreshIdle: "5d", refreshAbsolute: "7d", access: "1h" } });
  const alice = await stack.signIn("alice");
  const end = START + 7 * DAY;
  let token = alice.refresh;
  for (const at of [4 * DAY, 6.9 * DAY, 7 * DAY - HOUR, 7 * DAY - 60_000, 7 * DAY - 5000, 7 * DAY - 1000]) {
    await stack.pass(START + at - stack.clock.now());
    for (let again = 0; again < 2; again += 1) {
      const { answer, claims, refresh } = await stack.refresh(token);
      const left = Math.floor((end - stack.clock.now()) / 1000);
      assert.ok(claims.exp * 1000 <= end, `at ${at}`);
      assert.ok(answer.expiresIn > 0 && answer.expiresIn <= left);
      assert.ok((answer.refreshTokenExpiresIn ?? Number.NaN) <= left && (answer.refreshTokenExpiresIn ?? -1) >= 0);
      token = refresh;
    }
  }
  await stack.pass(1000);
  assert.equal(await verdictOf(() => stack.refresh(token)), "session_expired");
});

test("I6: in the last second of a session a refresh finds it expired, and promotes nothing", async (t) => {
  const stack = await openStack(t, { tokens: { refreshAbsolute: "1h", refreshIdle: "1h" } });
  await stack.pass(500);
  const alice = await stack.signIn("alice");
  const child = await stack.refresh(alice.refresh);
  await stack.pass(HOUR - 400);
  assert.equal(await verdictOf(() => stack.refresh(child.refresh)), "session_expired");
  const [session] = stack.dump()["hufu_sessions"] ?? [];
  assert.deepEqual([session?.["generation"], session?.["status"], session?.["end_why"]], [0, "ended", "expired"]);
});

test("I7: audience, acr, amr and auth_time never move by refresh, nor does whose token it is", async (t) => {
  const stack = await openStack(t);
  const alice = await stack.signIn("alice");
  const fixed = ({ aud, acr, amr, auth_time, sub, sid, client_id, iss, openid, roles }: typeof alice.claims) => ({
    aud,
    acr,
    amr,
    auth_time,
    sub,
    sid,
    client_id,
    iss,
    openid,
    roles,
  });
  let held: Awaited<ReturnType<Stack["refresh"]>> = alice;
  for (let time = 0; time < 20; time += 1) {
    await stack.pass(DAY);
    held = await stack.refresh(held.refresh, time % 2 === 0 ? {} : { attemptId: freshAttempt() });
    assert.deepEqual(fixed(held.claims), fixed(alice.claims));
    assert.equal(held.claims.iat, Math.floor(stack.clock.now() / 1000));
  }
  assert.equal(held.claims.auth_time, START / 1000);
  const elsewhere = await stack.node({ audience: "https://other.example" });
  assert.equal(await guardSays(elsewhere, held.access), "token_audience");
  const foreign = await stack.node({ issuer: "https://other.example/auth", audience: "https://stack.example" });
  assert.equal(await guardSays(foreign, held.access), "token_issuer");
});

test("I8: a wrong client, a foreign deployment's token, an unknown key and garbage change no row", async (t) => {
  const stack = await openStack(t);
  const alice = await stack.signIn("alice");
  const mine = await stack.refresh(alice.refresh, { attemptId: freshAttempt() });
  const sibling = await stack.refresh(alice.refresh, { attemptId: freshAttempt() });
  await stack.refresh(mine.refresh, { attemptId: freshAttempt() });
  // From here on, `sibling` and an old `alice.refresh` would end the session, if they came from the right client.
  const before = stack.dump();
  for (const { refresh } of [alice, mine, sibling]) {
    const as = (clientId: string) => verdictOf(() => stack.refresh(refresh, { clientId }));
    assert.equal(await as(CINEMA), "refresh_token_invalid");
    assert.equal(await as("wx-nobody"), "client_unknown");
    assert.equal(await as(""), "client_unknown");
  }

  const foreign = createRefreshTokens(createSecrets([secretNamed("another stack")]));
  const forged = foreign.first({
    keyId: createSecrets([secretNamed("another stack")]).newest.id,
    sessionId: alice.sid,
    code: alice.input.code,
    attempt: alice.input.attemptId,
  });
  const ours = createSecrets([secretNamed("the stack")]);
  const nobodys = createRefreshTokens(ours).first({
    keyId: ours.newest.id,
    sessionId: newSessionId(systemRandom, 0),
    code: "code",
    attempt: freshAttempt(),
  });
  const { refresh } = sibling;
  const swapped = refresh.slice(0, 60) + (refresh[60] === "A" ? "B" : "A") + refresh.slice(61);
  const garbage = [forged.text, nobodys.text, swapped, "", "hr1.", refresh.toUpperCase(), ` ${refresh}`, `${refresh}=`];
  garbage.push(refresh.replace("hr1.", "hr2."), alice.access, "\u0000".repeat(refresh.length), "é".repeat(122));
  for (let cut = 1; cut < refresh.length; cut += 7) garbage.push(refresh.slice(0, -cut), refresh + refresh.slice(-cut));
  for (const token of garbage) {
    assert.equal(await verdictOf(() => stack.refresh(token)), "refresh_token_invalid");
    assert.deepEqual(await stack.hufu.protocol.introspect(token, ASKER), {
      active: false,
      ...(token === alice.access ? await stack.hufu.protocol.introspect(token, ASKER) : {}),
    });
  }
  assert.deepEqual(stack.dump(), before);
  assert.equal(
    await verdictOf(() => stack.refresh(sibling.refresh)),
    "refresh_token_reused",
    "the right client's would",
  );
});

test("I8: a foreign deployment's access token is no token here, with any claims", async (t) => {
  const stack = await openStack(t);
  const other = await openStack(t, { secret: secretNamed("another stack") });
  const alice = await stack.signIn("alice");
  const mallory = await other.signIn("alice");
  assert.equal(await guardSays(stack.hufu, mallory.access), "token_signature");
  const [header, , signature] = alice.access.split(".");
  const [, claims] = mallory.access.split(".");
  assert.equal(await guardSays(stack.hufu, `${header}.${claims}.${signature}`), "token_signature");
  const before = stack.dump();
  assert.deepEqual(await stack.hufu.protocol.introspect(mallory.access, ASKER), { active: false });
  await stack.hufu.protocol.revoke(mallory.access, asApp(BAKERY));
  assert.deepEqual(stack.dump(), before);
});

test("I10: a flood leaves the rows as many as they were", async (t) => {
  const stack = await openStack(t);
  const node = await stack.node();
  const alice = await stack.signIn("alice");
  const child = await stack.refresh(alice.refresh, { attemptId: freshAttempt() });
  const grandchild = await stack.refresh(child.refresh, { attemptId: freshAttempt() });
  const ended = await stack.signIn("bob");
  await stack.hufu.sessions.kick(ended.sid);
  const before = stack.dump();
  const rows = countRows(stack);
  for (let wave = 0; wave < 20; wave += 1) {
    await Promise.all(
      [stack.hufu, node].flatMap((hufu) => [
        verdictOf(() => stack.refresh(child.refresh, {}, hufu)),
        verdictOf(() => stack.refresh(child.refresh, { attemptId: freshAttempt() }, hufu)),
        verdictOf(() => stack.refresh(`${child.refresh.slice(0, -4)}AAAA`, {}, hufu)),
        verdictOf(() => stack.refresh(ended.refresh, {}, hufu)),
        verdictOf(() => stack.signIn("alice", alice.input, hufu)),
        verdictOf(() => stack.signIn("bob", { ...ended.input, attemptId: freshAttempt() }, hufu)),
        verdictOf(() => stack.signIn("alice", { code: `unknown-${wave}` }, hufu)),
        hufu.protocol.introspect(grandchild.refresh, ASKER),
        hufu.protocol.introspect(alice.access, ASKER),
        hufu.protocol.revoke("garbage", asApp(BAKERY)),
        hufu.protocol.revoke(ended.refresh, asApp(BAKERY)),
        guardSays(hufu, `${alice.access}x`),
      ]),
    );
  }
  const { hufu_audit: audit, ...after } = stack.dump();
  const { hufu_audit: _audit, ...rest } = before;
  assert.deepEqual(after, rest);
  assert.equal(audit?.length, (rows["hufu_audit"] ?? 0) + 1, "repeats of one token are worth one record");
  assert.equal(audit?.at(-1)?.["action"], "refresh.repeated");
});

test("I10: a session's row keeps no more than eight tokens, however fast they turn", async (t) => {
  const stack = await openStack(t);
  let held: Awaited<ReturnType<Stack["refresh"]>> = await stack.signIn("alice");
  for (let time = 0; time < 50; time += 1) held = await stack.refresh(held.refresh);
  const recent: unknown = JSON.parse(String(sessionRow(stack, held.sid)["recent"]));
  assert.ok(Array.isArray(recent) && recent.length === 8);
  await stack.pass(60_001);
  held = await stack.refresh((await stack.refresh(held.refresh)).refresh);
  const later: unknown = JSON.parse(String(sessionRow(stack, held.sid)["recent"]));
  assert.ok(Array.isArray(later) && later.length <= 2, "what is older than a minute goes");
});

test("I11: one audit record for every sign-in and every end, none for a refresh", async (t) => {
  const stack = await openStack(t);
  const start = countRows(stack)["hufu_audit"] ?? 0;
  const signedIn = [];
  for (let index = 0; index < 10; index += 1)
    signedIn.push(await stack.signIn(`user-${index}`, { caller: { by: "user", requestId: `r-${index}` } }));
  for (const { refresh } of signedIn) {
    let token = refresh;
    for (let time = 0; time < 10; time += 1) token = (await stack.refresh(token)).refresh;
  }
  assert.equal(countRows(stack)["hufu_audit"], start + 10);
  await Promise.all(
    signedIn.flatMap(({ sid, userId }) => [stack.hufu.sessions.kick(sid), stack.hufu.sessions.kickAll(userId)]),
  );
  for (const { sid, input } of signedIn) {
    const records = rowsOf(stack, "hufu_audit", { sid });
    assert.deepEqual(
      records.map(({ action, request_id }) => [action, request_id]),
      [
        ["session.start", input.caller?.requestId],
        ["session.end", null],
      ],
    );
  }
  assert.equal(countRows(stack)["hufu_audit"], start + 20);
});

test("I12: fifty refreshes of one child at once, on two nodes, promote it once; of `current`, nothing", async (t) => {
  const stack = await openStack(t);
  const nodes = [stack.hufu, await stack.node()] as const;
  const alice = await stack.signIn("alice");
  const fifty = (token: string, attemptOf: (index: number) => { readonly attemptId: string }) =>
    Promise.all(
      Array.from({ length: 50 }, (_, index) => stack.refresh(token, attemptOf(index), nodes[index % 2 === 0 ? 0 : 1])),
    );

  const before = stack.dump();
  const attempts = Array.from({ length: 5 }, freshAttempt);
  const children = await fifty(alice.refresh, (index) => ({ attemptId: present(attempts[index % 5]) }));
  const { hufu_audit: _audit, ...after } = stack.dump();
  const { hufu_audit: _before, ...rest } = before;
  assert.deepEqual(after, rest, "fifty of `current`");
  assert.equal(new Set(children.map(({ refresh }) => refresh)).size, 5, "one child per attempt");

  const child = present(children[0]);
  const grandchildren = await fifty(child.refresh, () => ({ attemptId: freshAttempt() }));
  const row = sessionRow(stack, alice.sid);
  assert.deepEqual([row["generation"], row["version"], row["status"]], [1, 2, "active"]);
  assert.equal(new Set(grandchildren.map(({ refresh }) => refresh)).size, 50);
  assert.equal(await verdictOf(() => stack.refresh(present(grandchildren[7]).refresh)), "ok");
  assert.equal(await verdictOf(() => stack.refresh(present(grandchildren[8]).refresh)), "refresh_token_reused");
});

test("F4: a late copy of a request is refused, and the session lives", async (t) => {
  const stack = await openStack(t);
  const alice = await stack.signIn("alice");
  const attemptId = freshAttempt();
  const child = await stack.refresh(alice.refresh, { attemptId });
  await stack.refresh(child.refresh, { attemptId: freshAttempt() });
  await stack.pass(60_000);
  const before = stack.dump();
  assert.equal(await verdictOf(() => stack.refresh(alice.refresh, { attemptId })), "refresh_token_superseded");
  assert.deepEqual(stack.dump(), before);
  assert.equal(await verdictOf(() => stack.refresh(child.refresh)), "ok");
});

for (const [name, jump] of [
  ["ten minutes ahead", 600_000],
  ["ten minutes back", -600_000],
  ["an hour back", -HOUR],
  ["a second back", -1000],
] as const) {
  test(`F20: a clock that is set ${name} ends nothing, and keeps nobody out`, async (t) => {
    const stack = await openStack(t);
    await stack.pass(2 * HOUR);
    const alice = await stack.signIn("alice");
    const ended = await stack.signIn("bob");
    await stack.hufu.sessions.kick(ended.sid);
    stack.clock.set(stack.clock.now() + jump);
    const fresh = await stack.refresh(alice.refresh, { attemptId: freshAttempt() });
    assert.equal(await guardSays(stack.hufu, fresh.access), "ok", "what was just minted is good");
    assert.equal(await guardSays(stack.hufu, (await stack.signIn("carol")).access), "ok");
    assert.ok((fresh.answer.refreshTokenExpiresIn ?? -1) > 0 && fresh.answer.expiresIn > 0);
    const grandchild = await stack.refresh(fresh.refresh, { attemptId: freshAttempt() });
    assert.equal(await verdictOf(() => stack.refresh(grandchild.refresh)), "ok");
    assert.notEqual(await guardSays(stack.hufu, ended.access), "ok", "and what is dead stays dead");
    assert.equal(await verdictOf(() => stack.refresh(ended.refresh)), "session_kicked");
  });
}

test("F20: a clock that is set back just after the first start does not stop the signing", async (t) => {
  const stack = await openStack(t);
  stack.clock.set(stack.clock.now() - 600_000);
  assert.equal(await verdictOf(() => stack.signIn("alice")), "ok");
});

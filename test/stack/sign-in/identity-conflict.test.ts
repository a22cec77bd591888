import assert from "node:assert/strict";
import test from "node:test";
import type { ResolvedUser } from "../../../server/src/session/settings.ts";
import { openStack, rowsOf, type Stack } from "../stack.fixture.ts";
import { present, verdictOf } from "../verdict.ts";

const NUMBER = "13800138000";
/** Which phone belongs to which user of the back end. */
const OWNERS: Readonly<Record<string, string>> = { [`+86${NUMBER}`]: "42" };

/** A back end that knows people by their phones, and a user whom it knows as 42. */
async function confused(t: Parameters<typeof openStack>[0]) {
  const stack = await openStack(t, {
    resolveUser: (_identity, { phone }): ResolvedUser | null => {
      const userId = phone === null ? undefined : OWNERS[phone.number];
      return userId === undefined ? null : { userId };
    },
  });
  const withPhone = (user: string) =>
    stack.signIn(user, { phoneCode: stack.wechat.issuePhoneCode({ user, number: NUMBER }) });
  const known = await withPhone("the same person elsewhere");
  const silent = await stack.signIn("alice");
  const conflicting = await withPhone("alice");
  return { stack, known, silent, conflicting, withPhone };
}

function conflicts(stack: Stack) {
  return present(rowsOf(stack, "hufu_audit", { action: "identity.conflict" }));
}

test("a phone code that leads to another user is in the audit log with both, in the log, and settled by a link", async (t) => {
  const { stack, known, silent, conflicting, withPhone } = await confused(t);
  assert.equal(known.claims.uid, "42");
  assert.notEqual(silent.userId, known.userId);
  assert.equal(conflicting.userId, silent.userId, "no sign-in merges users");
  const [record, ...more] = conflicts(stack);
  assert.equal(more.length, 0);
  assert.deepEqual([record?.["user_id"], record?.["why"]], [silent.userId, "external_id"]);
  assert.deepEqual(JSON.parse(String(record?.["detail"])), { other_user: known.userId });
  assert.deepEqual(JSON.parse(String(record?.["personal"])), { external_id: "42" });
  const line = stack.logged.find((one) => one.includes("run hufu users link")) ?? assert.fail("nothing was logged");
  assert.ok(line.includes(known.userId) && line.includes(silent.userId) && !line.includes(NUMBER));

  const { move } = await stack.hufu.users.link(silent.userId, { externalId: "42" }, { by: "support:7" });
  assert.deepEqual(move.sessions.map(({ id }) => id).toSorted(), [silent.sid, conflicting.sid].toSorted());
  assert.equal(await verdictOf(() => stack.refresh(conflicting.refresh)), "session_expired");
  assert.equal(await verdictOf(() => stack.hufu.verifier.check(`Bearer ${conflicting.access}`)), "token_revoked reset");
  assert.equal(await verdictOf(() => stack.hufu.verifier.check(`Bearer ${known.access}`)), "token_stale stale");
  assert.equal((await stack.refresh(known.refresh)).userId, known.userId);
  const again = await stack.signIn("alice");
  assert.deepEqual([again.userId, again.claims.uid], [known.userId, "42"]);
  await withPhone("alice");
  assert.equal(conflicts(stack).length, 1, "the conflict is settled");
  for (const user_id of [silent.userId, known.userId]) {
    assert.equal(rowsOf(stack, "hufu_audit", { action: "users.link", user_id, actor: "support:7" })?.length, 1);
  }
  assert.equal(rowsOf(stack, "hufu_audit", { action: "session.end", rule: "identity_move" })?.length, 2);
});

test("an undo is refused with the reason when the state is another one, and works while it is the same", async (t) => {
  const { stack, known, silent } = await confused(t);
  const { users } = stack.hufu;
  const { id } = await users.link(silent.userId, known.userId);
  await users.ban(known.userId, { reason: "fraud" });
  await assert.rejects(users.undoMove(id), { reason: "conflict", detail: /banned since/ });
  await users.unban(known.userId);
  await users.undoMove(id);
  assert.equal((await stack.signIn("alice")).userId, silent.userId);
  await assert.rejects(users.undoMove(id), { reason: "conflict", detail: /undone already/ });
  await assert.rejects(users.undoMove("m_none"), { reason: "not_found" });
});

test("a banned user leaves no ban behind, and no user is linked with themselves", async (t) => {
  const { stack, known, silent } = await confused(t);
  const { users } = stack.hufu;
  await users.ban(silent.userId, { reason: "fraud" });
  await assert.rejects(users.link(silent.userId, known.userId), { reason: "conflict" });
  await assert.rejects(users.previewMove(silent.userId, known.userId), { reason: "conflict" });
  await assert.rejects(users.link(known.userId, known.userId), TypeError);
  await assert.rejects(users.link("nobody", known.userId), { reason: "not_found" });
  const { platform, app } = present(present(await users.find(known.userId)).identities[0]);
  const stranger = { platform, app, openid: "o_nobody" };
  await assert.rejects(users.move(known.userId, stranger, silent.userId), { reason: "not_found" });
});

import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { serving, stack } from "../../maintained-hufu.fixture.ts";

/** Two users who are one person. */
async function twoUsers(t: TestContext) {
  const where = await stack(t);
  const hufu = await serving(t, where);
  const signIn = async (user: string) => {
    const code = where.platform.issueCode({ user });
    const answer = await hufu.protocol.signIn({ clientId: "wx-demo", code, deviceType: "phone" });
    return answer.user?.id ?? assert.fail("no user");
  };
  const [alice, bob] = [await signIn("alice"), await signIn("bob")];
  return { where, hufu, signIn, alice, bob };
}

test("users link says what it will do, asks, does it, and undo takes it back", async (t) => {
  const { where, hufu, signIn, alice, bob } = await twoUsers(t);
  const preview = await where.type("users", "link", alice, bob, "--dry-run");
  assert.equal(preview.code, 0, preview.err);
  assert.match(
    preview.out,
    new RegExp(`^1 identity \\(wx-demo\\) of ${alice} becomes ${bob}'s; 0 stay\\.\nSessions that end: 1;`),
  );
  assert.equal(await signIn("alice"), alice, "nothing was changed");
  const alone = await where.type("users", "link", alice, bob);
  assert.equal(alone.code, 1);
  assert.match(alone.err, /Nobody can be asked here/);

  const done = await where.type("users", "link", alice, bob, "--yes", "--json", "--reason", "one person");
  assert.equal(done.code, 0, done.err);
  const { move, sessions } = JSON.parse(done.out);
  assert.equal(sessions.length, 2);
  assert.deepEqual((await hufu.sessions.list(alice)).length, 0);
  assert.equal(await signIn("alice"), bob);

  const undone = await where.type("users", "undo", move);
  assert.match(undone.out, /^Undone: 1 identity/, undone.err);
  assert.equal(await signIn("alice"), alice);
  const again = await where.type("users", "undo", move);
  assert.deepEqual([again.code, again.err], [1, "hufu: conflict: it was undone already\n"]);
});

test("users move names the identity by its app, and refuses what does not exist", async (t) => {
  const { where, signIn, alice, bob } = await twoUsers(t);
  assert.equal((await where.type("users", "move", alice, bob, "--app", "wx-demo", "--yes")).code, 0);
  assert.equal(await signIn("alice"), bob);
  for (const [args, code, words] of [
    [["move", alice, bob, "--app", "wx-demo"], 1, /has no such identity in wx-demo/],
    [["move", bob, alice, "--app", "wx-demo"], 1, /has 2 identities in wx-demo: say which by --openid/],
    [["move", bob, alice], 2, /--app/],
    [["link", bob, bob], 1, /the two users are one/],
    [["link", bob, "nobody"], 1, /there is no user "nobody"/],
    [["undo", "m_none"], 1, /there is no such move, or its day is over/],
  ] as const) {
    const ran = await where.type("users", ...args);
    assert.equal(ran.code, code, ran.err);
    assert.match(ran.err, words);
  }
});

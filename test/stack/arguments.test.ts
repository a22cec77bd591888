import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Hufu } from "../../server/src/hufu/hufu.ts";
import { ASKER, asApp, BAKERY, openStack, type Stack } from "./stack.fixture.ts";
import { verdictOf } from "./verdict.ts";

/** Calls a function of Hufu as JavaScript does: with any values. */
function call(hufu: Hufu, path: string, args: readonly unknown[]): unknown {
  let target: unknown = hufu;
  let method: unknown = hufu;
  for (const name of path.split(".")) {
    target = method;
    method = typeof target === "object" && target !== null ? Reflect.get(target, name) : undefined;
  }
  assert.ok(typeof method === "function", path);
  return Reflect.apply(method, target, args);
}

const U = "u_AAAAAAAAAAAAAAAAAAAAAA";
const S = "s_AAAAAAAAAAAAAAAAAAAAAA";
const BAN = { reason: "fraud" };

/** What is called with what, and what the TypeError must say. */
const MISTAKES: readonly (readonly [path: string, args: readonly unknown[], text: RegExp])[] = [
  ["users.ban", [{ externalId: 2 }, BAN], /^user\.externalId: .*got the number 2$/],
  ["users.ban", [{ externalId: null }, BAN], /^user\.externalId: .*got null$/],
  ["users.ban", [{ externalID: "2" }, BAN], /^user\.externalID: there is no such member; there are externalId$/],
  ["users.ban", [7, BAN], /^user: .*got the number 7$/],
  ["users.ban", [undefined, BAN], /^user: .*got undefined$/],
  ["users.ban", [["42"], BAN], /^user: .*got an array$/],
  ["users.ban", ["", BAN], /^user: .*got the string ""$/],
  ["users.ban", ["42"], /^ban: .*got undefined$/],
  ["users.ban", ["42", "fraud"], /^ban: .*got the string "fraud"$/],
  ["users.ban", ["42", {}], /^ban\.reason: .*got undefined$/],
  ["users.ban", ["42", { reason: "" }], /^ban\.reason: .*got the string ""$/],
  ["users.ban", ["42", { reason: "  " }], /^ban\.reason: /],
  ["users.ban", ["42", { ...BAN, until: "2027-01-01" }], /^ban\.until: .*Date.*got the string "2027-01-01"$/],
  ["users.ban", ["42", { ...BAN, until: 1_900_000_000_000 }], /^ban\.until: .*got the number 1900000000000$/],
  ["users.ban", ["42", { ...BAN, until: new Date("soon") }], /^ban\.until: .*got an invalid Date$/],
  ["users.ban", ["42", { ...BAN, until: new Date(0) }], /^ban\.until: .*future.*got 1970-01-01T00:00:00\.000Z$/],
  ["users.ban", ["42", { ...BAN, until: null }], /^ban\.until: .*got null$/],
  ["users.ban", ["42", { ...BAN, untill: new Date() }], /^ban\.untill: there is no such member/],
  ["users.ban", ["42", BAN, "admin"], /^by: .*got the string "admin"$/],
  ["users.ban", ["42", BAN, { by: 5 }], /^by\.by: .*got the number 5$/],
  ["users.unban", [5], /^user: /],
  ["users.unban", ["42", { who: "me" }], /^by\.who: there is no such member/],
  ["users.close", [null], /^user: .*got null$/],
  ["users.find", [42], /^user: .*got the number 42$/],
  ["users.find", [{}], /^user\.externalId: .*got undefined$/],
  ["users.setRoles", ["42", "member"], /^roles: expected a list of role names, got the string "member"$/],
  ["users.setRoles", ["42"], /^roles: .*got undefined$/],
  ["users.setRoles", ["42", [1]], /^roles\[0\]: .*got the number 1$/],
  ["users.setRoles", ["42", ["member", "a b"]], /^roles\[1\]: .*got the string "a b"$/],
  ["users.setRoles", ["42", ["stafff"]], /^roles: there is no role "stafff"; there are admin, member$/],
  [
    "users.setRoles",
    ["42", Array.from({ length: 33 }, (_, index) => `role-${index}`)],
    /^roles: .*at most 32.*got 33$/,
  ],
  ["users.search", [{ openid: 5 }], /^by\.openid: .*got the number 5$/],
  ["users.search", [{ id: "42" }], /^by\.id: .*got the string "42"$/],
  ["users.search", [{ sid: U }], /^by\.sid: /],
  ["users.search", [{ phone: "+8613800000000" }], /^by\.phone: there is no such member/],
  ["users.search", [{}], /^by: expected exactly one of .*got an object$/],
  ["users.search", [{ openid: "o", sid: S }], /^by: expected exactly one of/],
  ["users.list", [{ status: "gone" }], /^query\.status: expected active, banned, closed/],
  ["users.list", [{ limit: 201 }], /^query\.limit: expected a whole number from 1 to 200, got the number 201$/],
  ["users.list", [{ limit: "5" }], /^query\.limit: .*got the string "5"$/],
  ["users.list", [{ page: 2 }], /^query\.page: there is no such member/],
  ["sessions.page", [3], /^user: /],
  ["sessions.page", ["42", { cursor: 7 }], /^query\.cursor: .*got the number 7$/],
  ["sessions.list", [3], /^user: /],
  ["sessions.list", ["42", true], /^options: .*got the boolean true$/],
  ["sessions.list", ["42", { ended: "yes" }], /^options\.ended: .*got the string "yes"$/],
  ["sessions.kick", [undefined], /^sid: .*got undefined$/],
  ["sessions.kick", ["no session"], /^sid: .*got the string "no session"$/],
  ["sessions.kick", [S, { reason: 7 }], /^by\.reason: .*got the number 7$/],
  ["sessions.kickAll", [{ externalId: 2n }], /^user\.externalId: .*got a bigint$/],
  ["roles.set", ["a b", []], /^roles: .*got the string "a b"$/],
  ["roles.set", ["staff", "order:read"], /^roles\.staff: expected a list of permissions, got the string "order:read"$/],
  ["roles.set", ["staff", ["order"]], /^roles: "staff": permissions\[0\]: must be a permission/],
  ["roles.remove", [undefined], /^roles: .*got undefined$/],
  ["keys.revoke", [undefined], /^kid: .*got undefined$/],
  ["keys.rotate", ["me"], /^by: /],
  ["stale", [42], /^user: .*got the number 42$/],
  ["revokeApp", [7, BAN], /^clientId: .*got the number 7$/],
  ["revokeApp", [BAKERY], /^because: .*got undefined$/],
  ["revokeApp", [BAKERY, { reason: 7 }], /^because\.reason: .*got the number 7$/],
  ["revokeAll", [], /^because: .*got undefined$/],
  ["revokeAll", ["leak"], /^because: .*got the string "leak"$/],
  ["userData.decrypt", ["x", { encryptedData: "", iv: "" }], /^sid: /],
  ["userData.decrypt", [S], /^data: .*got undefined$/],
  ["userData.decrypt", [S, { encryptedData: 7, iv: "" }], /^data\.encryptedData: expected a string, got a number$/],
  ["userData.decrypt", [S, { encryptedData: "", iv: "" }, "5m"], /^maxAgeMs: .*got the string "5m"$/],
  ["userData.isSessionKeyValid", [], /^sid: .*got undefined$/],
  ["protocol.signIn", [], /^input: .*got undefined$/],
  ["protocol.signIn", [{ clientId: BAKERY }], /^input\.code: expected a string, got undefined$/],
  [
    "protocol.signIn",
    [{ clientId: BAKERY, code: "c", deviceType: "watch" }],
    /^input\.deviceType: .*got the string "watch"$/,
  ],
  ["protocol.refresh", [{ refreshToken: "hr1." }], /^input\.clientId: .*got undefined$/],
  [
    "protocol.refresh",
    [{ clientId: BAKERY, refreshToken: 7 }],
    /^input\.refreshToken: expected a string, got a number$/,
  ],
  ["protocol.authenticate", ["id", 7], /^secret: expected a string, got a number$/],
  ["protocol.revoke", [undefined, asApp(BAKERY)], /^token: expected a string, got undefined$/],
  ["protocol.revoke", ["token"], /^client: .*got undefined$/],
  ["protocol.introspect", [7, ASKER], /^token: expected a string, got a number$/],
  ["protocol.clientCredentials", [], /^client: .*got undefined$/],
  ["protocol.me", [{}], /^self\.userId: .*got undefined$/],
  ["protocol.mySessions", [], /^self: .*got undefined$/],
  ["protocol.endMySession", [{ userId: U, sid: S }, "x"], /^sid: .*got the string "x"$/],
  ["verifier.check", [7], /^authorization: expected a string, got a number$/],
  ["verifier.checkToken", [undefined], /^token: expected a string, got undefined$/],
];

async function withRoles(t: Parameters<typeof openStack>[0]): Promise<Stack> {
  return openStack(t, { rolesFrom: "hufu", resolveUser: () => ({ userId: "42" }) });
}

describe("a wrong argument is a TypeError that names it and what was given, and changes nothing", () => {
  for (const [path, args, text] of MISTAKES) {
    test(`${path}: ${text.source}`, async (t) => {
      const stack = await withRoles(t);
      await stack.signIn("alice");
      const before = stack.dump();
      await assert.rejects(
        async () => call(stack.hufu, path, args),
        (error: unknown) => (error instanceof TypeError && text.test(error.message)) || assert.fail(String(error)),
      );
      assert.deepEqual(stack.dump(), before);
    });
  }
});

test("a user that does not exist is not_found, by either id, and only find answers undefined", async (t) => {
  const { hufu } = await withRoles(t);
  for (const user of [U, "43", { externalId: "43" }]) {
    const verdicts = await Promise.all([
      verdictOf(() => hufu.users.setRoles(user, ["member"])),
      verdictOf(() => hufu.users.ban(user, BAN)),
      verdictOf(() => hufu.users.unban(user)),
      verdictOf(() => hufu.users.close(user)),
      verdictOf(() => hufu.sessions.list(user)),
      verdictOf(() => hufu.sessions.kickAll(user)),
      verdictOf(() => hufu.stale(user)),
    ]);
    assert.deepEqual(new Set(verdicts), new Set(["not_found"]));
    assert.equal(await hufu.users.find(user), undefined);
  }
  assert.equal(await hufu.sessions.kick(S), false);
  assert.equal(await hufu.keys.revoke("no such key"), false);
  assert.equal(await verdictOf(() => hufu.roles.remove("nobody")), "not_found");
});

test("an account that was closed is not_found for every change but closing it again", async (t) => {
  const { hufu, signIn } = await withRoles(t);
  const { userId } = await signIn("alice");
  await hufu.users.close(userId);
  const verdicts = await Promise.all([
    verdictOf(() => hufu.users.setRoles(userId, ["member"])),
    verdictOf(() => hufu.users.ban(userId, BAN)),
    verdictOf(() => hufu.users.unban(userId)),
    verdictOf(() => hufu.sessions.kickAll(userId)),
    verdictOf(() => hufu.stale(userId)),
  ]);
  assert.deepEqual(new Set(verdicts), new Set(["not_found"]));
  assert.equal(await verdictOf(() => hufu.users.close(userId)), "ok");
});

test("a role is at most 16 KiB of permissions, and nothing is stored beyond it", async (t) => {
  const { hufu } = await withRoles(t);
  const permissions = (count: number): string[] =>
    Array.from({ length: count }, (_, index) => `r${index}:${"a".repeat(100)}`);
  await hufu.roles.set("large", permissions(140));
  await assert.rejects(hufu.roles.set("larger", permissions(200)), /^TypeError: roles\.larger: .*at most 16384/);
  assert.ok(!(await hufu.roles.list()).roles.has("larger"));
  await assert.rejects(async () => {
    for (let index = 0; index < 60; index += 1) await hufu.roles.set(`large-${index}`, permissions(140));
  }, /^TypeError: roles: all roles have \d+ bytes as JSON, and at most 524288 are allowed/);
});

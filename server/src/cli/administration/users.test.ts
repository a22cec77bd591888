import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { parseSessionId, parseUserId } from "../../core/ids.ts";
import { systemRandom } from "../../core/random.ts";
import { openStoreAsItIs } from "../../hufu/database/maintenance.ts";
import type { Hufu } from "../../hufu/hufu.ts";
import { phoneHashes, phoneSeal } from "../../session/phone-at-rest.ts";
import { createSealedBox } from "../../token/sealing/sealed-box.ts";
import { createSecrets } from "../../token/sealing/secrets.ts";
import { typed } from "../hufu.fixture.ts";
import { type MaintainedHufu, serving, stack } from "../maintained-hufu.fixture.ts";
import { changeRolesOf } from "./change-roles-of.ts";

const BY = /^cli:[^@]+@.+$/;

interface Signed {
  readonly id: string;
  readonly sid: string;
}

async function signIn(hufu: Hufu, { platform }: MaintainedHufu, user: string, deviceId = "phone-1"): Promise<Signed> {
  const code = platform.issueCode({ user });
  const answer = await hufu.protocol.signIn({ clientId: "wx-demo", code, deviceType: "phone", deviceId });
  const claims = JSON.parse(Buffer.from(answer.accessToken.split(".")[1] ?? "", "base64url").toString());
  return { id: claims.sub, sid: claims.sid };
}

/** A deployment with a server that runs, so that each command works beside it. */
async function shop(t: TestContext, changes: Readonly<Record<string, unknown>> = {}) {
  const where = await stack(t, { rolesFrom: "hufu", roles: ROLES, ...changes });
  const hufu = await serving(t, where);
  return { where, hufu, signIn: (user: string, deviceId?: string) => signIn(hufu, where, user, deviceId) };
}

const ROLES = {
  member: ["order:read:own", "order:create"],
  editor: ["article:write"],
  administrator: ["hufu.users:read", "hufu.users:write"],
};

async function json(where: MaintainedHufu, ...args: string[]) {
  const { code, out, err } = await where.type(...args, "--json");
  assert.equal(code, 0, err);
  return JSON.parse(out);
}

async function auditOf(where: MaintainedHufu, action: string) {
  const store = await openStoreAsItIs(`sqlite:${where.file}`, 3_600_000);
  try {
    return await store.audit.list({ action, limit: 50 });
  } finally {
    await store.close();
  }
}

test("users are found by each of their ids, and what is personal is masked", async (t) => {
  const { where, signIn } = await shop(t);
  const alice = await signIn("alice");
  await signIn("bob");
  const byId = await json(where, "users", "find", alice.id);
  assert.equal(byId.items.length, 1);
  const [found] = byId.items;
  assert.deepEqual([found.id, found.status, found.roles, found.ban], [alice.id, "active", ["member"], null]);
  assert.deepEqual(await json(where, "users", "find", alice.sid), byId);
  const shown = await json(where, "users", "find", alice.id, "--show-personal", "--reason", "asked by mail");
  const { openid } = shown.items[0].identities[0];
  assert.ok(!JSON.stringify(byId).includes(openid), "masked before");
  assert.deepEqual((await json(where, "users", "find", openid, "--by", "openid")).items, byId.items);
  const [noted, ...more] = await auditOf(where, "personal.read");
  assert.deepEqual([noted?.userId, noted?.detail?.["reason"], more.length], [alice.id, "asked by mail", 0]);
  assert.match(noted?.actor ?? "", BY);
  const { code, out } = await where.type("users", "find", openid);
  assert.equal(code, 0);
  assert.match(
    out,
    /^USER +YOUR ID +STATUS +ROLES +APPS +CREATED\nu_\S+ +- +active +member +wx-demo +(?:now|\d+ seconds? ago)\n$/,
  );
  const unknown = await where.type("users", "find", "nobody");
  assert.equal(unknown.code, 1);
  assert.match(
    unknown.err,
    /no user has that id of any kind; a request_id is known for 7 days.*a guard in another process keeps none here/,
  );
});

test("a phone number finds its user, is masked, and may come from standard input", async (t) => {
  const { where, signIn } = await shop(t);
  const { id } = await signIn("alice");
  await signIn("bob");
  const store = await openStoreAsItIs(`sqlite:${where.file}`, 3_600_000);
  t.after(() => store.close());
  const secrets = createSecrets([where.secret]);
  const sealed = createSealedBox(secrets, systemRandom).seal(
    "+8613800138000",
    phoneSeal(parseUserId(id) ?? assert.fail()),
  );
  await store.phones.put(parseUserId(id) ?? assert.fail(), { sealed, hashes: phoneHashes(secrets, "+8613800138000") });
  for (const number of ["13800138000", "+8613800138000", "+86 138-0013-8000"]) {
    assert.deepEqual(
      (await json(where, "users", "find", number)).items.map((user: { id: string }) => user.id),
      [id],
      number,
    );
  }
  const args = ["users", "find", "-", "--by", "phone", "--json", "--config", "hufu.json"];
  assert.equal(JSON.parse((await typed(args, where, "13800138000\n")).out).items[0].id, id);
  const shown = await where.type("users", "show", id);
  assert.match(shown.out, /^phone {5}\+8613\*{5}8000$/m);
  assert.equal((await json(where, "users", "show", id, "--show-personal")).phone, "+8613800138000");
  assert.match((await where.type("users", "find", "13900139000")).err, /^hufu: no user has that id of any kind; /);
  assert.match((await where.type("users", "find", "12345", "--by", "phone")).err, /that is no phone number/);
});

test("a request_id answers why a user was signed out", async (t) => {
  const { where, signIn } = await shop(t);
  const { id, sid } = await signIn("alice");
  await where.type("sessions", "end", sid, "--reason", "lost");
  const store = await openStoreAsItIs(`sqlite:${where.file}`, 3_600_000);
  t.after(() => store.close());
  const userId = parseUserId(id) ?? assert.fail();
  const refused = { endpoint: "/oauth/token", status: 400, reason: "session_kicked", why: "kicked" };
  await store.refusals.append([
    { requestId: "req_1", at: Date.now(), node: "web-1:7", ...refused, userId, sid: parseSessionId(sid) ?? null },
  ]);
  const { code, out } = await where.type("users", "find", "req_1");
  assert.equal(code, 0);
  assert.match(
    out,
    /^\/oauth\/token answered 400 session_kicked \(kicked\), .*, on web-1:7\.\nSession s_\S+ ended: kicked \(rule administrator\) by cli:/,
  );
  assert.ok(out.includes(`\n${id} `));
  const found = await json(where, "users", "find", "req_1", "--by", "request-id");
  assert.deepEqual([found.items[0].id, found.request.reason, found.request.session.id], [id, "session_kicked", sid]);
});

test("lists have pages that scripts can follow", async (t) => {
  const { where, signIn } = await shop(t);
  const ids: string[] = [];
  for (const name of ["one", "two", "three"]) ids.push((await signIn(name)).id);
  const seen: string[] = [];
  let cursor: string | null = null;
  do {
    const page: { items: { id: string }[]; next: string | null } = await json(
      where,
      ...["users", "list", "--limit", "2", ...(cursor === null ? [] : ["--cursor", cursor])],
    );
    seen.push(...page.items.map(({ id }) => id));
    cursor = page.next;
  } while (cursor !== null);
  assert.deepEqual(seen.toSorted(), ids.toSorted());
  assert.match((await where.type("users", "list", "--limit", "1")).err, /There are more: --cursor \S+\n/);
  assert.deepEqual((await json(where, "users", "list", "--status", "banned")).items, []);
  assert.equal((await where.type("users", "list", "--limit", "201")).code, 2);
  assert.equal((await where.type("users", "list", "--status", "asleep")).code, 2);
  assert.equal((await where.type("users", "list", "--cursor", "made-up")).code, 1);
});

test("a ban ends the sessions of a server that runs, names who did it, and can be lifted", async (t) => {
  const { where, hufu, signIn } = await shop(t);
  const alice = await signIn("alice");
  const banned = await where.type("users", "ban", alice.id, "--reason", "spam", "--for", "7d");
  assert.equal(banned.code, 0, banned.err);
  assert.match(
    banned.out,
    /^u_\S+ is banned until \d{4}-\S+ \(in 6 days\)\.\n$|^u_\S+ is banned until \d{4}-\S+ \(in 7 days\)\.\n$/,
  );
  await assert.rejects(signIn("alice"), { reason: "account_banned" });
  const [listed] = (await json(where, "users", "list", "--status", "banned")).items;
  assert.deepEqual([listed.id, listed.status, listed.ban.reason], [alice.id, "banned", "spam"]);
  const [ended] = (await json(where, "sessions", "list", alice.id)).items;
  assert.deepEqual([ended.id, ended.ended.why], [alice.sid, "banned"]);
  assert.match(ended.ended.by, BY);
  const [audited] = await auditOf(where, "user.ban");
  assert.match(audited?.actor ?? "", BY);
  assert.equal(audited?.detail?.["reason"], "spam");
  assert.match((await where.type("users", "unban", alice.id, "--reason", "a mistake")).out, /may sign in again/);
  assert.match((await where.type("users", "unban", alice.id)).out, /was not banned/);
  assert.equal((await auditOf(where, "user.unban")).at(-1)?.detail?.["reason"], "a mistake");
  assert.equal((await signIn("alice")).id, alice.id);
  assert.equal((await hufu.users.find(alice.id))?.user.ban, null);
});

test("what is done to many is said first, and refused without a person to confirm it", async (t) => {
  const { where, signIn } = await shop(t);
  const [one, two] = [await signIn("one"), await signIn("two")];
  await signIn("two", "tablet");
  const refused = await where.type("users", "ban", one.id, two.id, "--reason", "spam");
  assert.equal(refused.code, 1);
  assert.match(refused.err, /This bans 2 users for good and ends 3 sessions\. Nobody can be asked here; say --yes/);
  assert.deepEqual((await json(where, "users", "list", "--status", "banned")).items, []);
  const unknown = await where.type("users", "ban", one.id, "nobody", "--reason", "spam", "--yes");
  assert.match(unknown.err, /there is no user "nobody"; nothing was changed/);
  assert.deepEqual((await json(where, "users", "list", "--status", "banned")).items, []);
  const done = await where.type("users", "ban", one.id, two.id, "--reason", "spam", "--yes");
  assert.equal(done.code, 0, done.err);
  assert.equal((await json(where, "users", "list", "--status", "banned")).items.length, 2);
  const close = await where.type("users", "close", one.id);
  assert.match(close.err, /This closes the account of u_\S+, ends 0 sessions.*It cannot be undone\./);
  assert.equal((await where.type("users", "close", one.id, "--yes", "--reason", "asked")).code, 0);
  await assert.rejects(signIn("one"), { reason: "account_banned" });
  assert.equal((await where.type("users", "unban", one.id)).code, 0, "a ban outlives the account");
  assert.notEqual((await signIn("one")).id, one.id);
  assert.equal((await json(where, "users", "find", one.id)).items[0].status, "closed");
  assert.equal((await json(where, "users", "show", one.id)).status, "closed");
  assert.equal((await json(where, "sessions", "list", one.id)).items[0].ended.why, "banned");
  assert.match((await where.type("users", "roles", one.id, "--add", "editor")).err, /there is no user/);
});

test("roles of a user are added, taken away and set; unknown ones and texts of several are refused", async (t) => {
  const { where, hufu, signIn } = await shop(t);
  const { id } = await signIn("alice");
  const roles = (...args: string[]) => json(where, "users", "roles", id, ...args);
  assert.deepEqual(await roles(), { id, roles: ["member"], before: ["member"] });
  assert.deepEqual((await roles("--add", "editor")).roles, ["member", "editor"]);
  assert.deepEqual((await roles("--remove", "member")).roles, ["editor"]);
  assert.deepEqual((await roles("--set", "member", "editor")).roles, ["member", "editor"]);
  assert.deepEqual((await hufu.users.find(id))?.user.roles, ["member", "editor"]);
  const refusals: readonly (readonly [readonly string[], RegExp])[] = [
    [["--add", "edtor"], /there is no role "edtor"/],
    [["--set", "member,editor"], /"member,editor" is no role; names are separated by spaces/],
    [["--remove", "administrator"], /the user does not have the role "administrator"/],
  ];
  for (const [args, message] of refusals) {
    const { code, err } = await where.type("users", "roles", id, ...args);
    assert.equal(code, 1);
    assert.match(err, message);
  }
  assert.deepEqual((await roles()).roles, ["member", "editor"]);
  assert.match((await where.type("users", "roles", "42")).err, /there is no user "42"/);
});

test("two administrators who change a user's roles at once lose no change", async (t) => {
  const { where, hufu, signIn } = await shop(t);
  const { id } = await signIn("alice");
  let rivals: readonly string[] = ["editor"];
  // Another administrator changes the user between the reading and the writing, once or always.
  const people = {
    ...hufu,
    users: {
      ...hufu.users,
      async setRoles(...[user, roles, by, seen]: Parameters<typeof hufu.users.setRoles>) {
        const [rival, ...later] = rivals;
        rivals = later;
        if (rival === "stale") await hufu.stale(id);
        else if (rival !== undefined) await hufu.users.setRoles(id, ["member", rival]);
        return hufu.users.setRoles(user, roles, by, seen);
      },
    },
  };
  const desk = { people, by: { by: "cli:test" } };
  const { before, roles } = await changeRolesOf(desk, id, (had) => [...had, "administrator"]);
  assert.deepEqual(
    [before, roles],
    [
      ["member", "editor"],
      ["member", "editor", "administrator"],
    ],
  );

  rivals = ["stale", "stale", "stale", "stale"];
  await assert.rejects(
    changeRolesOf(desk, id, () => ["member"]),
    /others are changing this user at the same time; nothing was changed/,
  );
  const rolesNow = async () => (await hufu.users.find(id))?.user.roles.toSorted();
  assert.deepEqual(await rolesNow(), ["administrator", "editor", "member"]);

  await hufu.users.setRoles(id, []);
  const all = await Promise.all([
    where.type("users", "roles", id, "--add", "editor"),
    where.type("users", "roles", id, "--add", "member"),
    where.type("admin", "grant", id, "--role", "administrator"),
  ]);
  for (const { code, err } of all) assert.equal(code, 0, err);
  assert.deepEqual(await rolesNow(), ["administrator", "editor", "member"]);
  await assert.rejects(hufu.users.setRoles(id, [], undefined, { ver: 0 }), /seen\.ver: expected the user's ver/);
});

test("the first administrator is made by a role that administers, and by no other", async (t) => {
  const { where, hufu, signIn } = await shop(t);
  const { id } = await signIn("alice");
  const grant = (role: string) => where.type("admin", "grant", id, "--role", role);
  assert.match((await grant("edtor")).err, /there is no role "edtor"; there are administrator, editor, member/);
  assert.match((await grant("editor")).err, /"editor" has none of Hufu's own permissions/);
  const made = await grant("administrator");
  assert.equal(made.code, 0, made.err);
  assert.match(made.out, /has the role administrator and may: hufu\.users:read, hufu\.users:write\.\n$/);
  assert.deepEqual((await hufu.users.find(id))?.user.roles, ["member", "administrator"]);
  assert.equal((await grant("administrator")).code, 0, "again is no mistake");
});

test("sessions are listed with how they ended, and ended by name or by user", async (t) => {
  const { where, signIn } = await shop(t);
  const [phone, tablet] = [await signIn("alice"), await signIn("alice", "tablet")];
  const ended = await where.type("sessions", "end", phone.sid, "--reason", "lost");
  assert.equal(ended.out, `${phone.sid} ended.\n`);
  assert.equal((await where.type("sessions", "end", phone.sid)).out, `${phone.sid} had ended before.\n`);
  const { items } = await json(where, "sessions", "list", phone.id);
  assert.deepEqual(
    items.map(({ id, ended: end }: { id: string; ended: { why: string } | null }) => [id, end?.why ?? null]),
    [
      [tablet.sid, null],
      [phone.sid, "kicked"],
    ],
  );
  assert.equal((await json(where, "sessions", "list", phone.id, "--alive")).items.length, 1);
  assert.match(
    (await where.type("sessions", "list", phone.id)).out,
    /alive[\s\S]*ended: kicked \(rule administrator\) by cli:/,
  );
  assert.match((await where.type("sessions", "end", "--user", phone.id)).out, /: ended 1 session\.\n$/);
  assert.match((await where.type("sessions", "end", "s_0123456789abcdefghijkw")).err, /there is no session/);
  assert.equal((await where.type("sessions", "end")).code, 2);
  assert.equal((await where.type("sessions", "end", phone.sid, "--user", phone.id)).code, 2);
});

import assert from "node:assert/strict";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { openStoreAsItIs } from "../../hufu/database/maintenance.ts";
import { type Ran, typed } from "../hufu.fixture.ts";
import { serving, stack } from "../maintained-hufu.fixture.ts";

test("migrate says what is missing, prints it, does it once, and makes nothing before it is told to", async (t) => {
  const { type, folder } = await stack(t);
  const lacking = await type("migrate", "--check");
  assert.equal(lacking.code, 1);
  assert.match(lacking.err, /the database lacks 0001-first-tables.*; run hufu migrate\n$/);
  const printed = await type("migrate", "--sql");
  assert.equal(printed.code, 0);
  assert.match(printed.out, /create table "?hufu_sessions"?/);
  assert.deepEqual(readdirSync(folder), ["hufu.json"]);

  const byHand = new DatabaseSync(join(folder, "by-hand.db"));
  byHand.function("hufu_now", () => 0);
  byHand.exec(printed.out);
  byHand.close();

  const done = await type("migrate");
  assert.equal(done.code, 0);
  assert.match(done.out, /0001-first-tables/);
  assert.ok(existsSync(join(folder, "hufu.db")));
  assert.equal((await type("migrate")).out, "The database is up to date.\n");
  assert.equal((await type("migrate", "--check")).code, 0);
  assert.deepEqual(await type("migrate", "--sql"), { code: 0, out: "", err: "" });
});

test("what was migrated by hand counts as migrated", async (t) => {
  const { type, folder } = await stack(t);
  const { out } = await type("migrate", "--sql");
  const byHand = new DatabaseSync(join(folder, "hufu.db"));
  byHand.function("hufu_now", () => 0);
  byHand.exec(out);
  byHand.close();
  assert.equal((await type("migrate", "--check")).code, 0);
});

test("commands about a database that does not exist, or is behind, say so and make nothing", async (t) => {
  const { type, folder } = await stack(t);
  for (const args of [
    ["keys", "list"],
    ["keys", "rotate"],
    ["keys", "revoke", "x"],
    ["secrets", "rotate"],
  ]) {
    const { code, err } = await type(...args);
    assert.equal(code, 1);
    assert.match(err, /^hufu: there is no database at .*; hufu serve or hufu migrate makes one\n$/);
  }
  assert.deepEqual(readdirSync(folder), ["hufu.json"]);
  new DatabaseSync(join(folder, "hufu.db")).close();
  writeFileSync(join(folder, "hufu.db"), "");
  const { code, err } = await type("keys", "list");
  assert.equal(code, 1);
  assert.match(err, /lacks 0001-first-tables.*: run hufu migrate/);
});

test("keys are listed, rotated and revoked, and nothing private is shown", async (t) => {
  const where = await stack(t);
  await where.type("migrate");
  assert.match((await where.type("keys", "list")).out, /no key yet/);
  await (await serving(t, where)).close();

  const [first = "", ...rest] = rowsOf(await where.type("keys", "list"));
  assert.equal(rest.length, 0);
  assert.match(first, /^\S{43} +ES256 +signing /);
  const kid = first.slice(0, 43);

  const rotated = await where.type("keys", "rotate");
  assert.equal(rotated.code, 0, rotated.err);
  assert.match(rotated.out, /^Made the key \S{43}; it signs from \S+ \(in \d+ minutes?\)/);
  assert.deepEqual(rowsOf(await where.type("keys", "list")).map(stageOf), ["signing", "published"]);

  const hasty = await where.type("keys", "rotate");
  assert.equal(hasty.code, 1);
  const waits = /^hufu: the key \S{43} waits already and signs from \S+ \(in \d+ minutes?\); --force adds another/;
  assert.match(hasty.err, waits);
  assert.deepEqual(rowsOf(await where.type("keys", "list")).map(stageOf), ["signing", "published"]);
  assert.equal((await where.type("keys", "rotate", "--force")).code, 0);
  assert.deepEqual(rowsOf(await where.type("keys", "list")).map(stageOf), ["signing", "published", "published"]);

  const revoked = await where.type("keys", "revoke", kid);
  assert.equal(revoked.code, 0, revoked.err);
  assert.deepEqual(
    rowsOf(await where.type("keys", "list"))
      .map(stageOf)
      .sort(),
    ["published", "published", "revoked", "signing"].sort(),
  );
  const again = await where.type("keys", "revoke", kid);
  assert.equal(again.code, 1);
  assert.match(again.err, /there is no key .* that could be revoked/);
  const all = [rotated, revoked, again].map(({ out, err }) => out + err).join();
  assert.ok(!/PRIVATE|hs[12]\./.test(all) && !all.includes(where.secret));
});

test("a key whose id begins like an option is revoked like any other", async (t) => {
  const where = await stack(t);
  await (await serving(t, where)).close();
  const store = await openStoreAsItIs(`sqlite:${join(where.folder, "hufu.db")}`, 600_000);
  t.after(() => store.close());
  const [first] = (await store.keys.list()).keys;
  assert.ok(first);
  const kid = `-c${"x".repeat(41)}`;
  // It does not sign yet, so its private half, which was sealed for another key, is never opened.
  const signsFrom = first.createdAt + 1e9;
  await store.keys.add({ ...first, kid, sequence: 2, signsFrom }, signsFrom);

  const revoked = await where.type("keys", "revoke", kid);
  assert.equal(revoked.code, 0, revoked.err);
  assert.match(revoked.out, new RegExp(`^Revoked the key ${kid}\\.`));
  const again = await typed(["keys", "revoke", "--config=hufu.json", "--", kid], where);
  assert.match(again.err, new RegExp(`^hufu: there is no key "${kid}" that could be revoked`));
});

function rowsOf({ code, out }: Ran): string[] {
  assert.equal(code, 0);
  return out.trimEnd().split("\n").slice(1);
}

function stageOf(row: string): string {
  return row.split(/ {2,}/)[2] ?? "";
}

test("secrets rotate seals the keys with the newest secret, so that the old one can go", async (t) => {
  const where = await stack(t, { secret: ["env:HUFU_TEST_SECRET", "env:HUFU_OLD_SECRET"] });
  const old = {
    HUFU_TEST_SECRET: "Kd8Wq2Ls5Zx7Cv1Bn4Mj9Hg6Fr3Te0Yu",
    HUFU_OLD_SECRET: "Ra7Pe4Oi1Uy8Tg5Fd2Sw9Qz6Xc3Vb0Nm",
  };
  const env = { HUFU_TEST_SECRET: where.secret, HUFU_OLD_SECRET: old.HUFU_TEST_SECRET };
  await (await serving(t, { ...where, env: old })).close();

  const args = ["secrets", "rotate", "--config", "hufu.json"];
  const moved = await typed(args, { ...where, env });
  assert.equal(moved.code, 0, moved.err);
  assert.match(
    moved.out,
    /^Sealed 1 signing key, \d+ session_keys? and 0 phone numbers with the newest secret\.\nKeep the older secrets in the list for /,
  );
  assert.match((await typed(args, { ...where, env })).out, /^Everything is sealed with the newest secret already/);

  const alone = { HUFU_TEST_SECRET: where.secret, HUFU_OLD_SECRET: "Lk3Jh6Gf9Ds2Az5Po8Iu1Yt4Re7Wq0Mn" };
  assert.ok((await serving(t, { ...where, env: alone })).protocol.jwks().keys.length === 1);
});

test("token inspect --config checks signature, session and user", async (t) => {
  const where = await stack(t);
  const hufu = await serving(t, where);
  const { accessToken, refreshToken = "" } = await hufu.protocol.signIn({
    clientId: "wx-demo",
    code: where.platform.issueCode({ user: "alice" }),
    deviceType: "phone",
  });
  const inspect = (token: string) => typed(["token", "inspect", "-", "--config", "hufu.json"], where, token);
  const good = await inspect(accessToken);
  assert.equal(good.code, 0, good.out);
  assert.match(good.out, /Its signature is right[\s\S]*Its session is active[\s\S]*Nothing is wrong/);
  assert.ok(!good.out.includes("This proves nothing") && !good.out.includes("not checked"));
  const refresh = await inspect(refreshToken);
  assert.equal(refresh.code, 0, refresh.out);
  assert.match(refresh.out, /It is genuine[\s\S]*generation 0[\s\S]*would succeed/);

  const [head = "", payload = "", signature = ""] = accessToken.split(".");
  const other = signature.startsWith("A") ? "B" : "A";
  const forged = await inspect(`${head}.${payload}.${other}${signature.slice(1)}`);
  assert.equal(forged.code, 1);
  assert.match(forged.out, /Its signature is wrong/);

  const { sub, sid } = JSON.parse(Buffer.from(payload, "base64url").toString());
  await hufu.users.setRoles(sub, []);
  assert.match((await inspect(accessToken)).out, /It is stale/);
  await hufu.sessions.kick(sid);
  const kicked = await inspect(accessToken);
  assert.equal(kicked.code, 1);
  assert.match(kicked.out, /Its session has ended, why: kicked/);
  assert.match((await inspect(refreshToken)).out, /refused with session_kicked\. The session ended: kicked, by system/);
  assert.match((await inspect(`${refreshToken.slice(0, -2)}AA`)).out, /It is not genuine/);
});

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { until } from "../../core/until.fixture.ts";
import { typed } from "../hufu.fixture.ts";
import { main } from "../main.ts";
import { type MaintainedHufu, serving, stack } from "../maintained-hufu.fixture.ts";
import { LINE_MOST } from "./read-lines.ts";

const ROLES = { roles: { member: ["order:read:own"], vip: ["gift:read"] }, defaultRoles: ["member"] };

async function migrated(t: TestContext, changes: Readonly<Record<string, unknown>> = {}): Promise<MaintainedHufu> {
  const where = await stack(t, { ...ROLES, ...changes });
  const ran = await where.type("migrate");
  assert.equal(ran.code, 0, ran.err);
  return where;
}

function write(where: MaintainedHufu, content: string | Uint8Array): void {
  writeFileSync(join(where.folder, "users.ndjson"), content);
}

const line = (openid: string, more: Readonly<Record<string, unknown>> = {}): string =>
  `${JSON.stringify({ app: "wx-demo", openid, ...more })}\n`;
const many = (count: number): string =>
  Array.from({ length: count }, (_, index) => line(`o_${index}`, { external_id: `${index}` })).join("");

async function imported(where: MaintainedHufu, ...options: string[]) {
  const { code, out, err } = await where.type("import", "users.ndjson", "--json", ...options);
  assert.ok((code ?? 2) < 2 && out !== "", err);
  return {
    code,
    err,
    ...(JSON.parse(out) as Record<"created" | "changed" | "unchanged" | "line", number>),
    skipped: JSON.parse(out).skipped,
  };
}

test("an import before the first start: the phone signs in as the user it was, and the same file again changes nothing", async (t) => {
  const where = await migrated(t);
  const { platform } = where;
  const openid = platform.openid({ user: "alice" });
  const alice = { external_id: "42", roles: ["vip"], phone: "+8613800138000", unionid: null };
  write(where, `\ufeff${line(openid, alice).trimEnd()}\r\n\r\n${line("o_other", { ban: { reason: "spam" } })}`);
  const dry = await imported(where, "--dry-run");
  assert.deepEqual([dry.created, dry.line], [2, 3]);
  assert.deepEqual(await imported(where, "--reason", "from the old shop"), { ...dry, err: "" });
  const again = await imported(where);
  assert.deepEqual([again.created, again.changed, again.unchanged], [0, 0, 2]);

  const hufu = await serving(t, where);
  const answer = await hufu.protocol.signIn({ clientId: "wx-demo", code: platform.issueCode({ user: "alice" }) });
  const auth = await hufu.verifier.check(`Bearer ${answer.accessToken}`);
  assert.deepEqual([auth.uid, auth.roles], ["42", ["vip"]]);
  const found = await hufu.users.find({ externalId: "42" });
  assert.equal(found?.user.id, answer.user?.id);
  assert.equal(await hufu.administration.phoneOf(found?.user.id ?? assert.fail("not found")), "+8613800138000");
  const records = await where.type("audit", "list", "--action", "users.import", "--json");
  assert.match(records.out, /"created":\s*2/);
  assert.match(records.out, /from the old shop/);
});

test("a ban by import ends living sessions, and roles make their tokens stale, in the running server", async (t) => {
  const where = await migrated(t);
  const hufu = await serving(t, where);
  const signIn = async (user: string) => {
    const { accessToken } = await hufu.protocol.signIn({
      clientId: "wx-demo",
      code: where.platform.issueCode({ user }),
    });
    return { authorization: `Bearer ${accessToken}`, openid: where.platform.openid({ user }) };
  };
  const reasonOf = async (authorization: string): Promise<string> => {
    try {
      await hufu.verifier.check(authorization);
      return "none";
    } catch (error) {
      return error instanceof Error && "reason" in error ? String(error.reason) : "?";
    }
  };
  const [banned, promoted] = [await signIn("alice"), await signIn("bob")];
  const ban = { reason: "spam", until: "2126-01-31T08:00:00+08:00" };
  write(where, line(banned.openid, { ban }) + line(promoted.openid, { roles: ["vip"] }));
  assert.equal((await imported(where)).changed, 2);
  await until(async () => (await reasonOf(banned.authorization)) === "token_revoked");
  await until(async () => (await reasonOf(promoted.authorization)) === "token_stale");
  await assert.rejects(signIn("alice"), { reason: "account_banned" });
  assert.equal((await imported(where)).unchanged, 2);
  const ends = await where.type("audit", "list", "--action", "session.end", "--json");
  assert.match(ends.out, /"rule":\s*"ban"/);
});

test("an unknown member, app or role, or a path that is not a file, stops the import before anything is written", async (t) => {
  const where = await migrated(t);
  for (const [bad, words] of [
    [line("o_2", { externalId: "7" }), /line 2: there is no member "externalId"; did you mean "external_id"\?/],
    [line("o_2", { ban: { reason: "x", end: 1 } }), /line 2: ban: there is no member "end"/],
    [line("o_2", { app: "wx-other" }), /line 2: there is no app wx-other in the configuration/],
    [line("o_2", { roles: ["admin"] }), /line 2: there is no role admin/],
  ] as const) {
    write(where, line("o_1") + bad);
    const ran = await where.type("import", "users.ndjson");
    assert.equal(ran.code, 1);
    assert.match(ran.err, words);
    assert.equal(ran.out, "");
  }
  for (const [file, words] of [
    ["-", /needs a file/],
    ["nothing.ndjson", /there is no file/],
    [".", /there is no file/],
  ] as const) {
    assert.match((await where.type("import", file)).err, words);
  }
  write(where, line("o_1"));
  assert.equal((await imported(where)).created, 1);
});

test("where the back end owns roles, a file with roles is refused", async (t) => {
  const where = await migrated(t);
  const config = JSON.parse(readFileSync(where.config, "utf8"));
  const host = JSON.stringify({ ...config, rolesFrom: "host", secret: where.secret });
  writeFileSync(join(where.folder, "hufu.mjs"), `export default { ...${host}, resolveUser: () => null };`);
  write(where, line("o_1", { roles: ["vip"] }));
  const ran = await typed(["import", "users.ndjson", "--config", "hufu.mjs"], where);
  assert.match(ran.err, /line 1: rolesFrom is "host"/);
});

test("lines that cannot be used are left out with their numbers and reasons, and no id of a person", async (t) => {
  const where = await migrated(t);
  const parts = [
    line("o_secret", { external_id: "1", phone: "+8613911112222" }),
    line("o_secret", { external_id: "2" }),
    line("o_3", { phone: "+8613911112222" }),
    line("o_4", { external_id: 4 }),
    line("o_5", { phone: "13800138000" }),
    line("o_6", { ban: { reason: " " } }),
    line("o_7", { ban: { reason: "over", until: "2020-01-01T00:00:00Z" } }),
    line("with blank"),
    '{"app":"wx-demo"}\n',
    '{"app":"wx-demo","openid":"o_10","openid":"o_11"}\n',
    Buffer.from([0x7b, 0xff, 0x7d, 0x0a]),
    `{"app":"${"x".repeat(LINE_MOST)}"}\n`,
    "[1]\n",
    " \t\n",
    '{"app":"wx-demo","ope',
  ];
  write(where, Buffer.concat(parts.map((part) => Buffer.from(part))));
  const ran = await where.type("import", "users.ndjson", "--report", "report.ndjson");
  assert.equal(ran.code, 1);
  assert.match(ran.out, /^2 users created, 0 lines added to a user, 0 unchanged, 12 left out\./);
  const report = readFileSync(join(where.folder, "report.ndjson"), "utf8");
  assert.deepEqual(
    report
      .trim()
      .split("\n")
      .map((text) => JSON.parse(text))
      .map(({ line: number, skipped, detail, user }) => [
        number,
        skipped,
        detail ?? (user === undefined ? "" : "a user"),
      ]),
    [
      [2, "external_id_conflict", "a user"],
      [3, "phone_taken", "a user"],
      [4, "member_invalid", "external_id: must be text; a number may have lost digits"],
      [5, "member_invalid", "phone: must be in the form of E.164, such as +8613800138000"],
      [6, "member_invalid", "ban.reason: must be a reason"],
      [8, "member_invalid", "openid: must be visible ASCII characters"],
      [9, "member_invalid", "openid: is missing"],
      [10, "not_json", "the line is not one JSON object with each member once"],
      [11, "not_utf8", "the line is not UTF-8"],
      [12, "line_too_long", "a line has at most 65536 bytes"],
      [13, "not_json", "the line is not one JSON object with each member once"],
      [15, "cut_off", "the file ends in the middle of a line"],
    ],
  );
  for (const text of [report, ran.out, ran.err]) assert.doesNotMatch(text, /o_secret|13911112222/);
});

test("an import that breaks or is stopped goes on where it was, and says how", async (t) => {
  const where = await migrated(t);
  write(where, many(11_000));
  const runUntil = async (at: string, act: () => void) => {
    const written = { out: "", err: "" };
    const code = await main(["import", "users.ndjson", "--json", "--config", "hufu.json"], {
      env: where.env ?? {},
      folder: where.folder,
      overwrites: true,
      out: (words) => {
        written.out += words;
      },
      err: (words) => {
        written.err += words;
        if (words.includes(at)) act();
      },
      read: async () => "",
      now: () => Date.now(),
    });
    return { code, ...written };
  };
  const broken = await runUntil("Imported 5000 lines", () => {
    throw new Error("the disk of the terminal is full");
  });
  assert.deepEqual([broken.code, broken.out], [1, ""]);
  const stopped = await runUntil("Imported 10000 lines", () => void process.emit("SIGINT"));
  assert.equal(stopped.code, 1);
  assert.match(stopped.err, /\rImported 10000 lines \(\d\d %\)\n/);
  assert.match(stopped.err, /Stopped after line \d+\. Run the same command again/);
  const { created, unchanged, line: last } = JSON.parse(stopped.out);
  assert.deepEqual([created + unchanged, unchanged, last], [last, 5000, last]);
  const rest = await imported(where);
  assert.deepEqual([rest.created, rest.unchanged], [11_000 - last, last]);
});

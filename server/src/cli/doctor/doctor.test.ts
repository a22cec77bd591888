import assert from "node:assert/strict";
import { mkdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { until } from "../../core/until.fixture.ts";
import { clockFinding } from "../check/clock-finding.ts";
import { deployment, typed } from "../hufu.fixture.ts";
import { serving, stack } from "../maintained-hufu.fixture.ts";
import { nodeFindings } from "./node-findings.ts";

/** An issuer that does not answer: no server is started. */
const ISSUER = { issuer: "http://127.0.0.1:1/auth" };

async function doctor(where: Parameters<typeof typed>[1], ...more: readonly string[]) {
  const { code, out, err } = await typed(["doctor", "--config", "hufu.json", "--json", ...more], where);
  assert.equal(err, "");
  const { ok, checks } = JSON.parse(out) as { ok: boolean; checks: { what: string; level: string; text: string }[] };
  return { code, ok, checks, of: (what: string) => checks.find((check) => check.what === what) };
}

test("it finds what check finds, and that the platform lets this address call in the app's name", async (t) => {
  const where = await deployment(t, ISSUER);
  const { code, ok, checks, of } = await doctor(where);
  assert.deepEqual([code, ok], [0, true], JSON.stringify(checks));
  assert.deepEqual(
    checks.map(({ what, level }) => [what, level]),
    [
      ["configuration", "ok"],
      ["database", "ok"],
      ["redis", "ok"],
      ["app wx-demo", "ok"],
      ["issuer", "warning"],
      ["access wx-demo", "ok"],
      ["clock", "ok"],
      ["nodes", "ok"],
    ],
  );
  assert.match(of("access wx-demo")?.text ?? "", /lets this server's address call/);
});

test("an address that is not on the app's list is an error that says which one and where to enter it", async (t) => {
  const where = await deployment(t, ISSUER);
  where.platform.fault({
    path: "/cgi-bin/stable_token",
    kind: "errcode",
    errcode: 40164,
    errmsg: "invalid ip 203.0.113.7 ipv6 ::ffff:203.0.113.7, not in whitelist, rid: 626d6eea-742b9141-407c26f8",
  });
  const { code, of } = await doctor(where);
  assert.equal(code, 1);
  assert.equal(of("app wx-demo")?.level, "ok", "a login code is exchanged from anywhere");
  const { level, text } = of("access wx-demo") ?? {};
  assert.equal(level, "error");
  assert.match(text ?? "", /errcode 40164.*IP白名单.*\(the platform sees 203\.0\.113\.7\)/);
  assert.equal(where.platform.counters().calls["/cgi-bin/token"] ?? 0, 0, "no token of anybody ended");
});

test("an AppSecret that is wrong is said with what to do, and never shown", async (t) => {
  const where = await deployment(t, ISSUER);
  const right = await doctor(where);
  const endpoint = /(http:\S+) answers/.exec(right.of("app wx-demo")?.text ?? "")?.[1];
  const apps = [{ appId: "wx-demo", appSecret: "not-the-app-secret", endpoint }];
  const { code, checks, of } = await doctor(await deployment(t, { ...ISSUER, apps }));
  assert.equal(code, 1);
  for (const what of ["app wx-demo", "access wx-demo"]) {
    assert.match(of(what)?.text ?? "", /errcode 40125.*appSecret is wrong: reset it/);
  }
  assert.ok(!JSON.stringify(checks).includes("not-the-app-secret"));
});

test("a configuration that is wrong is the one finding", async (t) => {
  const { code, checks } = await doctor(await deployment(t, { ...ISSUER, secret: "short" }));
  assert.equal(code, 1);
  assert.deepEqual(
    checks.map(({ what, level }) => [what, level]),
    [["configuration", "error"]],
  );
});

test("the newest backup is judged by its age and its size", async (t) => {
  const where = await deployment(t, ISSUER);
  const backups = join(where.folder, "backups");
  const of = async (...more: string[]) => {
    const { code, of: find } = await doctor(where, "--backup", "backups", ...more);
    return [code, find("backup")?.level, find("backup")?.text];
  };
  assert.deepEqual(await of(), [1, "error", `${backups} does not exist; look at the job that makes backups`]);
  mkdirSync(backups);
  assert.deepEqual(await of(), [1, "error", `${backups} holds no file; look at the job that makes backups`]);
  const aged = (name: string, content: string, hours: number) => {
    writeFileSync(join(backups, name), content);
    const at = (Date.now() - hours * 3_600_000) / 1000;
    utimesSync(join(backups, name), at, at);
  };
  aged("monday.db", "content", 60);
  assert.deepEqual(await of(), [
    1,
    "error",
    `${join(backups, "monday.db")} is 2 days old, and may be 26 hours old; look at the job that makes backups`,
  ]);
  assert.deepEqual(await of("--backup-max-age", "3d"), [0, "ok", `${join(backups, "monday.db")} is 2 days old`]);
  aged("wednesday.db", "content", 5);
  assert.deepEqual(await of(), [0, "ok", `${join(backups, "wednesday.db")} is 5 hours old`]);
  aged("thursday.db", "", 1);
  assert.match(String((await of())[2]), /thursday\.db is empty/);
  assert.equal((await typed(["doctor", "--config", "hufu.json", "--backup-max-age", "soon"], where)).code, 2);
});

test("a clock is judged by its distance from the platform's, whichever side it is on", () => {
  assert.equal(clockFinding("https://api.weixin.qq.com", 9000).level, "ok");
  assert.match(
    clockFinding("https://api.weixin.qq.com", 61_000).text,
    /is 61 s behind https:\/\/api\.weixin\.qq\.com; set/,
  );
  assert.match(clockFinding("https://api.weixin.qq.com", -61_000).text, /is 61 s ahead of/);
});

test("nodes are compared by what each can read of the others", () => {
  const found = (...nodes: readonly (readonly string[])[]) =>
    nodeFindings(
      ["new", "old"],
      nodes.map((secrets, at) => ({ name: `web-${at + 1}`, secrets })),
    );
  assert.match(found()[0]?.text ?? "", /no node has said/);
  assert.deepEqual(
    found(["new", "old"], ["new", "old"]).map(({ level }) => level),
    ["ok"],
  );
  const [late, ...others] = found(["new", "old"], ["old", "new"]);
  assert.deepEqual([late?.level, others.length], ["warning", 0], "each can read what the other makes");
  assert.match(late?.text ?? "", /^web-2 has another order/);
  const lacking = found(["new", "old"], ["old"]);
  assert.deepEqual(
    lacking.map(({ level }) => level),
    ["error"],
  );
  assert.match(lacking[0]?.text ?? "", /^web-2 does not list the newest secret of this configuration/);
  assert.equal(found(["other"])[0]?.level, "error");
});

test("a server that runs is known, and one whose secret was changed without a restart is an error", async (t) => {
  const where = await stack(t, ISSUER);
  await serving(t, where);
  const nodes = async (env: Readonly<Record<string, string>>) => {
    const { out } = await where.typeWith(env, "doctor", "--json");
    const { checks } = JSON.parse(out) as { checks: { what: string; level: string; text: string }[] };
    return checks.filter(({ what }) => what === "nodes").map(({ level, text }) => `${level}: ${text}`);
  };
  await until(async () => (await nodes(where.env ?? {})).includes("ok: 1 node with the secrets of this configuration"));
  const [first] = await nodes({ HUFU_TEST_SECRET: "Kd8Wq2Ls5Zx7Cv1Bn4Mj9Hg6Fr3Te0Yu" });
  assert.match(
    first ?? "",
    /^error: this configuration does not list the newest secret of \S+:\d+, and refuses its tokens/,
  );
});

import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { createSimulatedWeChat } from "@hufu/simulator";
import { readConfig } from "../config/read-config.ts";
import { freshFolder, runHufu, signInWith, startHufu, typed } from "../hufu.fixture.ts";

const APP = { appId: "wx0123456789abcdef", appSecret: "0f1e2d3c4b5a69788796a5b4c3d2e1f0" };
const OPTIONS = ["init", "--appid", APP.appId];
const FROM_INPUT = [...OPTIONS, "--app-secret-file", "-"];

async function simulated(t: TestContext) {
  const platform = createSimulatedWeChat({ apps: [APP] });
  const { url, close } = await platform.listen();
  t.after(close);
  return { platform, url };
}

test("what init writes is accepted by check and serve, and a user signs in", async (t) => {
  const folder = freshFolder(t);
  const { platform, url } = await simulated(t);
  const args = [...FROM_INPUT, "--endpoint", url, "--issuer", "http://127.0.0.1:8080/auth", "--try-platform"];
  const made = await typed(args, { folder }, `${APP.appSecret}\n`);
  assert.equal(made.code, 0, made.err);
  assert.match(made.out, /The platform accepts appid and AppSecret\.\n/);
  assert.match(made.out, /\n {2}npx hufu serve --config hufu\.config\.mjs\n$/);
  for (const file of ["hufu-secret", "app-secret"]) {
    assert.equal(statSync(join(folder, "secrets", file)).mode & 0o777, 0o600);
  }
  assert.equal(statSync(join(folder, "secrets")).mode & 0o777, 0o700);
  assert.equal(readFileSync(join(folder, "secrets", ".gitignore"), "utf8"), "*\n");
  const text = readFileSync(join(folder, "hufu.config.mjs"), "utf8");
  assert.ok(!text.includes(APP.appSecret) && !made.out.includes(APP.appSecret));
  // The test's machine may use the port, so the server takes a free one; all else is as it was written.
  writeFileSync(join(folder, "hufu.config.mjs"), text.replace("port: 8080", "port: 0"));
  const checked = await runHufu(["check", "--config", "hufu.config.mjs"], { folder });
  assert.equal(checked.code, 0, checked.out);
  const server = await startHufu(["serve", "--config", "hufu.config.mjs"], { folder });
  const { status, body } = await signInWith(
    server.address,
    platform.issueCode({ user: "alice", appId: APP.appId }),
    APP.appId,
  );
  assert.equal(status, 200);
  assert.deepEqual((body["user"] as { roles: string[] }).roles, ["member"]);
});

test("at a terminal it asks, and never shows the AppSecret", async (t) => {
  const folder = freshFolder(t);
  const answers = ["https://api.example.com/auth", APP.appId, "no"];
  const made = await typed(["init"], { folder, answers, hidden: APP.appSecret });
  assert.equal(made.code, 0, made.err);
  assert.match(made.err, /reach Hufu.*appid.*AppSecret \(is not shown\).*try appid/s);
  assert.ok(!`${made.out}${made.err}`.includes(APP.appSecret));
  const config = await readConfig("hufu.config.mjs", { env: {}, folder });
  assert.equal(config.issuer, "https://api.example.com/auth");
  assert.deepEqual(
    typeof config.apps === "function" ? [] : config.apps.map(({ appId, appSecret }) => [appId, appSecret]),
    [[APP.appId, APP.appSecret]],
  );
  assert.equal(readFileSync(join(folder, "secrets", "app-secret"), "utf8"), `${APP.appSecret}\n`);
});

test("a mistake, a missing answer and a platform that refuses leave nothing behind", async (t) => {
  const { url } = await simulated(t);
  const cases: readonly (readonly [readonly string[], RegExp, string?])[] = [
    [["init"], /nobody can be asked here; say --appid/],
    [OPTIONS, /say --app-secret-file FILE \(- is standard input\) or --app-secret-env NAME/],
    [FROM_INPUT, /the AppSecret is empty/, "\n"],
    [FROM_INPUT, /the AppSecret has white space in it/, "two words"],
    [[...OPTIONS, "--app-secret-env", "NO_SUCH"], /environment variable NO_SUCH is not set/],
    [[...OPTIONS, "--app-secret-file", "nowhere"], /the file .*nowhere does not exist/],
    [[...FROM_INPUT, "--issuer", "http://api.example.com/auth"], /issuer: must be https/],
    [[...FROM_INPUT, "--database", "postgres://hufu:pass@db/hufu"], /--database holds a password.*env:NAME/],
    [[...FROM_INPUT, "--database", "oracle"], /database: not understood/],
    [[...FROM_INPUT, "--config", "hufu.json"], /must end in \.mjs/],
    [[...FROM_INPUT, "--endpoint", url, "--try-platform"], /errcode 40125 .*Nobody can be asked/, "not-its-secret"],
  ];
  for (const [args, message, input = APP.appSecret] of cases) {
    const folder = freshFolder(t);
    const { code, out, err } = await typed(args, { folder }, input);
    assert.equal(code, 1, `${args.join(" ")}: ${err}`);
    assert.match(err, message);
    assert.equal(out, "");
    assert.ok(!err.includes(input.trim() || "\0") && !err.includes("pass@"), err);
    assert.deepEqual(readdirSync(folder), []);
  }
});

test("nothing is overwritten without --force, and Hufu's secret not even with it", async (t) => {
  const folder = freshFolder(t);
  const read = (file: string) => readFileSync(join(folder, file), "utf8");
  assert.equal((await typed(FROM_INPUT, { folder }, APP.appSecret)).code, 0);
  const [config, secret] = [read("hufu.config.mjs"), read("secrets/hufu-secret")];
  const again = await typed(FROM_INPUT, { folder }, "another-secret");
  assert.equal(again.code, 1);
  assert.match(again.err, /hufu\.config\.mjs exists already; --force replaces it/);
  const elsewhere = await typed([...FROM_INPUT, "--config", "other.mjs"], { folder }, "another-secret");
  assert.match(elsewhere.err, /secrets\/hufu-secret exists already/);
  assert.deepEqual(readdirSync(folder).toSorted(), ["hufu.config.mjs", "secrets"]);
  assert.deepEqual([read("hufu.config.mjs"), read("secrets/app-secret")], [config, `${APP.appSecret}\n`]);
  const forced = await typed(
    [...FROM_INPUT, "--issuer", "https://other.example/auth", "--force"],
    { folder },
    "another-secret",
  );
  assert.equal(forced.code, 0, forced.err);
  assert.match(read("hufu.config.mjs"), /issuer: "https:\/\/other\.example\/auth"/);
  assert.deepEqual([read("secrets/app-secret"), read("secrets/hufu-secret")], ["another-secret\n", secret]);
});

test("a file that cannot be put in its place takes those before it with it", async (t) => {
  const folder = freshFolder(t);
  mkdirSync(join(folder, "secrets"));
  // A link that leads nowhere, so that it is found only when the AppSecret is put in its place.
  symlinkSync("nowhere", join(folder, "secrets", "app-secret"));
  const { code, err } = await typed(FROM_INPUT, { folder }, APP.appSecret);
  assert.equal(code, 1);
  assert.match(err, /secrets\/app-secret exists already/);
  assert.deepEqual(readdirSync(folder), ["secrets"]);
  assert.deepEqual(readdirSync(join(folder, "secrets")), ["app-secret"]);
});

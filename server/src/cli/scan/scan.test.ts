import assert from "node:assert/strict";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { freshFolder, typed } from "../hufu.fixture.ts";

const HEX = "0123456789abcdef".repeat(2);
const ROOT = join(import.meta.dirname, "../../../..");

test("hufu scan names file, line and rule, and ends with 1", async (t) => {
  const folder = freshFolder(t);
  mkdirSync(join(folder, "mini", "pages"), { recursive: true });
  writeFileSync(join(folder, "mini", "app.js"), "App({});\n");
  writeFileSync(join(folder, "mini", "pages", "pay.js"), `\nconst appSecret = "${HEX}";\n`);
  const { code, out, err } = await typed(["scan", "mini"], { folder });
  assert.equal(code, 1);
  assert.match(out, /^pages\/pay\.js:2:7: app-secret: /);
  assert.match(err, /2 files read, 1 leak found\./);
  assert.ok(!out.includes(HEX));
});

test("a clean folder ends with 0", async (t) => {
  const { code, out } = await typed(["scan", join(ROOT, "examples/shop/miniprogram")], { folder: freshFolder(t) });
  assert.deepEqual([code, out], [0, ""]);
});

test("the client's own source is clean", async (t) => {
  const { code } = await typed(["scan", join(ROOT, "client/src")], { folder: freshFolder(t) });
  assert.equal(code, 0);
});

test("node_modules and links are not read, miniprogram_npm is", async (t) => {
  const folder = freshFolder(t);
  for (const name of ["node_modules", "miniprogram_npm"]) {
    mkdirSync(join(folder, "mini", name), { recursive: true });
    writeFileSync(join(folder, "mini", name, "index.js"), `var secret = "${HEX}";`);
  }
  symlinkSync(folder, join(folder, "mini", "circle"));
  const { out } = await typed(["scan", "mini"], { folder });
  assert.deepEqual(out.match(/^\S+:\d+:\d+/gm), ["miniprogram_npm/index.js:1:5"]);
});

test("SARIF holds the rules and one result a leak", async (t) => {
  const folder = freshFolder(t);
  writeFileSync(join(folder, "a b.js"), "wx.request({ data: { openid } });");
  const { code, out } = await typed(["scan", ".", "--format", "sarif"], { folder });
  assert.equal(code, 1);
  const { version, runs } = JSON.parse(out);
  assert.equal(version, "2.1.0");
  assert.deepEqual(
    runs[0].results.map((result: { ruleId: string }) => result.ruleId),
    ["bare-openid"],
  );
  assert.equal(runs[0].results[0].locations[0].physicalLocation.artifactLocation.uri, "a%20b.js");
  assert.ok(runs[0].tool.driver.rules.some(({ id }: { id: string }) => id === "bare-openid"));
});

test("a path that does not exist, an unknown format and no path are explained", async (t) => {
  const folder = freshFolder(t);
  const missing = await typed(["scan", "nowhere"], { folder });
  assert.equal(missing.code, 1);
  assert.match(missing.err, /cannot read .*nowhere: there is no such file or folder/);
  assert.equal((await typed(["scan", ".", "--format", "xml"], { folder })).code, 2);
  assert.equal((await typed(["scan"], { folder })).code, 2);
});

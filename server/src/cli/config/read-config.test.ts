import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { freshFolder } from "../hufu.fixture.ts";
import { readConfig } from "./read-config.ts";
import { toHufuOptions } from "./to-hufu-options.ts";

const ONE = randomBytes(32).toString("hex");
const OTHER = randomBytes(32).toString("hex");
const RIGHT = {
  issuer: "https://api.example.com/auth",
  database: "sqlite:hufu.db",
  secret: ["env:ONE", "file:secrets/one"],
  apps: [{ appId: "wx1", appSecret: "file:secrets/two" }],
};

function folderWith(t: TestContext, files: Readonly<Record<string, string | Buffer>>): string {
  const folder = freshFolder(t);
  mkdirSync(join(folder, "secrets"));
  writeFileSync(join(folder, "secrets/one"), `${OTHER}\r\n\n`);
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return folder;
}

test("references are replaced: from the environment, and from files beside the configuration", async (t) => {
  const folder = folderWith(t, { "hufu.json": JSON.stringify(RIGHT), "secrets/two": "second\r\n\n" });
  const config = await readConfig(join(folder, "hufu.json"), { env: { ONE }, folder: "/" });
  assert.deepEqual(config.secret, [ONE, OTHER]);
  assert.ok(Array.isArray(config.apps) && config.apps[0]?.appSecret === "second");
});

test("a port may come from the environment", async (t) => {
  const folder = folderWith(t, {
    "hufu.json": JSON.stringify({ ...RIGHT, listen: { port: "env:PORT" } }),
    "secrets/two": "x",
  });
  const config = await readConfig("hufu.json", { env: { ONE, PORT: "9000" }, folder });
  assert.deepEqual(config.listen, { host: "127.0.0.1", port: 9000 });
});

test("what is a permission stays one; any other text among them may be a reference", async (t) => {
  const roles = { clerk: ["file:read:own", "env:list", "env:MORE", "file:secrets/two"] };
  const folder = folderWith(t, { "hufu.json": JSON.stringify({ ...RIGHT, roles }), "secrets/two": "order:read\n" });
  const config = await readConfig("hufu.json", { env: { ONE, MORE: "order:create" }, folder });
  assert.deepEqual(config.roles, { clerk: ["file:read:own", "env:list", "order:create", "order:read"] });
});

test("a file as editors on Windows write it, with a byte order mark and CRLF, is read", async (t) => {
  const text = `\ufeff${JSON.stringify(RIGHT, null, 2).replaceAll("\n", "\r\n")}`;
  const folder = folderWith(t, { "hufu.json": text, "secrets/two": "\ufeffx\r\n" });
  const config = await readConfig("hufu.json", { env: { ONE }, folder });
  assert.ok(Array.isArray(config.apps) && config.apps[0]?.appSecret === "x");
});

test("$schema is for editors and goes no further", async (t) => {
  const text = JSON.stringify({ ...RIGHT, $schema: "./config.schema.json" });
  const folder = folderWith(t, { "hufu.json": text, "secrets/two": "x" });
  const config = await readConfig("hufu.json", { env: { ONE }, folder });
  assert.ok(!("$schema" in toHufuOptions(config)));
});

const SECRET = "text-that-nobody-may-read";
const refusals: readonly (readonly [string, string | Buffer, RegExp])[] = [
  ["no JSON", `{ "secret": "${SECRET}" "x" }`, /is not valid JSON( \(line 1 column \d+\))?$/],
  ["no JSON at all", SECRET, /is not valid JSON$/],
  ["a list", `["${SECRET}"]`, /is not a JSON object$/],
  ["a member twice", `{ "issuer": "a", "issuer": "${SECRET}" }`, /names a member twice/],
  ["UTF-16", Buffer.from(JSON.stringify(RIGHT), "utf16le"), /is UTF-16; save it as UTF-8$/],
  ["UTF-16 with its mark", Buffer.from(`\ufeff${JSON.stringify(RIGHT)}`, "utf16le"), /is UTF-16; save it as UTF-8$/],
  ["no UTF-8", Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), /is not UTF-8/],
  [
    "an unset variable",
    JSON.stringify({ ...RIGHT, secret: "env:NOT_SET" }),
    /secret: the environment variable NOT_SET is not set$/,
  ],
  [
    "an empty variable",
    JSON.stringify({ ...RIGHT, secret: "env:EMPTY" }),
    /secret: the environment variable EMPTY is empty$/,
  ],
  ["an inherited name", JSON.stringify({ ...RIGHT, secret: "env:constructor" }), /constructor is not set$/],
  ["no name", JSON.stringify({ ...RIGHT, secret: "env:" }), /secret: a name must follow "env:"$/],
  [
    "a missing file",
    JSON.stringify({ ...RIGHT, secret: "file:nowhere" }),
    /secret: the file \S+nowhere does not exist$/,
  ],
  ["a folder", JSON.stringify({ ...RIGHT, secret: "file:secrets" }), /secret: the file \S+secrets is a folder$/],
  ["an empty file", JSON.stringify({ ...RIGHT, secret: "file:secrets/empty" }), /empty is empty$/],
  ["a binary file", JSON.stringify({ ...RIGHT, secret: "file:secrets/binary" }), /binary is not UTF-8 text/],
  [
    "hooks in JSON",
    JSON.stringify({ ...RIGHT, hooks: {} }),
    /hooks: only a JavaScript or TypeScript configuration can hold functions/,
  ],
  ["__proto__", `{ "__proto__": {}, "issuer": "https://x.example" }`, /__proto__: there is no option "__proto__"/],
];

test("what cannot be read is told by its name, never by its value", async (t) => {
  for (const [what, content, message] of refusals) {
    const folder = folderWith(t, {
      "hufu.json": content,
      "secrets/two": "x",
      "secrets/empty": "\n",
      "secrets/binary": Buffer.from([0xc3, 0x28]),
    });
    await assert.rejects(readConfig("hufu.json", { env: { ONE: SECRET, EMPTY: "" }, folder }), (error: Error) => {
      assert.equal(error.name, "Failure", what);
      assert.match(error.message, message, what);
      assert.ok(!error.message.includes(SECRET), what);
      return true;
    });
  }
});

test("a module may bring functions where §10 asks the host, and nowhere else", async (t) => {
  const data = JSON.stringify({ ...RIGHT, apps: undefined });
  const folder = folderWith(t, {
    "good.mjs": `export default { ...${data}, apps: () => undefined, resolveUser: async () => null, hooks: { onSignIn() {} } };`,
    "late.mjs": `const data = await Promise.resolve(${data}); export default { ...data, apps: [] };`,
    "typed.ts": `const data: object = ${data}; export default { ...data, apps: [] };`,
    "secret.mjs": `export default { ...${data}, apps: [], secret: () => "x" };`,
    "hook.mjs": `export default { ...${data}, apps: [], hooks: { onSignin() {} } };`,
    "missing.mjs": `export default ${data};`,
    "undefined.mjs": `export default { ...${data}, apps: [], issuer: undefined };`,
    "none.mjs": "export const config = {};",
    "throws.mjs": 'throw new Error("the vault\\nis closed");',
    "secrets/two": "x",
  });
  const read = (file: string) => readConfig(file, { env: { ONE }, folder });
  const config = await read("good.mjs");
  assert.equal(typeof config.apps, "function");
  assert.equal(typeof config.resolveUser, "function");
  assert.equal(typeof config.hooks?.onSignIn, "function");
  assert.deepEqual((await read("late.mjs")).secret, [ONE, OTHER]);
  assert.deepEqual((await read("typed.ts")).apps, []);
  await assert.rejects(read("secret.mjs"), /secret: must be a text or a list of texts/);
  await assert.rejects(read("hook.mjs"), /hooks\.onSignin: there is no option "onSignin"; did you mean "onSignIn"/);
  await assert.rejects(read("missing.mjs"), /apps is missing/);
  await assert.rejects(read("undefined.mjs"), /issuer is missing$/);
  await assert.rejects(read("none.mjs"), /must default-export an object/);
  await assert.rejects(read("throws.mjs"), /cannot be loaded: the vault is closed$/);
  await assert.rejects(read("absent.mjs"), /cannot be loaded: /);
});

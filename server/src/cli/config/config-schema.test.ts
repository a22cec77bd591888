import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { pathInWords, readBySchema } from "../../options/mistakes.ts";
import { configJsonSchema, jsonConfig } from "./config-schema.ts";
import { CONFIG_SCHEMA_FILE, configSchemaText } from "./write-config-schema.ts";

/** The example of docs/protocol.md §10. */
function documented(): Record<string, unknown> {
  const page = readFileSync(new URL("../../../../docs/protocol.md", import.meta.url), "utf8");
  const chapter = page.slice(page.indexOf("## 10."));
  const example = /```json\n([\s\S]+?)```/.exec(chapter)?.[1] ?? "null";
  return JSON.parse(example.replace("env:HUFU_SECRET", randomBytes(32).toString("hex")).replace("wx…", "wx1"));
}

const findMistakes = (value: unknown) => readBySchema(jsonConfig, value).mistakes;

test("the published JSON Schema is the one that the code has", () => {
  assert.deepEqual(
    JSON.parse(readFileSync(CONFIG_SCHEMA_FILE, "utf8")),
    JSON.parse(configSchemaText()),
    "run: node server/src/cli/config/write-config-schema.ts && npm run fix",
  );
});

test("the documented configuration is right, and everything in it is known", () => {
  assert.deepEqual(findMistakes(documented()), []);
  const schema = configJsonSchema() as { properties: object; required: readonly string[] };
  for (const name of Object.keys(documented())) assert.ok(name in schema.properties, name);
  assert.deepEqual([...schema.required].sort(), ["apps", "database", "issuer", "secret"]);
});

test("the published schema lets any text be a reference", () => {
  const text = configSchemaText();
  const closedTexts = text.match(/"enum"|"pattern": "(?!\^\(\?:env)/g) ?? [];
  const references = text.match(/\(\?:env\|file\)/g) ?? [];
  assert.ok(closedTexts.length > 5);
  assert.equal(references.length, closedTexts.length);
});

const mistakes: readonly (readonly [(config: Record<string, unknown>) => unknown, string, RegExp])[] = [
  [(config) => ({ ...config, isuer: 1 }), "isuer", /did you mean "issuer"\?/],
  [(config) => ({ ...config, zebra: 1 }), "zebra", /there is no option "zebra"; there are \$schema, listen, /],
  [(config) => ({ ...config, issuer: undefined }), "issuer", /^is missing$/],
  [(config) => ({ ...config, issuer: "" }), "issuer", /^must not be empty$/],
  [(config) => ({ ...config, issuer: 7 }), "issuer", /^must be a text$/],
  [(config) => ({ ...config, issuer: "http://api.example.com" }), "issuer", /^must be https/],
  [(config) => ({ ...config, secret: undefined }), "secret", /^is missing$/],
  [(config) => ({ ...config, secret: [] }), "secret", /at least one/],
  [(config) => ({ ...config, secret: 5 }), "secret", /a text or a list of texts/],
  [
    (config) => ({ ...config, secret: "short" }),
    "secret",
    /shorter than 32 bytes; make one with: openssl rand -hex 32/,
  ],
  [(config) => ({ ...config, secret: [5] }), "secret[0]", /must be a text/],
  [(config) => ({ ...config, apps: undefined }), "apps", /^is missing$/],
  [(config) => ({ ...config, apps: [{ appid: "wx1", appSecret: "s" }] }), "apps[0].appId", /missing/],
  [(config) => ({ ...config, apps: [{ appid: "wx1", appSecret: "s" }] }), "apps[0].appid", /did you mean "appId"/],
  [(config) => ({ ...config, tokens: { acces: "10m" } }), "tokens.acces", /did you mean "access"/],
  [(config) => ({ ...config, tokens: { access: "10 minutes" } }), "tokens.access", /must be a duration/],
  [(config) => ({ ...config, tokens: { mode: "triple" } }), "tokens.mode", /one of dual, single/],
  [(config) => ({ ...config, tokens: null }), "tokens", /must be an object/],
  [(config) => ({ ...config, listen: { port: 70_000 } }), "listen.port", /0 to 65535/],
  [(config) => ({ ...config, listen: { port: "eighty" } }), "listen.port", /0 to 65535/],
  [(config) => ({ ...config, listen: { host: "", prot: 1 } }), "listen.prot", /did you mean "port"/],
  [(config) => ({ ...config, logLevel: "loud" }), "logLevel", /one of debug, info/],
  [(config) => ({ ...config, metrics: { port: 70_000 } }), "metrics.port", /must be a port from 0 to 65535/],
  [(config) => ({ ...config, resolveUser: { url: "https://x.example" } }), "resolveUser.secret", /^is missing$/],
  [(config) => ({ ...config, resolveUser: () => null }), "resolveUser", /must be an object/],
  [(config) => ({ ...config, hooks: {} }), "hooks", /only a JavaScript or TypeScript configuration/],
  [() => [], "", /must be an object/],
  [() => null, "", /must be an object/],
];

test("every mistake is found at its place, and nothing else is", () => {
  for (const [spoil, path, what] of mistakes) {
    const found = findMistakes(spoil(documented()));
    assert.ok(
      found.some((mistake) => mistake.path === path && what.test(mistake.what)),
      JSON.stringify(found),
    );
  }
});

test("no value is ever repeated", () => {
  const value = "a-value-that-is-secret";
  const spoilt = {
    issuer: [value],
    secret: [[value]],
    apps: value,
    clients: [{ id: value, secret: 1 }],
    tokens: { mode: value },
  };
  assert.ok(!JSON.stringify(findMistakes(spoilt)).includes(value));
});

test("paths are written as in JavaScript", () => {
  assert.equal(pathInWords(["apps", 0, "appId"]), "apps[0].appId");
  assert.equal(pathInWords(["sessions", "perDeviceType", "*"]), 'sessions.perDeviceType["*"]');
  assert.equal(pathInWords([]), "");
});

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { configJsonSchema, findConfigMistakes, pathInWords } from "./config-schema.ts";
import { CONFIG_SCHEMA_FILE, configSchemaText } from "./write-config-schema.ts";

/** The example of docs/protocol.md §10. */
function documented(): Record<string, unknown> {
  const page = readFileSync(new URL("../../../../docs/protocol.md", import.meta.url), "utf8");
  const chapter = page.slice(page.indexOf("## 10."));
  const example = /```json\n([\s\S]+?)```/.exec(chapter)?.[1];
  return JSON.parse(example ?? "null");
}

test("the published JSON Schema is the one that the code has", () => {
  assert.deepEqual(
    JSON.parse(readFileSync(CONFIG_SCHEMA_FILE, "utf8")),
    JSON.parse(configSchemaText()),
    "run: node server/src/cli/config/write-config-schema.ts && npm run fix",
  );
});

test("the documented configuration is right, and everything in it is known", () => {
  assert.deepEqual(findConfigMistakes(documented()), []);
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
  [(config) => ({ ...config, isuer: 1 }), "", /"isuer"; did you mean "issuer"\?/],
  [(config) => ({ ...config, zebra: 1 }), "", /"zebra" here; there are \$schema, issuer, /],
  [(config) => ({ ...config, issuer: undefined }), "issuer", /^it is missing$/],
  [(config) => ({ ...config, issuer: "" }), "issuer", /^it is empty$/],
  [(config) => ({ ...config, issuer: 7 }), "issuer", /expected string/],
  [(config) => ({ ...config, secret: [] }), "secret", /at least one/],
  [(config) => ({ ...config, secret: 5 }), "secret", /a text or a list of texts/],
  [(config) => ({ ...config, apps: [{ appid: "wx1", appSecret: "s" }] }), "apps[0].appId", /missing/],
  [(config) => ({ ...config, apps: [{ appid: "wx1", appSecret: "s" }] }), "apps[0]", /did you mean "appId"/],
  [(config) => ({ ...config, tokens: { acces: "10m" } }), "tokens", /did you mean "access"/],
  [(config) => ({ ...config, tokens: { access: "10 minutes" } }), "tokens.access", /not a duration/],
  [(config) => ({ ...config, tokens: { mode: "triple" } }), "tokens.mode", /"dual"\|"single"/],
  [(config) => ({ ...config, listen: { port: 70_000 } }), "listen.port", /0 to 65535/],
  [(config) => ({ ...config, listen: { host: "", prot: 1 } }), "listen", /did you mean "port"/],
  [(config) => ({ ...config, sessions: { perDeviceType: { phone: 0 } } }), "sessions.perDeviceType.phone", /.+/],
  [(config) => ({ ...config, sessions: { perDeviceType: { fone: 1 } } }), "sessions.perDeviceType", /"phone"/],
  [(config) => ({ ...config, retention: { sessions: "a month" } }), "retention.sessions", /not a duration/],
  [(config) => ({ ...config, retention: { sesions: "30d" } }), "retention", /did you mean "sessions"/],
  [(config) => ({ ...config, rolesFrom: "nobody" }), "rolesFrom", /"config"/],
  [(config) => ({ ...config, roles: { member: "order:read" } }), "roles.member", /array/],
  [(config) => ({ ...config, ["__proto__x"]: 1 }), "", /there is no member "__proto__x"/],
  [() => [], "", /object/],
  [() => null, "", /object/],
];

test("every mistake is found at its place, and nothing else is", () => {
  for (const [spoil, path, what] of mistakes) {
    const found = findConfigMistakes(spoil(documented()));
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
  assert.ok(!JSON.stringify(findConfigMistakes(spoilt)).includes(value));
});

test("paths are written as in JavaScript", () => {
  assert.equal(pathInWords(["apps", 0, "appId"]), "apps[0].appId");
  assert.equal(pathInWords(["sessions", "perDeviceType", "*"]), 'sessions.perDeviceType["*"]');
  assert.equal(pathInWords([]), "");
});

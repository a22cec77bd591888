import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { findBreaches, findClientBreaches, findSimulatorBreaches } from "./check-layers.ts";

function breachesOf(t: TestContext, files: Readonly<Record<string, string>>): string[] {
  const folder = mkdtempSync(join(tmpdir(), "hufu-layers-"));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return findBreaches(folder).map(({ file, line, rule }) => `${file}:${line}: ${rule}`);
}

test("code that keeps the rules has no breach", (t) => {
  const found = breachesOf(t, {
    "core/time/clock.ts": "export const now = () => Date.now();",
    "core/random.ts": 'import { randomBytes } from "node:crypto"; export const seeded = randomBytes(1);',
    "token/sign.ts":
      'import { now } from "../core/time/clock.ts"; import { sign } from "node:crypto"; sign(now, new Date(0));',
    "store/store.ts": "export interface Store {\n  fetch(id: string): void;\n}",
    "store/hot.ts": "export interface HotStore {}",
    "store/sql/users.ts": 'import type { Store } from "../store.ts"; import { sql } from "kysely";',
    "store/hot/memory.ts": 'import type { Store } from "../store.ts";',
    "store/index.ts": 'export { sql } from "./sql/users.ts"; export { memory } from "./hot/memory.ts";',
    "session/refresh.ts":
      'import "../store/hot.ts"; export const ask = (o: Options) => o.fetch(o.url); // not fetch(url)',
    "platform/ask.ts": "const { fetch, clock } = options;\nconst answer = await fetch(url);",
    "platform/tell.ts": "export const tell = (fetch: typeof globalThis.fetch) => fetch(url);",
    "session/refresh.test.ts": 'import "./refresh.ts"; import "../store/index.ts"; import "fast-check"; Date.now();',
    "hufu/create-hufu.ts":
      'import "../session/refresh.ts"; import "../store/index.ts"; import "./options.ts"; export const ask = fetch("");',
    "hufu/options.ts": 'import { z } from "zod";',
  });
  assert.deepEqual(found, []);
});

const BREACHES: readonly { readonly name: string; readonly files: Record<string, string>; readonly expect: RegExp }[] =
  [
    {
      name: "verify may not see the store, not even its types",
      files: { "verify/guard.ts": '\nimport type { Store } from "../store/store.ts";', "store/store.ts": "" },
      expect: /^verify\/guard\.ts:2: verify may not import store:/,
    },
    {
      name: "a test may not reach up either",
      files: { "verify/guard.test.ts": 'import "../session/refresh.ts";', "session/refresh.ts": "" },
      expect: /^verify\/guard\.test\.ts:1: verify \(a test\) may not import session:/,
    },
    {
      name: "store/sql and store/hot do not see each other",
      files: { "store/sql/a.ts": 'import "../hot/b.ts";', "store/hot/b.ts": "" },
      expect: /^store\/sql\/a\.ts:1: store\/sql may not import store\/hot:/,
    },
    {
      name: "the session knows the store's ports, not its databases",
      files: { "session/a.ts": 'export { b } from "../store/sql/b.ts";', "store/sql/b.ts": "" },
      expect: /^session\/a\.ts:1: session may not import store\/sql:/,
    },
    {
      name: "nothing imports cli",
      files: { "hufu/a.ts": 'import "../cli/main.ts";', "cli/main.ts": "" },
      expect: /^hufu\/a\.ts:1: hufu may not import cli:/,
    },
    {
      name: "nothing imports testing",
      files: { "http/a.test.ts": 'import "../testing/b.ts";', "testing/b.ts": "" },
      expect: /^http\/a\.test\.ts:1: http \(a test\) may not import testing:/,
    },
    {
      name: "product code does not import a test",
      files: { "core/a.ts": 'import "./b.fixture.ts";', "core/b.fixture.ts": "" },
      expect: /^core\/a\.ts:1: product code may not import a test:/,
    },
    {
      name: "a file outside the layers is named",
      files: { "misc/a.ts": "" },
      expect: /^misc\/a\.ts:1: a file stands in a layer/,
    },
    {
      name: "an import does not leave the source folder",
      files: { "cli/a.ts": 'import "../../package.json";' },
      expect: /^cli\/a\.ts:1: an import may not leave the source folder:/,
    },
    {
      name: "a relative import ends in .ts",
      files: { "core/a.ts": 'import "./b.js";', "core/b.ts": "" },
      expect: /^core\/a\.ts:1: a relative import ends in \.ts: core\/b\.js/,
    },
    {
      name: "a package stays in its layers",
      files: { "session/a.ts": '\n\nimport { sql } from "kysely/helpers";' },
      expect: /^session\/a\.ts:3: session may not import kysely: only store\/sql may/,
    },
    {
      name: "a built-in module stays in its layers",
      files: { "platform/a.ts": 'import { request } from "node:http";' },
      expect: /^platform\/a\.ts:1: platform may not import node:http:/,
    },
    {
      name: "a package that is not in the table is named",
      files: { "core/a.ts": 'import "lodash";' },
      expect: /^core\/a\.ts:1: no layer may import lodash/,
    },
    {
      name: "an import() that cannot be read is named",
      files: { "core/a.ts": "export const a = (b: string) => import(b);" },
      expect: /^core\/a\.ts:1: an import\(\) names its module/,
    },
    ...[
      "Date.now()",
      "new Date()",
      "new Date;",
      "performance.now()",
      "setInterval(a, 1)",
      "Math.random()",
      "randomBytes(16)",
      "crypto.randomUUID()",
      "await fetch(url)",
      "{ fetch: globalThis.fetch }",
      "(o: { readonly fetch: Fetch }) => fetch(o.url)",
    ].map((code) => ({
      name: `${code} is not a value that came in`,
      files: { "session/a.ts": `// first\nexport const a = ${code};` },
      expect: /^session\/a\.ts:2: (?:time|randomness|network) comes in as a value:/,
    })),
  ];

for (const { name, files, expect } of BREACHES) {
  test(name, (t) => {
    const found = breachesOf(t, files);
    assert.equal(found.length, 1, found.join("\n"));
    assert.match(found[0] ?? "", expect);
  });
}

test("the client imports its own files and nothing else; its tests may", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "hufu-client-layers-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const files = {
    "good.ts": 'import { a } from "./other.ts";',
    "bad.ts": 'import { b } from "node:crypto";\nimport { c } from "../../server/src/core/ids.ts";\nimport d from "x";',
    "good.test.ts": 'import { test } from "node:test";',
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  assert.deepEqual(
    findClientBreaches(folder).map(({ file, line }) => `${file}:${line}`),
    ["bad.ts:1", "bad.ts:2", "bad.ts:3"],
  );
});

test("the simulator imports its own files, Node and two packages; not the server", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "hufu-simulator-layers-"));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "good.ts"), 'import "./other.ts"; import "node:http"; import "zod"; import "commander";');
  writeFileSync(join(folder, "bad.ts"), 'import "../../server/src/core/ids.ts";\nimport "hufu";');
  assert.deepEqual(
    findSimulatorBreaches(folder).map(({ file, line }) => `${file}:${line}`),
    ["bad.ts:1", "bad.ts:2"],
  );
});

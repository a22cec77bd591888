import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { readPublicEntries } from "./reference/public-exports.ts";
import { pageName, referencePage, undocumented } from "./write-reference.ts";

/** A workspace with one package, `thing`, whose entries are `index.ts` and `more.ts`. */
function workspaceWith(t: TestContext, files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), "hufu-reference-"));
  t.after(() => rmSync(root, { recursive: true }));
  const exports = {
    ".": { "@hufu/source": "./index.ts" },
    "./more": { "@hufu/source": "./more.ts" },
    "./x.json": "./x",
  };
  const all = {
    "tsconfig.json": JSON.stringify({ compilerOptions: { allowImportingTsExtensions: true, noEmit: true } }),
    "thing/package.json": JSON.stringify({ name: "@a/thing", exports }),
    ...files,
  };
  for (const [name, text] of Object.entries(all)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  return root;
}

const FILES = {
  "thing/index.ts": 'export { add, LIMIT, Fault } from "./parts.ts";\nexport type { Pair } from "./parts.ts";\n',
  "thing/more.ts": 'export { add } from "./parts.ts";\nexport type Bare = 1;\n',
  "thing/parts.ts": `
/** Adds two numbers. */
export function add(a: number, b: number): number {
  return a + b;
}
/** The most. */
export const LIMIT = 3 as const;
export interface Pair {
  readonly left: string;
}
/** What goes wrong. */
export class Fault extends Error {
  readonly code: number = 1;
  /** Says it. */
  tell(): string {
    return "secret body";
  }
}
`,
};

test("every entry's exports are read through re-exports, with comments and without bodies", (t) => {
  const entries = readPublicEntries(workspaceWith(t, FILES), ["thing"]);
  assert.deepEqual(
    entries.map(({ specifier, exports }) => [specifier, exports.map(({ name }) => name)]),
    [
      ["@a/thing", ["add", "Fault", "LIMIT", "Pair"]],
      ["@a/thing/more", ["add", "Bare"]],
    ],
  );
  const [first] = entries;
  assert.ok(first !== undefined);
  const page = referencePage(first);
  assert.match(
    page,
    /^# @a\/thing\n\n## add\n\nAdds two numbers\.\n\n```ts\nfunction add\(a: number, b: number\): number;\n```/,
  );
  assert.match(page, /const LIMIT: 3;/);
  assert.match(page, /tell\(\): string;/);
  assert.doesNotMatch(page, /secret body|a \+ b/);
});

test("exports without a comment are named", (t) => {
  const entries = readPublicEntries(workspaceWith(t, FILES), ["thing"]);
  assert.deepEqual(undocumented(entries), ["@a/thing: Pair", "@a/thing/more: Bare"]);
});

test("a page is named after its entry", () => {
  assert.deepEqual(["hufu", "hufu/verify", "@hufu/client"].map(pageName), [
    "hufu.md",
    "hufu-verify.md",
    "hufu-client.md",
  ]);
});

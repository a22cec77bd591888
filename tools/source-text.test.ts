import assert from "node:assert/strict";
import { test } from "node:test";
import { importsOf, maskSource } from "./source-text.ts";

test("what stands in comments, strings, templates and regular expressions is not code", () => {
  const source = [
    "#!/usr/bin/env node secret",
    "// secret",
    "/* secret",
    '   secret */ const a = \'secret\' + "sec\\"ret";',
    "const b = `secret @{a + `secret @{{ a }.a}` + 'secret'} secret`;".replaceAll("@", "$"),
    'const c = /[/]secret"/.test(a) || a.length / 2 > 1 / 2; // secret',
    "return /secret`/;",
  ].join("\n");
  const code = maskSource(source);
  assert.ok(!/sec|ret"/.test(code.replace("return", "")), code);
  assert.equal(code.length, source.length);
  assert.equal(code.split("\n").length, source.split("\n").length);
  assert.match(code, /\$\{a \+ `\s+\$\{\{ a \}\.a\}` \+ '\s+'\}/);
  assert.match(code, /a\.length \/ 2 > 1 \/ 2;/);
});

test("every form of import is found with its line, and nothing else is", () => {
  const source = [
    'import "./side.ts";',
    "import type { A } from './type.ts';",
    "import {",
    "  b,",
    '} from "./lines.ts";',
    'export * from "./all.ts";',
    'export type { C } from "./again.ts";',
    'const d = await import("./late.ts");',
    "const e = await import(d);",
    "const f = \"import x from './no.ts'\"; // import './no.ts'",
    'const g = Array.from("no"); const h = import.meta.url; it.import("no");',
    'let i: import("./in-type.ts").I;',
  ].join("\n");
  assert.deepEqual(
    importsOf(source).map(({ specifier, line }) => `${line} ${specifier}`),
    [
      "1 ./side.ts",
      "2 ./type.ts",
      "5 ./lines.ts",
      "6 ./all.ts",
      "7 ./again.ts",
      "8 ./late.ts",
      "12 ./in-type.ts",
      "9 ",
    ],
  );
});

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { checkSnippets, findDeadLinks } from "./check-docs.ts";
import { ROOT } from "./run-command.ts";

const page = (...lines: string[]): string => lines.join("\n");

test("links to pages, files, headings and other sites are in order", () => {
  const pages = new Map([
    [
      "README.md",
      page(
        "# Hufu",
        "[a](docs/a.md) [b](docs/a.md#two-words-and-code) ![c](logo.png)",
        "[d](https://x.test) [e](#hufu)",
        "[f]: docs/",
      ),
    ],
    [
      "docs/a.md",
      page(
        '<a id="mark"></a>',
        "## Two *words*, and `code`!",
        "[up](../README.md#hufu) [m](#mark)",
        "`[no](nowhere.md)`",
      ),
    ],
  ]);
  const files = new Set(["logo.png", "docs"]);
  assert.deepEqual(
    findDeadLinks(pages, (path) => files.has(path.replace(/\/$/, ""))),
    [],
  );
});

test("a link that leads nowhere is named with its line, links inside code are not links", () => {
  const pages = new Map([
    [
      "docs/a.md",
      page("# A", "[x](b.md)", "```sh", "[x](c.md)", "```", "[y](#nope)", "[z]: ../../outside.md", '<img src="d.png">'),
    ],
  ]);
  assert.deepEqual(
    findDeadLinks(pages, () => false),
    [
      "docs/a.md:2: b.md leads nowhere",
      "docs/a.md:6: #nope leads nowhere",
      "docs/a.md:7: ../../outside.md leads nowhere",
      "docs/a.md:8: d.png leads nowhere",
    ],
  );
});

test("documented code is type-checked, and a mistake is named by its page and line", (t) => {
  const parent = join(ROOT, ".docs-check-test");
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, "run-"));
  t.after(() => rmSync(parent, { recursive: true, force: true }));
  const good = page(
    "# Guide",
    "```ts",
    'import { join } from "node:path";',
    "const a: string = join('a');",
    "```",
    "```sh",
    "const a: number",
    "```",
  );
  const unlike = page(
    "```ts",
    "const a = 1;",
    "```",
    "```cjs",
    'const { join } = require("node:path"); join("a");',
    "```",
  );
  const bad = page("# Guide", "", "```ts", "const a = 1;", 'const b: number = "x";', "```");
  assert.deepEqual(
    checkSnippets(
      new Map([
        ["README.md", good],
        ["docs/b.md", unlike],
        ["docs/decisions/0001.md", bad],
      ]),
      folder,
    ),
    {
      count: 3,
      complaints: "",
    },
  );
  const { complaints } = checkSnippets(new Map([["docs/bad.md", bad]]), folder);
  assert.match(complaints, /^docs\/bad\.md\(5,7\): error TS2322:/);
});

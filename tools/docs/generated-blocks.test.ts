import assert from "node:assert/strict";
import { test } from "node:test";
import { WECHAT_ERRCODES } from "../../server/src/platform/wechat/wechat-errors.ts";
import { LAYERS } from "../layers.ts";
import { markdownTable, printBlocks } from "./generated-blocks.ts";
import { layerDiagram, layerTable } from "./layer-table.ts";
import { wechatErrcodeTable } from "./wechat-errcode-table.ts";

const block = (name: string, inner: string): string =>
  `# A\n<!-- generated: ${name} -->\n${inner}\n<!-- end: ${name} -->\nb\n`;
const BLOCKS = new Map([["greeting", (chinese: boolean) => (chinese ? "你好" : "hello")]]);

test("a block that says what the code says leaves the page as it is", () => {
  const pages = new Map([
    ["a.md", block("greeting", "hello")],
    ["a.zh-CN.md", block("greeting", "你好")],
  ]);
  assert.deepEqual(printBlocks(pages, BLOCKS), { stale: new Map(), unknown: [] });
});

test("a block that says something else makes its page stale, and the new text is returned", () => {
  const { stale } = printBlocks(new Map([["a.md", block("greeting", "goodbye\nagain")]]), BLOCKS);
  assert.deepEqual([...stale], [["a.md", block("greeting", "hello")]]);
});

test("a mark that names no block is reported", () => {
  const { stale, unknown } = printBlocks(new Map([["a.md", block("nothing", "x")]]), BLOCKS);
  assert.deepEqual([stale.size, unknown], [0, ["a.md: there is no generated block nothing"]]);
});

test("a table escapes the bars in its cells", () => {
  assert.equal(markdownTable(["a", "b"], [["1|2", "3"]]), "| a | b |\n|---|---|\n| 1\\|2 | 3 |");
});

test("the errcode table has a row for each errcode of the code, in both languages", () => {
  for (const chinese of [true, false]) {
    const numbers = [...wechatErrcodeTable(chinese).matchAll(/^\| (-?\d+) \|/gm)].map(([, errcode]) => Number(errcode));
    assert.deepEqual(
      numbers,
      [...WECHAT_ERRCODES.keys()].toSorted((a, b) => a - b),
    );
  }
});

test("the layer table has a row for each layer, in both languages", () => {
  for (const chinese of [true, false]) {
    const names = [...layerTable(chinese).matchAll(/^\| `([^`]+)` \|/gm)].map(([, name]) => name);
    assert.deepEqual(names, Object.keys(LAYERS));
  }
});

test("an arrow of the diagram is an import of the table, and every layer but the lowest has one", () => {
  const arrows = [...layerDiagram().matchAll(/^ {2}(.+) --> (\w+)$/gm)].map(([, from = "", to = ""]) => ({
    from: from.split(" & "),
    to,
  }));
  for (const { from, to } of arrows)
    for (const each of from) assert.ok(LAYERS[to]?.imports.includes(each), `${each} --> ${to}`);
  const drawn = new Set(arrows.map(({ to }) => to));
  for (const [name, { imports }] of Object.entries(LAYERS))
    assert.equal(drawn.has(name), imports.length > 0 && !name.includes("/"), name);
});

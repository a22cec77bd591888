import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { App } from "../../platform/platform.ts";
import { freshFolder } from "../hufu.fixture.ts";
import { type ImportFile, openImportFile } from "./import-file.ts";
import { LINE_MOST } from "./read-lines.ts";

const APP: App = { id: "wx-one", appId: "wx-one", platform: "wechat", unionScope: null } as App;
const KEPT_MIB = 32;

function lineOf(openid: string): string {
  return `${JSON.stringify({ app: APP.id, openid })}\n`;
}

async function openidsOf(file: ImportFile): Promise<readonly string[]> {
  const read: string[] = [];
  for await (const { lines } of file.batches()) read.push(...lines.map(({ openid }) => openid));
  return read;
}

async function opened(folder: string): Promise<ImportFile> {
  const importing = { roles: new Set<string>(), findApp: async () => APP };
  return openImportFile("users.ndjson", folder, importing, () => 0);
}

test("what is imported of a small file is what was checked, though the file has changed since", async (t) => {
  const folder = freshFolder(t);
  writeFileSync(join(folder, "users.ndjson"), lineOf("o_1") + lineOf("o_2"));
  const file = await opened(folder);
  assert.deepEqual(await openidsOf(file), ["o_1", "o_2"]);
  writeFileSync(join(folder, "users.ndjson"), lineOf("o_3"));
  assert.deepEqual(await openidsOf(file), ["o_1", "o_2"]);
});

test("a file that is not read to its end is read again", async (t) => {
  const folder = freshFolder(t);
  writeFileSync(join(folder, "users.ndjson"), lineOf("o_1"));
  const file = await opened(folder);
  for await (const _ of file.batches()) break;
  assert.deepEqual(await openidsOf(file), ["o_1"]);
});

test("a large file is read again, and says the same", async (t) => {
  const folder = freshFolder(t);
  const blank = `${" ".repeat(LINE_MOST)}\n`.repeat((KEPT_MIB * 1_048_576) / LINE_MOST);
  writeFileSync(join(folder, "users.ndjson"), lineOf("o_1") + blank + lineOf("o_2"));
  const file = await opened(folder);
  assert.deepEqual(await openidsOf(file), ["o_1", "o_2"]);
  writeFileSync(join(folder, "users.ndjson"), lineOf("o_3"));
  assert.deepEqual(await openidsOf(file), ["o_3"]);
});

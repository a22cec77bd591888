import assert from "node:assert/strict";
import { appendFileSync, renameSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { App } from "../../platform/platform.ts";
import { freshFolder } from "../hufu.fixture.ts";
import { type ImportFile, openImportFile } from "./import-file.ts";

const APP: App = { id: "wx-one", appId: "wx-one", platform: "wechat", unionScope: null } as App;
const KEPT_BYTES = 32 * 1_048_576;

function lineOf(openid: string): string {
  return `${JSON.stringify({ app: APP.id, openid })}\n`;
}

async function openidsOf(file: ImportFile): Promise<readonly string[]> {
  const read: string[] = [];
  for await (const { lines } of file.batches()) read.push(...lines.map(({ openid }) => openid));
  return read;
}

async function opened(t: TestContext, folder: string): Promise<ImportFile> {
  const importing = { roles: new Set<string>(), findApp: async () => APP };
  const file = await openImportFile("users.ndjson", folder, importing, () => 0);
  t.after(() => file.close());
  return file;
}

/** A user, and a line that is far too long, of so many bytes together. */
function filledTo(bytes: number): string {
  const line = lineOf("o_1");
  return line + "x".repeat(bytes - line.length);
}

test("what is imported of a small file is what was checked, though the file has changed since", async (t) => {
  const folder = freshFolder(t);
  writeFileSync(join(folder, "users.ndjson"), lineOf("o_1") + lineOf("o_2"));
  const file = await opened(t, folder);
  assert.deepEqual(await openidsOf(file), ["o_1", "o_2"]);
  writeFileSync(join(folder, "users.ndjson"), lineOf("o_3"));
  assert.deepEqual(await openidsOf(file), ["o_1", "o_2"]);
});

test("a file that is not read to its end is read again", async (t) => {
  const folder = freshFolder(t);
  writeFileSync(join(folder, "users.ndjson"), lineOf("o_1"));
  const file = await opened(t, folder);
  for await (const _ of file.batches()) break;
  assert.deepEqual(await openidsOf(file), ["o_1"]);
});

test("a large file is read again, and says the same", async (t) => {
  const folder = freshFolder(t);
  writeFileSync(join(folder, "users.ndjson"), `${filledTo(KEPT_BYTES)}\n${lineOf("o_2")}`);
  const file = await opened(t, folder);
  assert.deepEqual(await openidsOf(file), ["o_1", "o_2"]);
  assert.deepEqual(await openidsOf(file), ["o_1", "o_2"]);
});

test("of exactly 32 MiB a file is kept, of one byte more it is read again and must not have changed", async (t) => {
  for (const more of [0, 1]) {
    const folder = freshFolder(t);
    const path = join(folder, "users.ndjson");
    writeFileSync(path, filledTo(KEPT_BYTES + more));
    const file = await opened(t, folder);
    assert.equal(file.size, KEPT_BYTES + more);
    assert.deepEqual(await openidsOf(file), ["o_1"]);
    appendFileSync(path, `\n${lineOf("o_2")}`);
    if (more === 0) assert.deepEqual(await openidsOf(file), ["o_1"]);
    else await assert.rejects(openidsOf(file), { message: /users\.ndjson changed while it was read/ });
  }
});

test("a file that grows, or is written over, while it is checked is refused", async (t) => {
  for (const change of [
    (path: string) => appendFileSync(path, lineOf("o_2")),
    (path: string) => utimesSync(path, 1, 1),
  ]) {
    const folder = freshFolder(t);
    const path = join(folder, "users.ndjson");
    writeFileSync(path, lineOf("o_1"));
    const file = await opened(t, folder);
    change(path);
    await assert.rejects(openidsOf(file), { message: /changed while it was read\. Run the same command again/ });
  }
});

test("another file of the same name does not take the place of the one that was checked", async (t) => {
  const folder = freshFolder(t);
  const path = join(folder, "users.ndjson");
  writeFileSync(path, `${lineOf("o_1")}${lineOf("o_2")}`);
  const file = await opened(t, folder);
  for await (const _ of file.batches()) break;
  writeFileSync(`${path}.new`, lineOf("o_3"));
  renameSync(`${path}.new`, path);
  assert.deepEqual(await openidsOf(file), ["o_1", "o_2"]);
});

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { folderBytes, lockDrift, packageBytes } from "./check-install.ts";

test("packages are weighed with their scope, the heaviest first, and a link weighs only itself", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "hufu-weigh-"));
  t.after(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, "light", "dist"), { recursive: true });
  mkdirSync(join(folder, "@scope", "heavy"), { recursive: true });
  writeFileSync(join(folder, "light", "dist", "a.js"), "x".repeat(10));
  writeFileSync(join(folder, "@scope", "heavy", "b.js"), "x".repeat(20));
  symlinkSync("@scope/heavy", join(folder, "linked"));
  assert.deepEqual(packageBytes(folder), [
    { name: "@scope/heavy", bytes: 20 },
    { name: "light", bytes: 10 },
  ]);
  assert.equal(folderBytes(folder), 30 + "@scope/heavy".length);
});

test("a lock file that the install had to change is noticed, another system's binary is not", () => {
  const root = { "": {}, "node_modules/a": { version: "1.0.0", integrity: "sha512-a" } };
  const drift = (packages: Parameters<typeof lockDrift>[1]["packages"]): string[] =>
    lockDrift({ packages: root }, { packages });
  assert.deepEqual(drift(root), []);
  assert.deepEqual(
    drift({ ...root, "node_modules/b": { version: "1.0.0", integrity: "sha512-b", optional: true } }),
    [],
  );
  assert.deepEqual(drift({ ...root, "node_modules/b": { version: "1.0.0", integrity: "sha512-b" } }), [
    "node_modules/b",
  ]);
  assert.deepEqual(drift({ ...root, "node_modules/a": { version: "1.0.1", integrity: "sha512-a" } }), [
    "node_modules/a",
  ]);
  assert.deepEqual(drift({ ...root, "node_modules/a": { version: "1.0.0", integrity: "sha512-z" } }), [
    "node_modules/a",
  ]);
  assert.deepEqual(drift({ "": {} }), ["node_modules/a"]);
  assert.deepEqual(drift({ ...root, "": { version: "2.0.0" } }), [""]);
});

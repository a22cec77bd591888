import assert from "node:assert/strict";
import test from "node:test";
import { declarationsImporting } from "./declared-imports.ts";

const FILES: Readonly<Record<string, string>> = {
  "dist/index.d.ts": 'export { a } from "./a/a.ts";\nexport type B = import("./b.js").B;\n',
  "dist/a/a.d.ts": 'import type { Index } from "../index.js";\nexport declare const a: Index;\n',
  "dist/b.d.ts": 'import { z } from "zod/v4";\nexport type B = z.infer<unknown>;\n',
  "dist/inside.d.ts": 'import { z } from "zod";\n',
};

test("a declaration is found that an entry leads to, however it is imported, and no other", () => {
  const read = (path: string): string | undefined => FILES[path];
  assert.deepEqual(declarationsImporting("zod", ["dist/index.d.ts"], read), ["dist/b.d.ts"]);
  assert.deepEqual(declarationsImporting("zod", ["dist/a/a.d.ts", "dist/missing.d.ts"], read), ["dist/b.d.ts"]);
  assert.deepEqual(declarationsImporting("kysely", ["dist/index.d.ts"], read), []);
});

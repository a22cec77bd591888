import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { capacityFor } from "./connection-capacity.ts";

test("some descriptors are the server's own, and some are for telling those who find no capacity", () => {
  assert.deepEqual(capacityFor(64), { served: 12, most: 16 });
  assert.deepEqual(capacityFor(1024), { served: 832, most: 896 });
  assert.deepEqual(capacityFor(1_048_576), { served: 1_048_384, most: 1_048_448 });
});

test("the limit is that of the process", { skip: process.platform !== "linux" }, () => {
  const file = join(import.meta.dirname, "connection-capacity.ts");
  const script = `import(${JSON.stringify(file)}).then(({ capacityHere }) => console.log(JSON.stringify(capacityHere())))`;
  const told = execFileSync("sh", ["-c", 'ulimit -n 256 && exec "$@"', "sh", process.execPath, "-e", script], {
    encoding: "utf8",
  });
  assert.deepEqual(JSON.parse(told), capacityFor(256));
});

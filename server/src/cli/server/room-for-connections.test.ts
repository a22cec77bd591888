import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { roomFor } from "./room-for-connections.ts";

test("some descriptors are the server's own, and some are for telling those who find no room", () => {
  assert.deepEqual(roomFor(64), { served: 12, most: 16 });
  assert.deepEqual(roomFor(1024), { served: 832, most: 896 });
  assert.deepEqual(roomFor(1_048_576), { served: 1_048_384, most: 1_048_448 });
});

test("the limit is that of the process", { skip: process.platform !== "linux" }, () => {
  const file = join(import.meta.dirname, "room-for-connections.ts");
  const script = `import(${JSON.stringify(file)}).then(({ roomHere }) => console.log(JSON.stringify(roomHere())))`;
  const told = execFileSync("sh", ["-c", 'ulimit -n 256 && exec "$@"', "sh", process.execPath, "-e", script], {
    encoding: "utf8",
  });
  assert.deepEqual(JSON.parse(told), roomFor(256));
});

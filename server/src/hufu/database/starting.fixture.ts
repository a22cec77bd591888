import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const STARTING = fileURLToPath(new URL("starting-node.fixture.ts", import.meta.url));

const NODES = 10;

/** Ten nodes start at the same moment, each a process of its own on the same empty database: one migrates, all start. */
export async function oneOfTenMigrates(url: string): Promise<void> {
  const nodes = Array.from({ length: NODES }, () => start(url));
  await Promise.all(nodes.map(({ line }) => line()));
  for (const { child } of nodes) child.stdin?.end("go\n");
  const migrated = await Promise.all(nodes.map(async ({ line }) => Number(await line())));
  assert.equal(
    migrated.reduce((sum, times) => sum + times, 0),
    1,
    migrated.join(),
  );
}

function start(url: string): { readonly child: ChildProcess; line(): Promise<string> } {
  const child = spawn(process.execPath, ["--conditions=@hufu/source", STARTING, url], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    child,
    async line() {
      const { value, done } = await lines.next();
      if (done !== true) return value;
      if (child.exitCode === null) await once(child, "exit");
      throw new Error(`a node ended with ${child.exitCode}`);
    },
  };
}

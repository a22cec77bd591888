import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const STARTING = fileURLToPath(new URL("hufu-starting-node.testing.ts", import.meta.url));

/**
 * Starts so many nodes at the same moment, each a process of its own on the same database.
 * @returns how many times each has migrated
 */
export async function startAtOnce(count: number, url: string): Promise<readonly number[]> {
  const nodes = Array.from({ length: count }, () => start(url));
  await Promise.all(nodes.map(({ line }) => line()));
  for (const { child } of nodes) child.stdin?.end("go\n");
  return Promise.all(nodes.map(async ({ line }) => Number(await line())));
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

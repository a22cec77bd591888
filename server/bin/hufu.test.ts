import assert from "node:assert/strict";
import { type ChildProcess, type SpawnOptions, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  accessSync,
  constants,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { type TestContext, test } from "node:test";

const LAUNCHER_FILE = join(import.meta.dirname, "hufu.js");

/** Stands in for the command line: does what its first argument says. */
const STAND_IN = `
import { text } from "node:stream/consumers";
export async function main(argv) {
  const [verb, ...rest] = argv;
  if (verb === "say") console.log(JSON.stringify({ rest, node: process.versions.node, launcher: process.env.HUFU_LAUNCHER }));
  if (verb === "read") console.log(await text(process.stdin));
  if (verb === "exit") return Number(rest[0]);
  if (verb === "abort") process.kill(process.pid, "SIGKILL");
  if (verb === "serve") {
    if (rest[0] === "politely") process.on("SIGTERM", () => process.exit(5));
    setInterval(() => undefined, 1_000_000);
    console.log("ready");
    await new Promise(() => undefined);
  }
  return 0;
}
`;
/** The same, and only readable by a Node that knows TypeScript. */
const STAND_IN_SOURCE = STAND_IN.replace("main(argv)", "main(argv: readonly string[]): Promise<number>");

/** A Node of this machine that is too old to run Hufu. */
function findOldNode(): string | undefined {
  for (const folder of (process.env["PATH"] ?? "").split(delimiter)) {
    const file = join(folder, "node");
    try {
      accessSync(file, constants.X_OK);
    } catch {
      continue;
    }
    const version = spawnSync(file, ["-p", "process.versions.node"], { encoding: "utf8" }).stdout;
    if (Number.parseInt(version, 10) >= 18 && Number.parseInt(version, 10) < 22) return file;
  }
  return undefined;
}

const oldNode = findOldNode();
const needsOldNode = oldNode === undefined ? "no Node 18 to 21 on this machine" : false;

interface Stack {
  readonly root: string;
  readonly launcher: string;
}

function makeFolder(t: TestContext): string {
  const root = mkdtempSync(join(tmpdir(), "hufu-bin-"));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  return root;
}

function write(file: string, content: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}

function furnish(root: string, home: string, main: string, content: string): Stack {
  write(join(home, "package.json"), '{ "type": "module" }');
  write(join(home, main), content);
  mkdirSync(join(home, "bin"), { recursive: true });
  const launcher = join(home, "bin", "hufu.js");
  copyFileSync(LAUNCHER_FILE, launcher);
  return { root, launcher };
}

function published(t: TestContext): Stack {
  const root = makeFolder(t);
  return furnish(root, join(root, "node_modules", "hufu"), join("dist", "cli", "main.js"), STAND_IN);
}

function workspace(t: TestContext): Stack {
  const root = makeFolder(t);
  return furnish(root, join(root, "server"), join("src", "cli", "main.ts"), STAND_IN_SOURCE);
}

/** Puts a Node that is recent enough into a stack as npm would. */
function pinNode({ root }: Stack, node: string = process.execPath): void {
  const folder = join(root, "node_modules", `node-${process.platform}-${process.arch}`, "bin");
  mkdirSync(folder, { recursive: true });
  symlinkSync(node, join(folder, "node"));
}

function start(
  t: TestContext,
  node: string,
  launcher: string,
  args: readonly string[],
  options: SpawnOptions = {},
): ChildProcess {
  const child = spawn(node, [launcher, ...args], { stdio: "pipe", ...options });
  t.after(() => child.kill("SIGKILL"));
  return child;
}

interface End {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

async function end(child: ChildProcess): Promise<End> {
  assert.ok(child.stdout && child.stderr);
  const [[code, signal], stdout, stderr] = await Promise.all([
    once(child, "exit"),
    text(child.stdout),
    text(child.stderr),
  ]);
  return { code, signal, stdout, stderr };
}

async function firstWord(child: ChildProcess): Promise<void> {
  assert.ok(child.stdout);
  const [chunk] = await once(child.stdout, "data");
  assert.equal(String(chunk), "ready\n");
}

const limit = { timeout: 30_000 };

test(
  "the published launcher runs the built command line with its arguments and ends with its code",
  limit,
  async (t) => {
    const { launcher } = published(t);
    const said = await end(start(t, process.execPath, launcher, ["say", "a b", "--c"]));
    assert.deepEqual(JSON.parse(said.stdout), { rest: ["a b", "--c"], node: process.versions.node });
    assert.equal(said.code, 0);
    assert.equal((await end(start(t, process.execPath, launcher, ["exit", "7"]))).code, 7);
  },
);

test("in the workspace the launcher runs the source, from any folder and through npm's link", limit, async (t) => {
  const { root, launcher } = workspace(t);
  const link = join(root, "hufu");
  symlinkSync(launcher, link);
  const said = await end(start(t, process.execPath, link, ["say", "x"], { cwd: tmpdir() }));
  assert.equal(said.stderr, "");
  assert.deepEqual(JSON.parse(said.stdout).rest, ["x"]);
});

test("a Node that is too old says so in one sentence", { ...limit, skip: needsOldNode }, async (t) => {
  assert.ok(oldNode);
  for (const [stack, least] of [
    [published(t), "22.13"],
    [workspace(t), "22.18"],
  ] as const) {
    const { code, stdout, stderr } = await end(start(t, oldNode, stack.launcher, ["say"]));
    assert.equal(code, 1);
    assert.equal(stdout, "");
    assert.match(stderr, /^hufu: needs Node\.js \S+ or newer, and this is \d+\.\d+\.\d+\n$/);
    assert.ok(stderr.includes(least));
  }
});

test("a pinned Node that is too old as well ends in the same sentence", { ...limit, skip: needsOldNode }, async (t) => {
  assert.ok(oldNode);
  const stack = published(t);
  pinNode(stack, oldNode);
  const { code, stderr } = await end(start(t, oldNode, stack.launcher, ["say"]));
  assert.equal(code, 1);
  assert.match(stderr, /^hufu: needs Node\.js 22\.13 or newer, and this is \d+\.\d+\.\d+\n$/);
});

test("a Node that is too old hands over to the pinned one", { ...limit, skip: needsOldNode }, async (t) => {
  assert.ok(oldNode);
  for (const stack of [published(t), workspace(t)]) {
    pinNode(stack);
    const said = await end(start(t, oldNode, stack.launcher, ["say", "a b"], { cwd: tmpdir() }));
    assert.equal(said.stderr, "");
    assert.deepEqual(JSON.parse(said.stdout), { rest: ["a b"], node: process.versions.node });
    assert.equal((await end(start(t, oldNode, stack.launcher, ["exit", "7"]))).code, 7);
    assert.equal((await end(start(t, oldNode, stack.launcher, ["abort"]))).signal, "SIGKILL");

    const reader = start(t, oldNode, stack.launcher, ["read"]);
    reader.stdin?.end("from the terminal");
    assert.equal((await end(reader)).stdout, "from the terminal\n");
  }
});

test("a handed-over process gets the launcher's signals", { ...limit, skip: needsOldNode }, async (t) => {
  assert.ok(oldNode);
  const stack = published(t);
  pinNode(stack);
  const polite = start(t, oldNode, stack.launcher, ["serve", "politely"]);
  await firstWord(polite);
  polite.kill("SIGTERM");
  assert.equal((await end(polite)).code, 5);

  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    const plain = start(t, oldNode, stack.launcher, ["serve"]);
    await firstWord(plain);
    plain.kill(signal);
    assert.equal((await end(plain)).signal, signal);
  }
});

test("a handed-over process does not outlive a launcher that is killed hard", {
  ...limit,
  skip: needsOldNode,
}, async (t) => {
  assert.ok(oldNode);
  const stack = published(t);
  pinNode(stack);
  const launcher = start(t, oldNode, stack.launcher, ["serve"]);
  await firstWord(launcher);
  launcher.kill("SIGKILL");
  // Both processes hold the pipe, so reading it ends only when the second is gone too.
  assert.equal((await end(launcher)).signal, "SIGKILL");
});

test("where nothing can be written it starts without a compile cache, and says nothing of it", limit, async (t) => {
  const { root, launcher } = published(t);
  const file = join(root, "a-file");
  write(file, "");
  const { NODE_COMPILE_CACHE: _, ...inherited } = process.env;
  const env = { ...inherited, TMPDIR: join(file, "no-folder") };
  const { code, stdout, stderr } = await end(start(t, process.execPath, launcher, ["say", "hello"], { env }));
  assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
  assert.match(stdout, /"rest":\["hello"\]/);
});

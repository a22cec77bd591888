#!/usr/bin/env node
// Starts the command line. Plain old JavaScript, because a Node that is too old must still be able to read it, say so,
// or hand over to a newer one that the project has installed.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import module from "node:module";
import { dirname, join } from "node:path";
import { isatty } from "node:tty";
import { fileURLToPath, pathToFileURL } from "node:url";

const OLDEST = [22, 13];
/** Runs TypeScript as it stands, which the workspace needs and the published package does not. */
const OLDEST_FROM_SOURCE = [22, 18];
/** So long a process may take to end by itself when its command is done, in milliseconds. */
const LEFT_OPEN_MS = 500;
/** Passed on to a newer Node; Windows does not know the last one. */
const SIGNALS = /** @type {NodeJS.Signals[]} */ (["SIGINT", "SIGTERM", "SIGHUP"]).concat(
  process.platform === "win32" ? [] : ["SIGUSR2"],
);
/** Tells the handed-over process who started it. */
const LAUNCHER = "HUFU_LAUNCHER";

const here = dirname(fileURLToPath(import.meta.url));
const source = join(here, "..", "src", "cli", "main.ts");
const fromSource = existsSync(source);
const entry = fromSource ? source : join(here, "..", "dist", "cli", "main.js");
const oldest = fromSource ? OLDEST_FROM_SOURCE : OLDEST;

/** @param {readonly number[]} least */
function isRecent(least) {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const [leastMajor = 0, leastMinor = 0] = least;
  return major > leastMajor || (major === leastMajor && minor >= leastMinor);
}

/** The Node that an npm package has put into the project or one of the folders around it. */
function findPinnedNode() {
  const system = process.platform === "win32" ? "win" : process.platform;
  const file = process.platform === "win32" ? "node.exe" : "node";
  for (let folder = here; ; folder = dirname(folder)) {
    for (const name of [`node-${system}-${process.arch}`, "node"]) {
      const found = join(folder, "node_modules", name, "bin", file);
      if (existsSync(found)) return found;
    }
    if (folder === dirname(folder)) return undefined;
  }
}

/** @param {string} why */
function giveUp(why) {
  console.error(`hufu: ${why}`);
  process.exitCode = 1;
}

/**
 * Runs this file again on another Node: same arguments, same terminal, same end.
 * @param {string} node
 */
function handOver(node) {
  const child = spawn(node, [...process.execArgv, fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: ["inherit", "inherit", "inherit", "ipc"],
    env: { ...process.env, [LAUNCHER]: String(process.pid) },
  });
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      // A terminal sends Ctrl-C to both processes itself; twice would mean "stop at once".
      if (signal !== "SIGINT" || !isatty(0)) child.kill(signal);
    });
  }
  child.on("error", (error) => giveUp(`${node} does not start: ${error.message}`));
  child.on("exit", (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

/** A launcher passes every signal on but the one that nobody can catch: its closed channel stands for that. */
function followLauncher() {
  delete process.env[LAUNCHER];
  process.on("disconnect", () => process.kill(process.pid, "SIGKILL"));
  process.channel?.unref();
}

/** In a clone the packages of the workspace are their sources: nothing has been built. */
function resolveToSource() {
  module.registerHooks({
    resolve: (specifier, context, next) =>
      next(specifier, { ...context, conditions: [...(context.conditions ?? []), "@hufu/source"] }),
  });
}

async function run() {
  const wasHandedOver = process.env[LAUNCHER] !== undefined && process.connected;
  if (wasHandedOver) followLauncher();
  if (isRecent(oldest)) {
    // Compiling a thousand small files costs a third of the start; Node keeps the result in the temporary folder.
    module.enableCompileCache?.();
    if (fromSource) resolveToSource();
    const { main } = await import(pathToFileURL(entry).href);
    process.exitCode = await main(process.argv.slice(2));
    // A configuration may have opened something that nobody closes, such as a pool or a client; nothing else is left.
    // A full disk or a reader that has gone must not become the exit code.
    process.stdout.on("error", () => undefined);
    process.stdout.write("", () => setTimeout(() => process.exit(), LEFT_OPEN_MS).unref());
    return;
  }
  const pinned = wasHandedOver ? undefined : findPinnedNode();
  if (pinned !== undefined) handOver(pinned);
  else giveUp(`needs Node.js ${oldest.join(".")} or newer, and this is ${process.versions.node}`);
}

await run();

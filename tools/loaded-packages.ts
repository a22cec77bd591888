// Which packages a start of the packed server loads: what a start does not need must not come back unseen (decision 0061).
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { pathToFileURL } from "node:url";

/** Says at the end what was loaded, one URL a line on standard error. */
const HOOK = `
import { writeSync } from "node:fs";
import module from "node:module";
const loaded = [];
module.registerHooks({ load: (url, context, next) => { loaded.push(url); return next(url, context); } });
process.on("exit", () => writeSync(2, loaded.join("\\n") + "\\n"));
`;
/** The command line, the log, and signed messages, with what these import themselves. */
const OF_SERVE = [
  "commander",
  "pino",
  "pino-std-serializers",
  "@pinojs/redact",
  "quick-format-unescaped",
  "sonic-boom",
  "atomic-sleep",
  "on-exit-leak-free",
  "thread-stream",
  "safe-stable-stringify",
  "standardwebhooks",
  "@stablelib/base64",
  "fast-sha256",
];
const LISTENING = '"msg":"listening"';

/** Packages, and how many files of Hufu's own at most. */
export interface Allowed {
  readonly packages: readonly string[];
  readonly files: number;
}

/** What is wrong with what a start loaded. @param loaded URLs of modules */
export function findUnwanted(loaded: readonly string[], { packages, files }: Allowed): string[] {
  const names = loaded.flatMap((url) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1] ?? []);
  const own = names.filter((name) => name === "hufu").length;
  const strangers = [...new Set(names)].filter((name) => name !== "hufu" && !packages.includes(name));
  return [
    ...strangers.map((name) => `${name} is loaded`),
    ...(own === 0 ? ["nothing of hufu is loaded"] : []),
    ...(own > files ? [`${own} files of hufu are loaded, and ${files} are allowed`] : []),
  ];
}

/** The modules that a program loads. A server is told to stop when it listens. */
async function loadedBy(args: readonly string[], cwd: string, env: NodeJS.ProcessEnv): Promise<string[]> {
  const hook = join(cwd, "loaded.mjs");
  writeFileSync(hook, HOOK);
  const child = spawn("node", ["--import", pathToFileURL(hook).href, ...args], {
    cwd,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const late = setTimeout(() => child.kill("SIGKILL"), 60_000);
  let out = "";
  child.stdout.setEncoding("utf8").on("data", (words: string) => {
    const wasListening = out.includes(LISTENING);
    out += words;
    // Once: a second signal ends it at once.
    if (!wasListening && out.includes(LISTENING)) child.kill("SIGTERM");
  });
  const err = await text(child.stderr);
  clearTimeout(late);
  return err.split("\n").filter((line) => /^(?:file|node):/.test(line));
}

/** @param project a folder with the tarball in its `node_modules` @throws Error that names what is loaded in vain */
export async function holdLoadedPackages(project: string, env: NodeJS.ProcessEnv): Promise<void> {
  writeFileSync(join(project, "verify.mjs"), 'import "hufu/verify";\n');
  const config = {
    issuer: "http://127.0.0.1:1/auth",
    listen: { host: "127.0.0.1", port: 0 },
    drain: "0s",
    database: "sqlite:loaded.db",
    secret: ["Vb4T1mZk9qLr7Xw2Jc8Ne5Hy3Ug6Pd0S"],
    apps: [{ appId: "wx-stranger", appSecret: "simulated" }],
    roles: {},
  };
  writeFileSync(join(project, "loaded.json"), JSON.stringify(config));
  const hufu = join(project, "node_modules", "hufu", "bin", "hufu.js");
  const starts = [
    { args: ["verify.mjs"], allowed: { packages: [], files: 40 } },
    { args: [hufu, "serve", "--config", "loaded.json"], allowed: { packages: OF_SERVE, files: 60 } },
  ];
  for (const { args, allowed } of starts) {
    const unwanted = findUnwanted(await loadedBy(args, project, env), allowed);
    if (unwanted.length > 0) throw new Error(`node ${args.join(" ")}: ${unwanted.join("; ")}`);
  }
}

// What `deploy/` says, carried out without an engine: the Dockerfile's lines one by one, and what they make started with
// deploy/hufu.json on a PostgreSQL and a Redis of Debian's; compose.yaml held against the files and names that it speaks of; nginx asked about its configuration.
import { spawn, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { parse } from "yaml";
import { startRedisServer } from "../server/src/store/hot/redis/redis-server.fixture.ts";
import { startPostgresServer } from "../server/src/store/sql/postgres/postgres-server.fixture.ts";
import { readDockerfile, type Stage } from "./dockerfile.ts";
import { pinnedEnvironment, ROOT, runCommand } from "./run-command.ts";

const DEPLOY = join(ROOT, "deploy");

interface Service {
  readonly image?: string;
  readonly build?: { readonly context: string; readonly dockerfile: string };
  readonly environment?: Readonly<Record<string, string>>;
  readonly secrets?: readonly string[];
  readonly volumes?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: object;
}

interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly secrets: Readonly<Record<string, object>>;
  readonly volumes: Readonly<Record<string, object>>;
}

/** What a composition speaks of and does not have. */
export function findMissing(
  compose: Compose,
  facts: { readonly config: string; readonly nginx: string; readonly dockerfile: string; readonly example: string },
  exists: (path: string) => boolean,
): string[] {
  const missing: string[] = [];
  const need = (there: boolean, what: string): void => {
    if (!there) missing.push(what);
  };
  const built = Object.entries(compose.services).filter(([, { build }]) => build !== undefined);
  const [, node] = built[0] ?? [];
  for (const [, name = ""] of facts.config.matchAll(/"env:(\w+)"/g)) {
    need(name in (node?.environment ?? {}), `compose.yaml: hufu.json wants the variable ${name}`);
  }
  for (const [, name = ""] of facts.config.matchAll(/"file:\/run\/secrets\/(\w+)"/g)) {
    need(node?.secrets?.includes(name) === true, `compose.yaml: hufu.json wants the secret ${name}`);
  }
  for (const [name, service] of Object.entries(compose.services)) {
    for (const secret of service.secrets ?? []) need(secret in compose.secrets, `${name}: no secret ${secret}`);
    for (const volume of service.volumes ?? []) {
      const [source = ""] = volume.split(":");
      need(source.startsWith("./") ? exists(source) : source in compose.volumes, `${name}: no ${source} to mount`);
    }
    for (const [other, { condition }] of Object.entries(service.depends_on ?? {})) {
      const checked =
        compose.services[other]?.healthcheck !== undefined || compose.services[other]?.build !== undefined;
      need(condition !== "service_healthy" || checked, `${name}: ${other} tells nobody whether it is healthy`);
    }
    for (const text of Object.values(service.environment ?? {})) {
      for (const [, variable = ""] of text.matchAll(/\$\{(\w+)/g)) {
        need(new RegExp(`^${variable}=`, "m").test(facts.example), `.env.example: ${name} wants ${variable}`);
      }
    }
  }
  for (const [, host = ""] of facts.nginx.matchAll(/^\s*server (\S+):8080/gm)) {
    need(host in compose.services, `nginx.conf: there is no service ${host}`);
  }
  need(/^HEALTHCHECK /m.test(facts.dockerfile), "Dockerfile: no HEALTHCHECK, and the proxy waits for one");
  return missing;
}

/** Carries out the stages in folders; answers where the last one's working directory is. */
function carryOut(stages: readonly Stage[], folder: string): { readonly cwd: string; readonly env: NodeJS.ProcessEnv } {
  const roots = new Map<string, string>();
  let last = { cwd: folder, env: pinnedEnvironment() };
  for (const [at, { name, image, steps }] of stages.entries()) {
    const major = /^node:(\d+)/.exec(image)?.[1];
    if (major !== process.versions.node.split(".")[0]) throw new Error(`FROM ${image}: the stack runs on another Node`);
    const root = join(folder, name || String(at));
    roots.set(name, root);
    let cwd = root;
    const env = pinnedEnvironment();
    for (const step of steps) {
      console.log(`  ${JSON.stringify(Object.values(step).filter((word) => word !== undefined))}`);
      if (step.kind === "workdir") cwd = join(root, step.path);
      else if (step.kind === "env") env[step.name] = step.value;
      else if (step.kind === "copy") copy(step, cwd, roots);
      mkdirSync(cwd, { recursive: true });
      if (step.kind === "run") runCommand("sh", ["-c", step.line], { cwd, env });
    }
    last = { cwd, env };
  }
  return last;
}

function copy(
  { from, what, to }: { readonly from: string | undefined; readonly what: string; readonly to: string },
  cwd: string,
  roots: ReadonlyMap<string, string>,
): void {
  const target = join(cwd, to);
  if (from !== undefined) {
    const source = join(roots.get(from) ?? "", what);
    cpSync(source, to.endsWith("/") ? join(target, what.split("/").at(-1) ?? "") : target, { recursive: true });
    return;
  }
  // What an engine would be sent: everything that is not ignored.
  const listed = runCommand("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"]).split("\0");
  for (const file of listed.filter((name) => name !== "" && existsSync(join(ROOT, name)))) {
    mkdirSync(dirname(join(target, file)), { recursive: true });
    cpSync(join(ROOT, file), join(target, file));
  }
}

/** What was made: where, and with which variables. */
interface Made {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

async function startBesideStores(stage: Stage, made: Made, folder: string): Promise<void> {
  const postgres = await startPostgresServer();
  const redis = await startRedisServer();
  try {
    await start(stage, made, folder, {
      HUFU_DATABASE: `postgres://postgres@127.0.0.1:${postgres.port}/postgres`,
      HUFU_REDIS: `redis://127.0.0.1:${redis.port}`,
    });
  } finally {
    await redis.close();
    await postgres.close();
  }
}

/** Starts what was made, with the configuration of `deploy/`, until it says that it is healthy, and stops it. */
async function start(
  stage: Stage,
  made: Made,
  folder: string,
  stores: Readonly<Record<string, string>>,
): Promise<void> {
  const port = 20_000 + Math.floor(Math.random() * 20_000);
  const secrets = join(folder, "secrets");
  mkdirSync(secrets);
  for (const name of ["hufu_secret", "wx_secret", "orders_secret"]) {
    writeFileSync(join(secrets, name), runCommand("openssl", ["rand", "-base64", "32"]));
  }
  const config = readFileSync(join(DEPLOY, "hufu.json"), "utf8")
    .replaceAll("/run/secrets/", `${secrets}/`)
    .replace('"0.0.0.0", "port": 8080', `"127.0.0.1", "port": ${port}`);
  const file = join(folder, "hufu.json");
  writeFileSync(file, config);
  const [program = "", ...args] = stage.command.map((word) => (word === "/etc/hufu/hufu.json" ? file : word));
  const server = spawn(program, args, {
    cwd: made.cwd,
    env: {
      ...made.env,
      HUFU_ISSUER: `http://127.0.0.1:${port}/auth`,
      ...stores,
      WX_APPID: "wx0123456789abcdef",
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise<number | null>((resolve) => server.once("exit", resolve));
  const healthy = (stage.healthcheck ?? "false").replaceAll(":8080", `:${port}`);
  let isHealthy = false;
  for (const late = Date.now() + 20_000; !isHealthy && Date.now() < late; await wait(200)) {
    isHealthy = spawnSync("sh", ["-c", healthy], { env: made.env }).status === 0;
  }
  const readyz = isHealthy ? await (await fetch(`http://127.0.0.1:${port}/auth/readyz`)).text() : "";
  server.kill("SIGTERM");
  const code = await ended;
  if (!isHealthy) throw new Error("what the Dockerfile makes does not get healthy");
  if (!readyz.includes('"hot":"ok (redis)"')) throw new Error(`it does not use the composition's stores: ${readyz}`);
  if (code !== 0) throw new Error("what the Dockerfile makes does not end well on SIGTERM");
}

function checkNginx(folder: string): void {
  const file = join(folder, "nginx.conf");
  // Names that only the composition knows, and a log that only root may write.
  const text = readFileSync(join(DEPLOY, "nginx.conf"), "utf8").replaceAll(/server hufu-(\d):/g, "server 127.0.0.$1:");
  writeFileSync(file, text);
  runCommand("/usr/sbin/nginx", [
    "-t",
    "-q",
    "-e",
    join(folder, "nginx.log"),
    "-g",
    `pid ${join(folder, "nginx.pid")};`,
    "-c",
    file,
  ]);
}

if (import.meta.main) {
  const read = (name: string): string => readFileSync(join(DEPLOY, name), "utf8");
  const facts = {
    config: read("hufu.json"),
    nginx: read("nginx.conf"),
    dockerfile: read("Dockerfile"),
    example: read(".env.example"),
  };
  const compose: Compose = parse(read("compose.yaml"), { merge: true });
  const missing = findMissing(
    compose,
    facts,
    (path) => path.startsWith("./secrets/") || existsSync(join(DEPLOY, path)),
  );
  if (missing.length > 0) throw new Error(missing.join("\n"));
  console.log(`compose.yaml: ${Object.keys(compose.services).join(", ")}: nothing is missing`);
  const folder = mkdtempSync(join(tmpdir(), "hufu-deploy-"));
  try {
    checkNginx(folder);
    console.log("nginx.conf: nginx takes it");
    const stages = readDockerfile(facts.dockerfile);
    const made = carryOut(stages, folder);
    const last = stages.at(-1);
    if (last === undefined) throw new Error("Dockerfile: no stage");
    await startBesideStores(last, made, folder);
    const packages = readdirSync(join(made.cwd, "node_modules")).length;
    console.log(`Dockerfile: every line works, and what it makes (${packages} packages) starts, is healthy and stops`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

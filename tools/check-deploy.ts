// Tries `deploy/` on this machine: compose.yaml against the files that it names, nginx.conf and haproxy.cfg with their programs, and the Dockerfile
// with podman: it is built, and the image runs with a read-only disk, no capability and 256 MB, on a real PostgreSQL and
// Redis, becomes healthy under two configurations, and stops on SIGTERM. Needs root and Debian (podman, debootstrap).
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { startRedisServer } from "../server/src/store/hot/redis/redis-server.fixture.ts";
import { startPostgresServer } from "../server/src/store/sql/postgres/postgres-server.fixture.ts";
import { makeBaseImage } from "./deploy/base-image.ts";
import { type Compose, findMissing } from "./deploy/composition.ts";
import { AS_HERE, type Podman, podmanIn } from "./deploy/podman.ts";
import { type Deployment, tryImage } from "./deploy/try-image.ts";
import { ROOT, runCommand } from "./run-command.ts";

const DEPLOY = join(ROOT, "deploy");
const IMAGE = "hufu";
const SECRETS = ["hufu_secret", "wx_secret", "orders_secret"];

const read = (name: string): string => readFileSync(join(DEPLOY, name), "utf8");

function checkCompose(): void {
  const compose: Compose = parse(read("compose.yaml"), { merge: true });
  const facts = {
    config: read("hufu.json"),
    nginx: read("nginx.conf"),
    dockerfile: read("Dockerfile"),
    example: read(".env.example"),
  };
  const isThere = (path: string): boolean => path.startsWith("./secrets/") || existsSync(join(DEPLOY, path));
  const missing = findMissing(compose, facts, isThere);
  if (missing.length > 0) throw new Error(missing.join("\n"));
  console.log(`compose.yaml: ${Object.keys(compose.services).join(", ")}: nothing is missing`);
}

function checkNginx(folder: string): void {
  const file = join(folder, "nginx.conf");
  // Names that only the composition knows, and a log that only root may write.
  writeFileSync(file, read("nginx.conf").replaceAll(/server hufu-(\d):/g, "server 127.0.0.$1:"));
  const globals = `pid ${join(folder, "nginx.pid")};`;
  runCommand("/usr/sbin/nginx", ["-t", "-q", "-e", join(folder, "nginx.log"), "-g", globals, "-c", file]);
  console.log("nginx.conf: nginx accepts it");
}

function checkHaproxy(folder: string): void {
  const file = join(folder, "haproxy.cfg");
  writeFileSync(file, read("haproxy.cfg").replaceAll(/hufu-(\d):/g, "127.0.0.$1:"));
  runCommand("/usr/sbin/haproxy", ["-c", "-q", "-f", file]);
  console.log("haproxy.cfg: HAProxy accepts it");
}

function build(podman: Podman, folder: string): void {
  const bases = new Set([...read("Dockerfile").matchAll(/^FROM (\S+)/gm)].map(([, name = ""]) => name));
  for (const name of bases) {
    console.log(`${name}: making a stand-in with debootstrap`);
    makeBaseImage(podman, name, folder);
  }
  console.log("Dockerfile: building");
  const how = ["--isolation=chroot", "--layers=false", "--format=docker", "--pull=never", ...AS_HERE];
  podman("build", ...how, "--tag", IMAGE, "--file", join(DEPLOY, "Dockerfile"), ROOT);
}

/** The configuration of `deploy/`, and the same with another port and another path in the issuer. */
function configurations(folder: string): { readonly name: string; readonly config: string; readonly issuer: string }[] {
  const shipped = read("hufu.json");
  const moved = shipped.replace('"port": 8080', '"port": 18093');
  if (moved === shipped) throw new Error("deploy/hufu.json: no port 8080");
  return [
    { name: "shipped", text: shipped, issuer: "http://127.0.0.1:8080/auth" },
    { name: "moved", text: moved, issuer: "http://127.0.0.1:18093/sign-in" },
  ].map(({ name, text, issuer }) => {
    const config = join(folder, `${name}.json`);
    writeFileSync(config, text);
    return { name, config, issuer };
  });
}

async function run(podman: Podman, folder: string): Promise<void> {
  const secrets = join(folder, "secrets");
  mkdirSync(secrets);
  for (const name of SECRETS) writeFileSync(join(secrets, name), runCommand("openssl", ["rand", "-base64", "32"]));
  const postgres = await startPostgresServer();
  const redis = await startRedisServer();
  try {
    for (const { name, config, issuer } of configurations(folder)) {
      const deployment: Deployment = {
        image: IMAGE,
        config,
        secrets,
        issuer,
        environment: {
          HUFU_ISSUER: issuer,
          HUFU_DATABASE: `postgres://postgres@127.0.0.1:${postgres.port}/postgres`,
          HUFU_REDIS: `redis://127.0.0.1:${redis.port}`,
          WX_APPID: "wx0123456789abcdef",
        },
      };
      const { healthyMs, stoppedMs } = await tryImage(podman, deployment);
      console.log(`image, ${name} configuration: healthy after ${healthyMs} ms, stopped in ${stoppedMs} ms`);
    }
  } finally {
    await redis.close();
    await postgres.close();
  }
}

const folder = mkdtempSync(join(tmpdir(), "hufu-deploy-"));
try {
  checkCompose();
  checkNginx(folder);
  checkHaproxy(folder);
  const podman = podmanIn(folder);
  build(podman, folder);
  await run(podman, folder);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

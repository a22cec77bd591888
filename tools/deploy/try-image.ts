import { setTimeout as delay } from "node:timers/promises";
import { AS_HERE, type Podman } from "./podman.ts";

/** An image and what it is started with. */
export interface Deployment {
  readonly image: string;
  /** The configuration file on this machine. */
  readonly config: string;
  /** The folder of secrets on this machine. */
  readonly secrets: string;
  readonly issuer: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** As production should run it. */
const LOCKED_DOWN = ["--read-only", "--cap-drop=all", "--security-opt=no-new-privileges", "--memory=256m"];
const HEALTHY_MOST_MS = 60_000;
const LOOK_MS = 200;
/** compose.yaml's stop_grace_period: after it comes SIGKILL. */
const GRACE_SECONDS = 20;

/**
 * Starts the image, waits until its own health check passes, and stops it.
 * @throws Error with the container's log if it is not healthy in time, does not use its stores, or is killed at the end
 */
export async function tryImage(
  podman: Podman,
  { image, config, secrets, issuer, environment }: Deployment,
): Promise<{ readonly healthyMs: number; readonly stoppedMs: number }> {
  const variables = Object.entries(environment).map(([name, value]) => `--env=${name}=${value}`);
  const mounts = [`--volume=${config}:/etc/hufu/hufu.json:ro`, `--volume=${secrets}:/run/secrets:ro`];
  const began = performance.now();
  const id = podman("run", "--detach", ...LOCKED_DOWN, ...AS_HERE, ...variables, ...mounts, image).trim();
  const failure = (what: string): Error => new Error(`${what} (${config})\n${podman("logs", id)}`);
  try {
    while (!isHealthy(podman, id)) {
      if (!isRunning(podman, id)) throw failure("the container ended");
      if (performance.now() - began > HEALTHY_MOST_MS) throw failure("the health check of the image does not pass");
      await delay(LOOK_MS);
    }
    const healthyMs = Math.round(performance.now() - began);
    const readyz = await (await fetch(`${issuer}/readyz`)).text();
    if (!readyz.includes('"hot":"ok (redis)"')) throw failure(`readyz does not name Redis: ${readyz}`);
    const asked = performance.now();
    podman("stop", `--time=${GRACE_SECONDS}`, id);
    const stoppedMs = Math.round(performance.now() - asked);
    const code = podman("inspect", "--format={{.State.ExitCode}}", id).trim();
    if (code !== "0") throw failure(`the container ended with ${code} on SIGTERM`);
    return { healthyMs, stoppedMs };
  } finally {
    podman("rm", "--force", "--time=0", id);
  }
}

function isHealthy(podman: Podman, id: string): boolean {
  try {
    podman("healthcheck", "run", id);
    return true;
  } catch {
    return false;
  }
}

function isRunning(podman: Podman, id: string): boolean {
  return podman("inspect", "--format={{.State.Running}}", id).trim() === "true";
}

// What of the tests' needs this machine does not have, why, and what to do about it.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { installCommand, missingPackages, NEEDED } from "./install-system-packages.ts";
import { dialectsLeftOut } from "./test-selection.ts";

/** What no package brings. */
export interface Ability {
  readonly what: string;
  readonly isThere: () => boolean;
  readonly how: string;
}

/** What only root may use, by its `what`. */
const FOR_ROOT = ["podman", "debootstrap"];

/** All of it. */
export const ABILITIES: readonly Ability[] = [
  {
    what: "/proc",
    isThere: () => existsSync("/proc/self/status"),
    how: "/proc is missing: run npm test on Linux, or docker compose -f compose.test.yaml run --rm tests",
  },
  {
    what: "mount",
    isThere: mayMount,
    how: "a small disk cannot be mounted: run npm test as root on Linux, in a container with --privileged",
  },
  {
    what: "PostgreSQL 16 to 18",
    isThere: () => process.platform === "linux" && process.arch === "x64",
    how: "npm has PostgreSQL 16 to 18 for this test on Linux x64: run it there",
  },
];

/** In a mount namespace of its own, which is gone with the command. */
function mayMount(): boolean {
  const tried = ["--mount", "mount", "-t", "tmpfs", "hufu-try", "/mnt"];
  return process.getuid?.() === 0 && spawnSync("unshare", tried, { stdio: "ignore" }).status === 0;
}

/** What is not there or was not chosen, by its `what`, and why. */
export function findUnavailable(dialects: string | undefined): ReadonlyMap<string, string> {
  const missing = missingPackages().map(
    (one) => [one.what, `${one.what} is missing: ${installCommand([one])}, or DIALECTS=sqlite npm test`] as const,
  );
  const notAble = ABILITIES.filter(({ isThere }) => !isThere()).map(({ what, how }) => [what, how] as const);
  const notRoot = NEEDED.filter(({ what }) => FOR_ROOT.includes(what) && process.getuid?.() !== 0).map(
    ({ what }) => [what, `${what} needs root: run npm test as root on Debian`] as const,
  );
  const unchosen = dialectsLeftOut(dialects).map((what) => [what, `DIALECTS=${dialects} leaves ${what} out`] as const);
  return new Map([...missing, ...notAble, ...notRoot, ...unchosen]);
}

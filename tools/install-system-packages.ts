// What the tests need beside Node: Debian packages, installed quietly where they are missing and we may.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { runCommand } from "./run-command.ts";

interface SystemPackage {
  readonly what: string;
  readonly packages: readonly string[];
  readonly isThere: () => boolean;
}

/** Debian's own Python, whatever other one comes first on the PATH. */
const PYTHON = "/usr/bin/python3";
const POSTGRES = "/usr/lib/postgresql";

const NEEDED: readonly SystemPackage[] = [
  {
    what: "PyJWT, which reads tokens and is not ours",
    packages: ["python3", "python3-jwt", "python3-cryptography"],
    isThere: () => spawnSync(PYTHON, ["-c", "import cryptography, jwt"]).status === 0,
  },
  {
    what: "PostgreSQL",
    packages: ["postgresql"],
    isThere: () =>
      existsSync(POSTGRES) && readdirSync(POSTGRES).some((name) => existsSync(`${POSTGRES}/${name}/bin/initdb`)),
  },
  { what: "MariaDB", packages: ["mariadb-server"], isThere: () => existsSync("/usr/sbin/mariadbd") },
  { what: "Redis", packages: ["redis-server"], isThere: () => existsSync("/usr/bin/redis-server") },
  { what: "nginx", packages: ["nginx-light"], isThere: () => existsSync("/usr/sbin/nginx") },
  {
    what: "podman, which builds and runs the image",
    packages: ["podman", "runc"],
    isThere: () => existsSync("/usr/bin/podman") && existsSync("/usr/sbin/runc"),
  },
  { what: "debootstrap", packages: ["debootstrap"], isThere: () => existsSync("/usr/sbin/debootstrap") },
];

const missing = NEEDED.filter(({ isThere }) => !isThere());
const packages = missing.flatMap((one) => one.packages);
if (missing.length === 0) {
  console.log("every system package is there");
} else if (process.platform === "linux" && process.getuid?.() === 0) {
  // Tests start servers of their own; Debian's package would otherwise make and start one for the whole machine.
  const settings = "/etc/postgresql-common";
  if (!existsSync(`${settings}/createcluster.conf`)) {
    mkdirSync(settings, { recursive: true });
    writeFileSync(`${settings}/createcluster.conf`, "create_main_cluster = false\n");
  }
  // Nor do the others start one: in run level 1 packages leave their services alone.
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" };
  runCommand("apt-get", ["update", "-qq"], { env });
  const keepOurs = ["-o", "Dpkg::Options::=--force-confold"];
  runCommand("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...keepOurs, ...packages], { env });
  const still = missing.filter(({ isThere }) => !isThere());
  if (still.length > 0) throw new Error(`still missing after the install: ${still.map(({ what }) => what).join(", ")}`);
  console.log(`installed ${packages.join(" ")}`);
} else {
  throw new Error(
    `the tests need ${missing.map(({ what }) => what).join("; ")}: sudo apt-get install ${packages.join(" ")}`,
  );
}

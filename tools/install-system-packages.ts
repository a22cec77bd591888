// What the tests need beside Node: Debian packages, installed quietly where they are missing and we may. With names, such
// as `PostgreSQL Redis`, only those, and it fails if one is missing and may not be installed.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { runCommand } from "./run-command.ts";

/** Something of the system that tests start. */
export interface SystemPackage {
  /** Its short name. */
  readonly what: string;
  readonly packages: readonly string[];
  readonly isThere: () => boolean;
}

/** Debian's own Python, whatever other one comes first on the PATH. */
const PYTHON = "/usr/bin/python3";
const POSTGRES = "/usr/lib/postgresql";

/** All of it, as Debian packages. */
export const NEEDED: readonly SystemPackage[] = [
  {
    what: "PyJWT",
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
    what: "podman",
    packages: ["podman", "runc"],
    isThere: () => existsSync("/usr/bin/podman") && existsSync("/usr/sbin/runc"),
  },
  { what: "debootstrap", packages: ["debootstrap"], isThere: () => existsSync("/usr/sbin/debootstrap") },
  { what: "PgBouncer", packages: ["pgbouncer"], isThere: () => existsSync("/usr/sbin/pgbouncer") },
  { what: "HAProxy", packages: ["haproxy"], isThere: () => existsSync("/usr/sbin/haproxy") },
  { what: "Galera", packages: ["galera-4", "rsync"], isThere: () => existsSync("/usr/lib/galera/libgalera_smm.so") },
  { what: "etcd", packages: ["etcd-server"], isThere: () => existsSync("/usr/bin/etcd") },
  { what: "Prometheus", packages: ["prometheus"], isThere: () => existsSync("/usr/bin/prometheus") },
  { what: "OpenSSL", packages: ["openssl"], isThere: () => spawnSync("openssl", ["version"]).status === 0 },
  {
    what: "Go",
    packages: ["golang-go", "golang-github-golang-jwt-jwt-dev"],
    isThere: () => existsSync("/usr/bin/go") && existsSync("/usr/share/gocode/src/github.com/golang-jwt/jwt"),
  },
  {
    what: "Java",
    packages: ["default-jdk-headless", "libjackson2-databind-java"],
    isThere: () => existsSync("/usr/bin/javac") && existsSync("/usr/share/java/jackson-databind.jar"),
  },
  {
    what: "Apache",
    packages: ["apache2-bin", "libapache2-mod-oauth2"],
    isThere: () => existsSync("/usr/sbin/apache2") && existsSync("/usr/lib/apache2/modules/mod_oauth2.so"),
  },
  { what: "systemd", packages: ["systemd"], isThere: () => existsSync("/usr/bin/systemd-analyze") },
  { what: "curl", packages: ["curl"], isThere: () => existsSync("/usr/bin/curl") },
  { what: "Patroni", packages: ["patroni", "python3-etcd"], isThere: () => existsSync("/usr/bin/patroni") },
];

/** What of it is not installed. */
export function missingPackages(): readonly SystemPackage[] {
  return NEEDED.filter(({ isThere }) => !isThere());
}

/** The command that installs packages, for a person to type. */
export function installCommand(missing: readonly SystemPackage[]): string {
  return `sudo apt-get install ${missing.flatMap(({ packages }) => packages).join(" ")}`;
}

/** @throws Error if something is missing after it */
function install(missing: readonly SystemPackage[]): void {
  // Tests start servers of their own; Debian's package would otherwise make and start one for the whole machine.
  const settings = "/etc/postgresql-common";
  if (!existsSync(`${settings}/createcluster.conf`)) {
    mkdirSync(settings, { recursive: true });
    writeFileSync(`${settings}/createcluster.conf`, "create_main_cluster = false\n");
  }
  // Nor do the others start one: in run level 1 packages leave their services alone.
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" };
  const packages = missing.flatMap((one) => one.packages);
  runCommand("apt-get", ["update", "-qq"], { env });
  const keepOurs = ["-o", "Dpkg::Options::=--force-confold"];
  runCommand("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...keepOurs, ...packages], { env });
  const still = missingPackages();
  if (still.length > 0) throw new Error(`still missing after the install: ${still.map(({ what }) => what).join(", ")}`);
  console.log(`installed ${packages.join(" ")}`);
}

if (import.meta.main) {
  const names = process.argv.slice(2);
  const missing = missingPackages().filter(({ what }) => names.length === 0 || names.includes(what));
  const mayInstall = process.platform === "linux" && process.getuid?.() === 0 && existsSync("/usr/bin/apt-get");
  if (missing.length === 0) console.log("every system package is there");
  else if (mayInstall) install(missing);
  else {
    console.log(`missing: ${missing.map(({ what }) => what).join(", ")}; on Debian: ${installCommand(missing)}`);
    // Elsewhere the tests that need them are skipped, and say so.
    process.exitCode = process.env["CI"] === "true" || names.length > 0 ? 1 : 0;
  }
}

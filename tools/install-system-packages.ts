// What the tests need beside Node: Debian packages, installed quietly where they are missing and we may.
import { spawnSync } from "node:child_process";
import { runCommand } from "./run-command.ts";

/** PyJWT reads tokens and is not ours. Debian's own Python, whatever other one comes first on the PATH. */
const PACKAGES = ["python3", "python3-jwt", "python3-cryptography"];
const LOOK = ["-c", "import cryptography, jwt"];
const PYTHON = "/usr/bin/python3";

function isThere(): boolean {
  return spawnSync(PYTHON, LOOK).status === 0;
}

if (isThere()) {
  console.log("PyJWT is there");
} else if (process.platform === "linux" && process.getuid?.() === 0) {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  runCommand("apt-get", ["update", "-qq"], { env });
  runCommand("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...PACKAGES], { env });
  if (!isThere()) throw new Error(`${PYTHON} cannot import jwt although ${PACKAGES.join(" ")} were installed`);
  console.log(`installed ${PACKAGES.join(" ")}`);
} else {
  throw new Error(`the tests need ${PACKAGES.join(" ")}: sudo apt-get install ${PACKAGES.join(" ")}`);
}

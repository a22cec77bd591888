// The image that `deploy/Dockerfile` starts from, made here, since no image registry is reached: Debian by debootstrap,
// with this machine's Node and npm and the user `node`, as the official image has them.
import { cpSync, existsSync, mkdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { freshEnvironment, runCommand } from "../run-command.ts";
import type { Podman } from "./podman.ts";

const SUITE = "bookworm";
const MIRROR = "http://deb.debian.org/debian";
/** Where a certificate authority that this machine trusts besides the usual ones lies in the image. */
const AUTHORITY = "/usr/local/share/extra-authority.pem";

/** Makes the image and gives it the name that the Dockerfile asks for, such as `node:24-slim`. */
export function makeBaseImage(podman: Podman, name: string, folder: string): void {
  const major = /^node:(\d+)/.exec(name)?.[1];
  if (major !== process.versions.node.split(".")[0])
    throw new Error(
      `deploy/Dockerfile: FROM ${name}, and this is Node ${process.versions.node}: use one major version`,
    );
  const root = join(folder, "base");
  runCommand("debootstrap", ["--variant=minbase", SUITE, root, MIRROR]);
  installNode(root);
  runCommand("chroot", [root, "useradd", "--uid", "1000", "--create-home", "node"]);
  const changes = installAuthority(root) ? ["--change", `ENV NODE_EXTRA_CA_CERTS=${AUTHORITY}`] : [];
  const archive = join(folder, "base.tar");
  runCommand("tar", ["-C", root, "-cf", archive, "."]);
  rmSync(root, { recursive: true });
  podman("import", "--quiet", ...changes, archive, `docker.io/library/${name}`);
  rmSync(archive);
}

function installNode(root: string): void {
  const local = join(root, "usr", "local");
  const modules = join(local, "lib", "node_modules");
  mkdirSync(modules, { recursive: true });
  cpSync(process.execPath, join(local, "bin", "node"));
  const installed = join(runCommand("npm", ["root", "--global"], { env: freshEnvironment() }).trim(), "npm");
  cpSync(installed, join(modules, "npm"), { recursive: true });
  for (const program of ["npm", "npx"])
    symlinkSync(`../lib/node_modules/npm/bin/${program}-cli.js`, join(local, "bin", program));
}

function installAuthority(root: string): boolean {
  const authority = process.env["NODE_EXTRA_CA_CERTS"] ?? "";
  if (!existsSync(authority)) return false;
  cpSync(authority, join(root, AUTHORITY));
  return true;
}

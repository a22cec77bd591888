// One version for all packages. `npm run version:set 1.2.3` writes it into every package, into what depends on them, into
// the names of tarballs on the pages, into the lock file, and dates the changelog's "Unreleased". `--check [v1.2.3]`
// changes nothing and fails if anything names another version, or if the tag does.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ROOT, runCommand } from "./run-command.ts";
import { trackedFiles } from "./tracked-files.ts";

const VERSION = /^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?$/;
/** `hufu-1.2.3.tgz` and `hufu-client-1.2.3.tgz`, as `npm pack` names them. */
const TARBALL = /\b(hufu(?:-[a-z]+)?)-\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+?)?\.tgz\b/g;
/** An exact version of one of our packages in a package.json. */
const DEPENDENCY = /("(?:hufu|@hufu\/[a-z]+)": ")\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?(")/g;

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly repository?: { readonly url?: string; readonly directory?: string };
  readonly bugs?: string;
  readonly homepage?: string;
}

/** A page or a package.json with this version wherever it names one of our packages in a version. */
export function withVersion(path: string, text: string, version: string): string {
  const tarballs = text.replace(TARBALL, `$1-${version}.tgz`);
  return path.endsWith("package.json") ? tarballs.replace(DEPENDENCY, `$1${version}$2`) : tarballs;
}

/** The changelog with a dated heading between "Unreleased" and what stood below it. */
export function withRelease(changelog: string, version: string, day: string): string {
  if (changelog.includes(`\n## ${version} `)) return changelog;
  return changelog.replace(/^## Unreleased\n/m, `## Unreleased\n\n## ${version} (${day})\n`);
}

/** What makes packages unfit for one release: other versions, other links, a tag that says something else. */
export function disagreements(
  manifests: readonly { readonly folder: string; readonly manifest: Manifest }[],
  root: Manifest,
  tag: string | undefined,
): string[] {
  const [first] = manifests;
  const version = first?.manifest.version ?? "";
  const wrong: string[] = [];
  for (const { folder, manifest } of manifests) {
    if (manifest.version !== version) wrong.push(`${folder}/package.json: version ${manifest.version}, not ${version}`);
    if (manifest.repository?.url === undefined || manifest.repository.url !== root.repository?.url)
      wrong.push(`${folder}/package.json: repository.url is not the root's ${root.repository?.url}`);
    if (manifest.repository?.directory !== folder)
      wrong.push(`${folder}/package.json: repository.directory is not ${folder}`);
    if (manifest.bugs !== root.bugs) wrong.push(`${folder}/package.json: bugs is not the root's ${root.bugs}`);
    if (manifest.homepage !== root.homepage)
      wrong.push(`${folder}/package.json: homepage is not the root's ${root.homepage}`);
  }
  if (tag !== undefined && tag.replace(/^v/, "") !== version)
    wrong.push(`the tag says ${tag}, the packages ${version}: npm run version:set ${tag.replace(/^v/, "")}`);
  return wrong;
}

function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(ROOT, folder, "package.json"), "utf8")) as Manifest;
}

function publicPackages(): { readonly folder: string; readonly manifest: Manifest }[] {
  const { workspaces } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { workspaces: string[] };
  return workspaces
    .map((folder) => ({ folder, manifest: readManifest(folder) }))
    .filter(({ manifest }) => manifest.private !== true);
}

/** Files that may name a tarball or depend on a package of ours, by their path. */
function mentioning(): string[] {
  const patterns = ["*.md", "*package.json", "deploy/*", "examples/*"];
  return trackedFiles(...patterns).filter((path) => existsSync(join(ROOT, path)) && path !== "CHANGELOG.md");
}

function check(tag: string | undefined): void {
  const packages = publicPackages();
  const version = packages[0]?.manifest.version ?? "";
  const wrong = disagreements(packages, readManifest("."), tag);
  for (const path of mentioning()) {
    const text = readFileSync(join(ROOT, path), "utf8");
    if (withVersion(path, text, version) !== text) wrong.push(`${path}: names another version than ${version}`);
  }
  // Provenance names the repository that the workflow runs in; npm refuses a package that says another one.
  const here = process.env["GITHUB_REPOSITORY"];
  const url = readManifest(".").repository?.url ?? "";
  if (tag !== undefined && here !== undefined && !url.includes(`github.com/${here}.git`))
    wrong.push(`package.json: repository.url is ${url}, and this is github.com/${here}`);
  for (const line of wrong) console.log(line);
  console.log(wrong.length === 0 ? `version ${version}: everything agrees` : `version: ${wrong.length} disagreements`);
  process.exitCode = wrong.length === 0 ? 0 : 1;
}

function set(version: string): void {
  for (const { folder, manifest } of publicPackages()) {
    const file = join(ROOT, folder, "package.json");
    const text = readFileSync(file, "utf8");
    writeFileSync(file, text.replace(`"version": "${manifest.version}"`, `"version": "${version}"`));
  }
  for (const path of mentioning()) {
    const text = readFileSync(join(ROOT, path), "utf8");
    const written = withVersion(path, text, version);
    if (written !== text) writeFileSync(join(ROOT, path), written);
  }
  const changelog = join(ROOT, "CHANGELOG.md");
  const today = new Date().toISOString().slice(0, 10);
  writeFileSync(changelog, withRelease(readFileSync(changelog, "utf8"), version, today));
  runCommand("npm", ["install", "--package-lock-only", "--ignore-scripts", "--no-audit", "--no-fund"]);
  console.log(`version ${version}: read the diff, commit it, and push the tag v${version}`);
}

if (import.meta.main) {
  const { values, positionals } = parseArgs({
    options: { check: { type: "boolean", default: false } },
    allowPositionals: true,
  });
  const [version] = positionals;
  if (values.check) check(version);
  else if (version !== undefined && VERSION.test(version)) set(version);
  else {
    console.error("usage: npm run version:set 1.2.3, or: npm run version:check");
    process.exitCode = 2;
  }
}

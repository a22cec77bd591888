// Kubernetes manifests against the schemas that `kubernetes-models` carries: the same ones that a cluster checks with.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import { ROOT } from "../run-command.ts";

/** One object of a manifest. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
}

interface Model {
  validate(): void;
}

/** @throws Error for YAML that cannot be read */
export function readManifests(text: string): readonly Manifest[] {
  return parseAllDocuments(text).map((document) => {
    const [error] = document.errors;
    if (error !== undefined) throw error;
    return document.toJS();
  });
}

/** What a cluster would refuse: values of the wrong kind, and members that the API does not know. */
export async function findFaults(manifests: readonly Manifest[]): Promise<readonly string[]> {
  const faults: string[] = [];
  for (const manifest of manifests) {
    const { apiVersion, kind } = manifest;
    const module = await import(`kubernetes-models/${apiVersion}/${kind}`).catch(() => ({}));
    const model: (new (content: Manifest) => Model) | undefined = module[kind];
    if (model === undefined) {
      faults.push(`${kind}: there is no such kind in ${apiVersion}`);
      continue;
    }
    try {
      new model(manifest).validate();
    } catch (error) {
      faults.push(`${kind}: ${error instanceof Error ? error.message : "not valid"}`);
    }
  }
  return faults.length > 0 ? faults : findUnknownMembers(manifests);
}

/** The schemas permit any further member; the types that are made from them do not. */
function findUnknownMembers(manifests: readonly Manifest[]): readonly string[] {
  const lines = manifests.flatMap(({ apiVersion, kind, ...content }, at) => [
    `import type { I${kind} as Kind${at} } from "kubernetes-models/${apiVersion}/${kind}";`,
    `export const manifest${at}: Kind${at} = ${JSON.stringify({ apiVersion, kind, ...content })};`,
  ]);
  // Inside the repository, where the package is found.
  const folder = mkdtempSync(join(ROOT, ".docs-check-manifests-"));
  try {
    const file = join(folder, "manifests.ts");
    writeFileSync(file, lines.join("\n"));
    const how = [
      "--noEmit",
      "--strict",
      "--skipLibCheck",
      "--module",
      "nodenext",
      "--target",
      "esnext",
      "--ignoreConfig",
    ];
    const { status, stdout } = spawnSync("tsc", [...how, file], { cwd: ROOT, encoding: "utf8" });
    return status === 0 ? [] : stdout.split("\n").filter((line) => line.includes("error TS"));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

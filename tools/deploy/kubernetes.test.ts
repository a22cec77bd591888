import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { ROOT } from "../run-command.ts";
import { findFaults, readManifests } from "./kubernetes.ts";

const SHIPPED = readFileSync(join(ROOT, "deploy/kubernetes/hufu.yaml"), "utf8");

test("a cluster would take the manifests that we ship", async () => {
  const manifests = readManifests(SHIPPED);
  assert.deepEqual(
    manifests.map(({ kind }) => kind),
    ["Deployment", "Service", "PodDisruptionBudget", "NetworkPolicy"],
  );
  assert.deepEqual(await findFaults(manifests), []);
});

test("the pods bring all that deploy/hufu.json reads", () => {
  const config = readFileSync(join(ROOT, "deploy/hufu.json"), "utf8");
  const read = [...config.matchAll(/"(?:env:|file:\/run\/secrets\/)(\w+)"/g)].map(([, name = ""]) => name);
  assert.equal(read.length, 7);
  for (const name of read) assert.match(SHIPPED, new RegExp(`(?:name|path): ${name}\\b`), name);
  const port = /"port": (\d+)/.exec(config)?.[1];
  assert.ok(SHIPPED.includes(`containerPort: ${port}`));
});

test("a wrong kind of value, an unknown member and an unknown kind are found", async () => {
  const altered = (from: string, to: string): Promise<readonly string[]> => {
    assert.ok(SHIPPED.includes(from));
    return findFaults(readManifests(SHIPPED.replace(from, to)));
  };
  assert.match((await altered("replicas: 2", "replicas: two")).join(), /replicas must be integer/);
  assert.match((await altered("readinessProbe:", "readynessProbe:")).join(), /readynessProbe/);
  assert.match(
    (await altered("readOnlyRootFilesystem: true", "readOnlyRootFileSystem: true")).join(),
    /readOnlyRootFileSystem/,
  );
  assert.match((await altered("kind: Service", "kind: Servise")).join(), /no such kind/);
});

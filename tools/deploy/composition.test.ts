import assert from "node:assert/strict";
import { test } from "node:test";
import { findMissing } from "./composition.ts";

const FACTS = {
  config: '{ "secret": ["file:/run/secrets/one"], "database": "env:DB" }',
  nginx: "server node-1:8080;\n",
  dockerfile: "HEALTHCHECK CMD true\n",
  example: "PASSWORD=\n",
};
const NODE = {
  build: { context: "..", dockerfile: "deploy/Dockerfile" },
  // biome-ignore lint/suspicious/noTemplateCurlyInString: as a composition writes it
  environment: { DB: "postgres://${PASSWORD:?}@db" },
  secrets: ["one"],
  volumes: ["./there:/x:ro", "data:/y"],
  depends_on: { db: { condition: "service_healthy" } },
};
const WHOLE = {
  services: { "node-1": NODE, db: { image: "db", healthcheck: {} } },
  secrets: { one: {} },
  volumes: { data: {} },
};
const isThere = (path: string): boolean => path === "./there";

test("a complete composition has nothing missing", () => {
  assert.deepEqual(findMissing(WHOLE, FACTS, isThere), []);
});

test("each thing that is named and missing is reported", () => {
  const node = { ...NODE, environment: {}, secrets: ["two"], volumes: ["./gone:/x", "lost:/y"] };
  const broken = { services: { "node-2": node, db: { image: "db" } }, secrets: {}, volumes: {} };
  assert.deepEqual(findMissing(broken, { ...FACTS, dockerfile: "" }, isThere), [
    "compose.yaml: hufu.json needs the variable DB",
    "compose.yaml: hufu.json needs the secret one",
    "node-2: no secret two",
    "node-2: no ./gone to mount",
    "node-2: no lost to mount",
    "node-2: db has no health check",
    "nginx.conf: no service node-1",
    "Dockerfile: no HEALTHCHECK, and the proxy waits for one",
  ]);
  assert.deepEqual(findMissing(WHOLE, { ...FACTS, example: "" }, isThere), [".env.example: node-1 needs PASSWORD"]);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { findMissing } from "./check-deploy.ts";
import { readDockerfile } from "./dockerfile.ts";

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

test("a whole composition misses nothing", () => {
  assert.deepEqual(findMissing(WHOLE, FACTS, isThere), []);
});

test("each thing that is spoken of and is not there is named", () => {
  const node = { ...NODE, environment: {}, secrets: ["two"], volumes: ["./gone:/x", "lost:/y"] };
  const broken = { services: { "node-2": node, db: { image: "db" } }, secrets: {}, volumes: {} };
  assert.deepEqual(findMissing(broken, { ...FACTS, dockerfile: "" }, isThere), [
    "compose.yaml: hufu.json wants the variable DB",
    "compose.yaml: hufu.json wants the secret one",
    "node-2: no secret two",
    "node-2: no ./gone to mount",
    "node-2: no lost to mount",
    "node-2: db tells nobody whether it is healthy",
    "nginx.conf: there is no service node-1",
    "Dockerfile: no HEALTHCHECK, and the proxy waits for one",
  ]);
  assert.deepEqual(findMissing(WHOLE, { ...FACTS, example: "" }, isThere), [".env.example: node-1 wants PASSWORD"]);
});

test("a Dockerfile is read into its stages, and what we do not carry out is refused", () => {
  const [build, last] = readDockerfile(
    [
      "# a comment",
      "FROM node:24-slim AS build",
      "WORKDIR /b",
      "COPY . .",
      "RUN one \\",
      "  two",
      "FROM node:24-slim",
      "ENV A=b",
      "COPY --from=build /b/x ./",
      "USER node",
      "HEALTHCHECK --interval=1s \\",
      "  CMD ask",
      'CMD ["a", "b"]',
    ].join("\n"),
  );
  assert.deepEqual(build?.steps, [
    { kind: "workdir", path: "/b" },
    { kind: "copy", from: undefined, what: ".", to: "." },
    { kind: "run", line: "one two" },
  ]);
  assert.deepEqual([build?.name, build?.image], ["build", "node:24-slim"]);
  assert.deepEqual(last?.steps, [
    { kind: "env", name: "A", value: "b" },
    { kind: "copy", from: "build", what: "/b/x", to: "./" },
  ]);
  assert.deepEqual([last?.command, last?.healthcheck], [["a", "b"], "ask"]);
  assert.throws(() => readDockerfile("FROM x\nADD a b"), /ADD/);
});

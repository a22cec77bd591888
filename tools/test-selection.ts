// Which tests can run on this machine. What a test needs shows in what it imports: the fixture that starts a server.
import { globSync } from "node:fs";
import { sep } from "node:path";
import { type ImportGraph, reachableFrom, readImportGraph } from "./import-graph.ts";
import { ROOT } from "./run-command.ts";

/** Something by its `what` in install-system-packages.ts or find-unavailable.ts, and the files that use it. */
export interface Need {
  readonly what: string;
  readonly usedBy: RegExp;
  /** The word for it in `DIALECTS`. */
  readonly dialect?: string;
}

/** The first of these that a test lacks is named. */
export const NEEDS: readonly Need[] = [
  { what: "PostgreSQL", usedBy: /\/postgres-server\.fixture\.ts$/, dialect: "postgres" },
  { what: "MariaDB", usedBy: /\/mariadb-server\.fixture\.ts$/, dialect: "mariadb" },
  { what: "Redis", usedBy: /\/redis-server\.fixture\.ts$/ },
  { what: "nginx", usedBy: /\/shipped-proxy\.fixture\.ts$/ },
  { what: "HAProxy", usedBy: /\/(?:shipped-proxy|haproxy)\.fixture\.ts$/ },
  { what: "PgBouncer", usedBy: /\/pgbouncer\.fixture\.ts$/ },
  { what: "Galera", usedBy: /\/galera\.fixture\.ts$/ },
  { what: "etcd", usedBy: /\/patroni\.fixture\.ts$/ },
  { what: "Patroni", usedBy: /\/patroni\.fixture\.ts$/ },
  { what: "PostgreSQL 16 to 18", usedBy: /\/embedded-postgres\.fixture\.ts$/ },
  { what: "OpenSSL", usedBy: /\/tls-certificate\.fixture\.ts$/ },
  { what: "mount", usedBy: /\/small-disk\.fixture\.ts$/ },
  { what: "/proc", usedBy: /\/frozen-process\.fixture\.ts$/ },
  { what: "PyJWT", usedBy: /\/(?:foreign-verifiers|python)\.test\.ts$/ },
  { what: "Go", usedBy: /\/languages\/go\.test\.ts$/ },
  { what: "Java", usedBy: /\/languages\/java\.test\.ts$/ },
  { what: "Apache", usedBy: /\/apache\.fixture\.ts$/ },
  { what: "systemd", usedBy: /\/systemd\.test\.ts$/ },
  { what: "Prometheus", usedBy: /\/prometheus\.fixture\.ts$/ },
  { what: "curl", usedBy: /\/languages\/curl\.test\.ts$/ },
];

/** The dialects that `DIALECTS` may name. SQLite is in Node and is always tested. */
const DIALECTS = ["sqlite", ...NEEDS.flatMap(({ dialect }) => dialect ?? [])];

/** Test files that are left out for one reason. */
export interface LeftOut {
  readonly what: string;
  /** Why, and what to do about it. */
  readonly why: string;
  readonly files: readonly string[];
}

export interface Selection {
  readonly files: readonly string[];
  readonly leftOut: readonly LeftOut[];
}

/** What `DIALECTS` leaves out, by its `what`. @throws TypeError if it names an unknown dialect */
export function dialectsLeftOut(dialects: string | undefined): string[] {
  if (dialects === undefined || dialects === "") return [];
  const chosen = dialects.split(",").map((name) => name.trim());
  const unknown = chosen.filter((name) => !DIALECTS.includes(name));
  if (unknown.length > 0)
    throw new TypeError(`DIALECTS: no dialect ${unknown.join(", ")}; write ${DIALECTS.join(",")}`);
  return NEEDS.flatMap(({ what, dialect }) => (dialect === undefined || chosen.includes(dialect) ? [] : [what]));
}

/** Splits test files into those that can run and those that need something that is not there. */
export function selectTests(
  graph: ImportGraph,
  files: readonly string[],
  unavailable: ReadonlyMap<string, string>,
): Selection {
  const needs = NEEDS.filter(({ what }) => unavailable.has(what));
  const missingFor = new Map(
    files.map((file) => {
      const reached = [...reachableFrom(graph, file)];
      return [file, needs.find(({ usedBy }) => reached.some((path) => usedBy.test(`/${path}`)))?.what] as const;
    }),
  );
  return {
    files: files.filter((file) => missingFor.get(file) === undefined),
    leftOut: needs
      .map(({ what }) => ({
        what,
        why: unavailable.get(what) ?? "",
        files: files.filter((file) => missingFor.get(file) === what),
      }))
      .filter((one) => one.files.length > 0),
  };
}

/** Test files that start no other program, so that they run wherever Node does. */
export function portableTests(graph: ImportGraph, files: readonly string[]): string[] {
  return files.filter((file) => !reachableFrom(graph, file).has("node:child_process"));
}

/** The imports of every file that a test could reach. */
export function readTestGraph(): ImportGraph {
  const exclude = ["**/node_modules/**", "**/dist/**", "**/miniprogram_dist/**"];
  const files = globSync("**/*.{ts,js}", { cwd: ROOT, exclude });
  return readImportGraph(
    ROOT,
    files.map((file) => file.split(sep).join("/")),
  );
}

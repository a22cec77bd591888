// Which tests can run on this machine. What a test needs shows in what it imports: the fixture that starts a server.
import { globSync } from "node:fs";
import { sep } from "node:path";
import { type ImportGraph, reachableFrom, readImportGraph } from "./import-graph.ts";
import { ROOT } from "./run-command.ts";

/** A system package, by its `what` in install-system-packages.ts, and the files that start something of it. */
interface Need {
  readonly what: string;
  readonly startedBy: RegExp;
  /** The word for it in `DIALECTS`. */
  readonly dialect?: string;
}

const NEEDS: readonly Need[] = [
  { what: "PostgreSQL", startedBy: /\/postgres-server\.fixture\.ts$/, dialect: "postgres" },
  { what: "MariaDB", startedBy: /\/mariadb-server\.fixture\.ts$/, dialect: "mariadb" },
  { what: "Redis", startedBy: /\/redis-server\.fixture\.ts$/ },
  { what: "nginx", startedBy: /\/shipped-proxy\.fixture\.ts$/ },
  { what: "HAProxy", startedBy: /\/shipped-proxy\.fixture\.ts$/ },
  { what: "PyJWT", startedBy: /\/foreign-verifiers\.test\.ts$/ },
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
      return [file, needs.find(({ startedBy }) => reached.some((path) => startedBy.test(`/${path}`)))?.what] as const;
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

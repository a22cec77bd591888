import { readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { importsOf } from "./source-text.ts";

/** Files by their path with `/`, and what each imports, in its order. */
export type ImportGraph = ReadonlyMap<string, readonly GraphImport[]>;

/** One import: another file of the graph, or a module's name. */
export interface GraphImport {
  /** A path from the root for a relative import, the specifier otherwise. */
  readonly target: string;
  readonly line: number;
}

/** A cycle of imports, named where it closes. */
export interface Cycle {
  readonly file: string;
  readonly line: number;
  /** From the first file to itself. */
  readonly path: readonly string[];
}

/** The path that a relative import of a file means, from the same root. */
export function resolveImport(file: string, specifier: string): string {
  return specifier.startsWith(".") ? posix.normalize(posix.join(posix.dirname(file), specifier)) : specifier;
}

/** Reads the imports of files below a root. */
export function readImportGraph(root: string, files: readonly string[]): ImportGraph {
  return new Map(
    files.map((file) => {
      const imports = importsOf(readFileSync(join(root, file), "utf8"));
      return [file, imports.map(({ specifier, line }) => ({ target: resolveImport(file, specifier), line }))];
    }),
  );
}

/** Every file and module that a file imports, itself and what those import included. */
export function reachableFrom(graph: ImportGraph, file: string): ReadonlySet<string> {
  const reached = new Set<string>();
  const open = [file];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (reached.has(next)) continue;
    reached.add(next);
    open.push(...(graph.get(next) ?? []).map(({ target }) => target));
  }
  return reached;
}

/** The cycles of a graph; type imports count, since they tie files together as much. */
export function findCycles(graph: ImportGraph): Cycle[] {
  const found: Cycle[] = [];
  const path: string[] = [];
  const done = new Set<string>();
  const visit = (file: string): void => {
    path.push(file);
    for (const { target, line } of graph.get(file) ?? []) {
      if (!graph.has(target) || done.has(target)) continue;
      const start = path.indexOf(target);
      if (start < 0) visit(target);
      else found.push({ file, line, path: [...path.slice(start), target] });
    }
    path.pop();
    done.add(file);
  };
  for (const file of graph.keys()) if (!done.has(file)) visit(file);
  return found;
}

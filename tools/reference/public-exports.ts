// Reads the public entries of a package with the compiler in use: what each one exports, and what its comment says.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Node } from "typescript/unstable/ast";
import { isClassDeclaration, isFunctionDeclaration, isVariableDeclaration } from "typescript/unstable/ast/is";
import { API, type Checker, type Symbol as CompilerSymbol, type Project, SymbolFlags } from "typescript/unstable/sync";

/** One name that an entry exports. */
export interface PublicExport {
  readonly name: string;
  /** Its declaration without bodies. */
  readonly declaration: string;
  /** Its comment; empty if it has none. */
  readonly comment: string;
}

/** What may be imported by one specifier, such as `hufu/verify`. */
export interface PublicEntry {
  readonly specifier: string;
  readonly exports: readonly PublicExport[];
}

interface Manifest {
  readonly name: string;
  readonly exports: Readonly<Record<string, string | Readonly<Record<string, unknown>>>>;
}

/** The entries of packages in these folders, below a root whose tsconfig.json knows their sources. */
export function readPublicEntries(root: string, folders: readonly string[]): PublicEntry[] {
  const api = new API({ cwd: root });
  try {
    const snapshot = api.updateSnapshot({ openProjects: [join(root, "tsconfig.json")] });
    const [project] = snapshot.getProjects();
    if (project === undefined) throw new Error(`${root}/tsconfig.json: the compiler opened no project`);
    return folders.flatMap((folder) =>
      sourcesOf(join(root, folder)).map(({ specifier, file }) => ({ specifier, exports: readExports(project, file) })),
    );
  } finally {
    api.close();
  }
}

function sourcesOf(folder: string): { readonly specifier: string; readonly file: string }[] {
  const manifest: Manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  return Object.entries(manifest.exports).flatMap(([subpath, target]) => {
    const source = typeof target === "string" ? undefined : target["@hufu/source"];
    if (typeof source !== "string") return [];
    return [{ specifier: manifest.name + subpath.slice(1), file: join(folder, source) }];
  });
}

function readExports(project: Project, file: string): PublicExport[] {
  const { checker, program } = project;
  const source = program.getSourceFile(file);
  const module = source === undefined ? undefined : checker.getSymbolAtLocation(source);
  if (module === undefined) throw new Error(`${file}: the compiler finds no module`);
  return [...module.getExports().values()]
    .map((symbol) => readExport(project, symbol.name, targetOf(checker, symbol)))
    .toSorted((a, b) => a.name.localeCompare(b.name, "en"));
}

function targetOf(checker: Checker, symbol: CompilerSymbol): CompilerSymbol {
  return (symbol.flags & SymbolFlags.Alias) === 0 ? symbol : checker.getAliasedSymbol(symbol);
}

function readExport(project: Project, name: string, symbol: CompilerSymbol): PublicExport {
  const nodes = symbol.declarations.flatMap((handle) => handle.resolve(project) ?? []);
  return {
    name,
    comment: symbol.getDocumentationComment(project.checker).trim(),
    declaration: nodes.map((node) => declarationOf(project, symbol, node)).join("\n"),
  };
}

function declarationOf({ checker }: Project, symbol: CompilerSymbol, node: Node): string {
  if (isVariableDeclaration(node)) {
    const type = checker.getTypeOfSymbol(symbol);
    return `const ${symbol.name}: ${type === undefined ? "unknown" : checker.typeToString(type, node)};`;
  }
  const text = isFunctionDeclaration(node)
    ? withoutBody(node, node.body)
    : isClassDeclaration(node)
      ? classWithoutBodies(node)
      : node.getText();
  return text.replace(/^export /, "");
}

function withoutBody(node: Node, body: Node | undefined): string {
  const source = node.getSourceFile().text;
  const end = body === undefined ? node.end : body.pos;
  return `${source.slice(node.getStart(), end).trim().replace(/;$/, "")};`;
}

function classWithoutBodies(node: Node & { readonly members: Iterable<Node> }): string {
  const members = [...node.members].map((member) => {
    const body = "body" in member ? (member as Node & { readonly body?: Node }).body : undefined;
    return `  ${withoutBody(member, body)}`;
  });
  const [first] = node.members;
  const head = node
    .getSourceFile()
    .text.slice(node.getStart(), first === undefined ? node.end : first.pos)
    .trim();
  return [head, ...members, "}"].join("\n");
}

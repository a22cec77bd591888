import { readFileSync, statSync } from "node:fs";
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import type { Callable, Realm } from "./realm.ts";

/** The CommonJS modules of a mini program: each runs once, and there is nothing outside of its folder. */
export interface EnvironmentModules {
  /** @param path from the root, with or without `.js` @throws what the module throws */
  load(path: string): unknown;
}

type Wrapped = (require: unknown, module: object, exports: unknown) => void;

/** @throws TypeError if there is no such folder */
export function createEnvironmentModules(realm: Realm, folder: string): EnvironmentModules {
  const root = resolve(folder);
  if (statSync(root, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new TypeError(`root: there is no folder ${folder}`);
  }
  const modules = new Map<string, Record<string, unknown>>();
  /** The mini program, and packages that were found beside it. */
  const roots = new Set([root]);

  function run(file: string): unknown {
    const known = modules.get(file);
    if (known !== undefined) return known["exports"];
    const module = realm.fresh({ exports: realm.fresh() });
    modules.set(file, module);
    const code = readFileSync(file, "utf8");
    try {
      const wrapped = realm.run(`(function (require, module, exports) {${code}\n})`, file) as Wrapped;
      const require: Callable = (asked: unknown) => run(find(dirname(file), String(asked)));
      wrapped(realm.expose(require), module, module["exports"]);
    } catch (error) {
      modules.delete(file);
      throw error;
    }
    return module["exports"];
  }

  /**
   * As the platform does: relative paths, and packages from the nearest built `miniprogram_npm`. A package that was not
   * built is taken from `node_modules`, from the folder that DevTools would build it from.
   */
  function find(from: string, asked: string): string {
    const isPath = /^\.{0,2}\//.test(asked);
    const places = isPath
      ? [asked.startsWith("/") ? join(root, asked) : join(from, asked)]
      : [...foldersUpTo(from).map((place) => join(place, "miniprogram_npm", asked)), ...unbuilt(root, asked)];
    for (const file of places.flatMap((place) => [place, `${place}.js`, join(place, "index.js")])) {
      const isInside = [...roots].some((folder) => isBelow(folder, file));
      if (isInside && file.endsWith(".js") && statSync(file, { throwIfNoEntry: false })?.isFile() === true) return file;
    }
    const advice = isPath ? "" : `; npm install ${packageIn(asked)}, or build npm in DevTools`;
    throw new Error(`module '${asked}' is not defined${advice}`);
  }

  /** Where a package that was only installed keeps its mini-program build; its folder may be read from then on. */
  function unbuilt(from: string, asked: string): readonly string[] {
    const name = packageIn(asked);
    for (let at = from; ; at = dirname(at)) {
      const folder = join(at, "node_modules", name);
      const build = miniProgramBuildOf(folder);
      if (build !== undefined) {
        roots.add(build);
        return [join(build, asked.slice(name.length + 1) || "index")];
      }
      if (at === dirname(at)) return [];
    }
  }

  function foldersUpTo(from: string): string[] {
    const folders: string[] = [];
    for (let at = from; at === root || isBelow(root, at); at = dirname(at)) folders.push(at);
    return folders;
  }

  return Object.freeze({ load: (path: string) => run(find(root, `./${path}`)) });
}

function isBelow(root: string, file: string): boolean {
  const way = relative(root, file);
  return way !== "" && way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

/** `@hufu/client/texts` → `@hufu/client`. */
function packageIn(asked: string): string {
  return asked
    .split("/")
    .slice(0, asked.startsWith("@") ? 2 : 1)
    .join("/");
}

/** The folder that the package's `miniprogram` names. */
function miniProgramBuildOf(folder: string): string | undefined {
  const file = join(folder, "package.json");
  if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true) return undefined;
  const manifest: unknown = JSON.parse(readFileSync(file, "utf8"));
  const build: unknown =
    typeof manifest === "object" && manifest !== null ? Reflect.get(manifest, "miniprogram") : undefined;
  return join(folder, typeof build === "string" ? build : "miniprogram_dist");
}

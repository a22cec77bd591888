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

  /** As the platform does: relative paths, and packages from the nearest built `miniprogram_npm`. */
  function find(from: string, asked: string): string {
    const places = /^\.{0,2}\//.test(asked)
      ? [asked.startsWith("/") ? join(root, asked) : join(from, asked)]
      : foldersUpTo(from).map((place) => join(place, "miniprogram_npm", asked));
    for (const file of places.flatMap((place) => [place, `${place}.js`, join(place, "index.js")])) {
      if (isBelow(root, file) && file.endsWith(".js") && statSync(file, { throwIfNoEntry: false })?.isFile() === true) {
        return file;
      }
    }
    throw new Error(`module '${asked}' is not defined`);
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

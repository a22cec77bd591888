import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { createContext, runInContext } from "node:vm";
import type { Life } from "./callbacks.ts";
import { createMiniApp, type MiniApp } from "./mini-app.ts";
import type { PhoneClock } from "./phone-clock.ts";

/**
 * The JavaScript world of a mini program: only the globals that a phone has, and no code made of text. There is no `URL`,
 * `TextEncoder`, `fetch`, `crypto`, `atob`, `queueMicrotask`, `process` or `Buffer`, whatever DevTools may have. `global`
 * is an empty object, because what uni-app builds looks at it.
 */
export interface MiniWorld extends MiniApp {
  /** Runs a CommonJS file below the root, once, and answers what it exports. */
  require(file: string): unknown;
}

export interface MiniWorldOptions {
  /** The folder of the mini program; nothing outside of it can be required. */
  readonly root: string;
  /** `macrotask`: promises as iOS up to 15 has them, where `.then` runs as a timer would. Default `microtask`. */
  readonly promises?: "microtask" | "macrotask";
  /** Where `console` goes. Default: nowhere. */
  readonly console?: (level: string, args: readonly unknown[]) => void;
}

/** `Date` by the phone's clock, in the world's own words. */
const DATE = `(now => {
  const Real = Date;
  const Phone = function Date(...parts) {
    if (new.target === undefined) return new Real(now()).toString();
    return parts.length === 0 ? new Real(now()) : new Real(...parts);
  };
  Phone.prototype = Real.prototype;
  Phone.now = now;
  Phone.parse = Real.parse;
  Phone.UTC = Real.UTC;
  globalThis.Date = Phone;
})`;

/** A promise whose callbacks wait for a timer. */
const SLOW_PROMISE = `(setTimeout => {
  const Real = Promise;
  class Slow extends Real {
    then(done, failed) {
      const slowly = callback => typeof callback !== "function" ? callback
        : value => new Real((resolve, reject) => setTimeout(() => { try { resolve(callback(value)); } catch (error) { reject(error); } }, 0));
      return super.then(slowly(done), slowly(failed));
    }
  }
  globalThis.Promise = Slow;
})`;

/** @throws TypeError if there is no such folder */
export function createMiniWorld(
  parts: { readonly life: Life; readonly clock: PhoneClock; readonly wx: object },
  options: MiniWorldOptions,
): MiniWorld {
  const { life, clock, wx } = parts;
  const root = resolve(options.root);
  if (!existsSync(root)) throw new TypeError(`there is no folder ${options.root}`);
  const timers = createTimers(life, clock);
  const app = createMiniApp(life, (path) => require(`${path}.js`));
  const write = options.console ?? (() => undefined);
  const levels = ["log", "info", "warn", "error", "debug"].map(
    (level) => [level, (...args: unknown[]) => write(level, args)] as const,
  );
  const context = createContext(
    Object.assign(Object.create(null), {
      wx,
      global: {},
      console: Object.fromEntries(levels),
      ...timers,
      ...app.globals,
    }),
    { codeGeneration: { strings: false, wasm: false } },
  );
  runInContext(DATE, context)(clock.now);
  if (options.promises === "macrotask") runInContext(SLOW_PROMISE, context)(timers.setTimeout);

  const modules = new Map<string, { exports: unknown }>();
  function load(file: string): unknown {
    const known = modules.get(file);
    if (known !== undefined) return known.exports;
    const loaded = { exports: {} as unknown };
    modules.set(file, loaded);
    const code = readFileSync(file, "utf8");
    const wrapped = runInContext(`(function (require, module, exports) {${code}\n})`, context, { filename: file });
    wrapped((asked: string) => load(find(dirname(file), asked)), loaded, loaded.exports);
    return loaded.exports;
  }

  /** As the platform does: relative paths, and packages from the built `miniprogram_npm`. */
  function find(folder: string, asked: string): string {
    const candidates = /^\.{0,2}\//.test(asked)
      ? [asked.startsWith("/") ? join(root, asked) : join(folder, asked)]
      : [join(root, "miniprogram_npm", asked)];
    for (const candidate of candidates.flatMap((one) => [one, `${one}.js`, join(one, "index.js")])) {
      const outside = relative(root, candidate).startsWith("..");
      if (!outside && existsSync(candidate) && candidate.endsWith(".js")) return candidate;
    }
    throw new Error(`module '${asked}' is not defined`);
  }

  function require(file: string): unknown {
    return load(find(root, `./${file}`));
  }
  return Object.freeze({ ...app.driver, require });
}

function createTimers(life: Life, clock: PhoneClock) {
  const running = new Map<number, () => void>();
  let last = 0;
  const start = (run: () => void, ms: number, again: boolean): number => {
    last += 1;
    const id = last;
    const wait = (): void => {
      running.set(
        id,
        clock.after(ms, () => {
          if (!life.alive) return;
          if (again) wait();
          else running.delete(id);
          life.call(run);
        }),
      );
    };
    wait();
    return id;
  };
  const stop = (id: number): void => {
    running.get(id)?.();
    running.delete(id);
  };
  return {
    setTimeout: (run: (...args: unknown[]) => void, ms = 0, ...args: unknown[]) => start(() => run(...args), ms, false),
    setInterval: (run: (...args: unknown[]) => void, ms = 0, ...args: unknown[]) => start(() => run(...args), ms, true),
    clearTimeout: stop,
    clearInterval: stop,
  };
}

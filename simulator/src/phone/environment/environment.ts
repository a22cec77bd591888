import type { EnterOptions } from "../launch.ts";
import type { PhoneClock } from "../phone-clock.ts";
import type { Life } from "./lives.ts";
import { createMiniApp, type MiniApp, type MiniAppParts } from "./mini-app.ts";
import { createEnvironmentModules } from "./modules.ts";
import { createRealm } from "./realm.ts";
import { createEnvironmentTimers } from "./timers.ts";

/**
 * The JavaScript environment of a mini program: only the globals that a phone has, and no code made of text. There is no `URL`,
 * `TextEncoder`, `fetch`, `crypto`, `atob`, `queueMicrotask`, `process` or `Buffer`, whatever DevTools may have. `global`
 * is an empty object, because what uni-app builds looks at it.
 */
export interface MiniEnvironment extends MiniApp {
  /** Runs a CommonJS file below the root, once, and answers what it exports. @throws what the file throws */
  require(file: string): unknown;
}

/** The mini program that runs on a simulated phone, and how. */
export interface MiniEnvironmentOptions {
  /** The folder of the mini program; nothing outside of it can be required. */
  readonly root: string;
  /** `macrotask`: promises as iOS up to 15 has them, where `.then` runs as a timer would. Default `microtask`. */
  readonly promises?: "microtask" | "macrotask" | undefined;
  /** Where `console` goes. Default: the console of this process. */
  readonly console?: (level: string, args: readonly unknown[]) => void;
}

/** A environment, and how its phone tells it that it comes and goes. */
export interface MiniEnvironmentParts extends Pick<MiniAppParts, "show" | "hide"> {
  readonly environment: MiniEnvironment;
}

const LEVELS = ["log", "info", "warn", "error", "debug"];

function writeHere(level: string, args: readonly unknown[]): void {
  const write: unknown = Reflect.get(console, level);
  if (typeof write === "function") write.apply(console, [...args]);
}

/** @throws TypeError if there is no such folder, or no such kind of promises */
export function createMiniEnvironment(
  parts: { readonly life: Life; readonly clock: PhoneClock; readonly wx: object; readonly launch: EnterOptions },
  { root, promises = "microtask", console: write = writeHere }: MiniEnvironmentOptions,
): MiniEnvironmentParts {
  const { life, clock, wx, launch } = parts;
  if (promises !== "microtask" && promises !== "macrotask") throw new TypeError("promises: microtask or macrotask");
  const timers = createEnvironmentTimers(life, clock);
  const realm = createRealm({ now: clock.now, promises, setTimeout: timers.setTimeout });
  const modules = createEnvironmentModules(realm, root);
  const app = createMiniApp({ life, clock, realm, launch, load: modules.load });

  const levels = LEVELS.map((level) => [
    level,
    realm.expose((...args: unknown[]) => write(level, args.map(realm.take))),
  ]);
  const timersThere = Object.entries(timers).map(([name, timer]) => [name, realm.expose(timer)]);
  const globals: object = { ...Object.fromEntries(timersThere), ...app.globals };
  for (const [name, value] of Object.entries(globals)) realm.define(name, value);
  realm.define("console", realm.fresh(Object.fromEntries(levels)));
  realm.define("global", realm.fresh());
  realm.define("wx", realm.bring({ ...wx }));

  return {
    environment: Object.freeze({ ...app.driver, require: modules.load }),
    show: app.show,
    hide: app.hide,
  };
}

import type { Life } from "./callbacks.ts";

type Members = Record<string, unknown>;

/** A page that is open, as a test drives it. */
export interface OpenPage {
  readonly data: Readonly<Record<string, unknown>>;
  /** Calls one of the page's methods, as an event of its template does. Answers what the method answers. */
  call(method: string, event?: unknown): unknown;
  show(): void;
  hide(): void;
  unload(): void;
}

/** A mini program, as a test drives it. */
export interface MiniApp {
  /** Runs `App`'s `onLaunch` and `onShow`; `app.js` must have been required. */
  launch(options?: object): void;
  /** Opens a page of the mini program: `onLoad`, `onShow`, `onReady`. */
  openPage(path: string, query?: Readonly<Record<string, string>>): OpenPage;
  /** What `getApp()` answers. */
  getApp(): Members;
}

export interface MiniAppParts {
  readonly globals: Readonly<Record<string, unknown>>;
  readonly driver: MiniApp;
}

export function createMiniApp(life: Life, load: (path: string) => unknown): MiniAppParts {
  let app: Members = {};
  let defined: Members | undefined;
  const pages: object[] = [];

  /** A definition with its methods bound to itself, as the framework does. */
  function instanceOf(definition: Members): Members {
    const instance: Members = { ...definition };
    for (const [name, member] of Object.entries(definition)) {
      if (typeof member === "function") instance[name] = member.bind(instance);
    }
    return instance;
  }
  function run(instance: Members, method: string, ...args: readonly unknown[]): unknown {
    const member = instance[method];
    let result: unknown;
    if (typeof member === "function") {
      life.call(() => {
        result = member(...args);
      });
    }
    return result;
  }

  function openPage(path: string, query: Readonly<Record<string, string>> = {}): OpenPage {
    defined = undefined;
    load(path.replace(/^\//, ""));
    // A page's file runs once; opened again it is the same definition.
    const definition = defined ?? known.get(path);
    if (definition === undefined) throw new TypeError(`${path} defines no Page`);
    known.set(path, definition);
    const page = instanceOf(definition);
    page["data"] = structuredClone(page["data"] ?? {});
    page["route"] = path;
    page["setData"] = (change: Members, done?: () => void) => {
      for (const [place, value] of Object.entries(change)) setIn(page["data"] as Members, place, value);
      done?.();
    };
    pages.push(page);
    run(page, "onLoad", query);
    run(page, "onShow");
    run(page, "onReady");
    return {
      get data() {
        return page["data"] as Members;
      },
      call(method, event) {
        if (typeof page[method] !== "function") throw new TypeError(`${path} has no method "${method}"`);
        return run(page, method, event);
      },
      show: () => void run(page, "onShow"),
      hide: () => void run(page, "onHide"),
      unload: () => {
        pages.splice(pages.indexOf(page), 1);
        run(page, "onUnload");
      },
    };
  }

  const known = new Map<string, Members>();
  return {
    globals: {
      App: (definition: Members) => {
        app = instanceOf(definition);
      },
      Page: (definition: Members) => {
        defined = definition;
      },
      Component: (definition: Members) => {
        defined = definition;
      },
      Behavior: (definition: Members) => definition,
      getApp: () => app,
      getCurrentPages: () => [...pages],
    },
    driver: {
      launch(options = {}) {
        run(app, "onLaunch", options);
        run(app, "onShow", options);
      },
      openPage,
      getApp: () => app,
    },
  };
}

/** `orders[0].paid` and `user.name`, as `setData` takes them. */
function setIn(data: Members, place: string, value: unknown): void {
  const parts = place.replace(/\[(\d+)\]/g, ".$1").split(".");
  const last = parts.pop() ?? place;
  let at: Members = data;
  for (const part of parts) {
    if (typeof at[part] !== "object" || at[part] === null) at[part] = {};
    at = at[part] as Members;
  }
  at[last] = value;
}

import type { PhoneClock } from "../phone-clock.ts";
import { instanceOf, isThenable, type Members, runLifecycle, runMethod } from "./instance.ts";
import type { Life } from "./lives.ts";
import type { Realm } from "./realm.ts";

/** A page that is open, as a test drives it. */
export interface OpenPage {
  /** A copy of what it is now. */
  readonly data: Readonly<Record<string, unknown>>;
  /**
   * Calls one of the page's methods, as an event of its template does. Answers a copy of what the method answers, also where that is
   * a promise; what it throws comes with `phone.rethrow()`. @throws TypeError if there is no such method
   */
  call(method: string, event?: unknown): unknown;
  show(): void;
  hide(): void;
  /** Closes it; the page below is shown again. */
  unload(): void;
}

/** The pages that are open, the newest on top. */
export interface PageStack {
  /** Takes what `Page` is called with. */
  define(definition: Members): void;
  /** @throws TypeError if there is no such page */
  open(path: string, query?: Readonly<Record<string, string>>): OpenPage;
  list(): readonly Members[];
  showTop(): void;
  hideTop(): void;
}

export function createPageStack(parts: {
  readonly life: Life;
  readonly clock: PhoneClock;
  readonly realm: Realm;
  readonly load: (path: string) => unknown;
}): PageStack {
  const { life, clock, realm, load } = parts;
  // A page's file runs once; opened again it is the same definition.
  const known = new Map<string, Members>();
  const stack: Members[] = [];
  let defined: Members | undefined;

  function definitionOf(path: string): Members {
    defined = undefined;
    load(path);
    const definition = defined ?? known.get(path);
    if (definition === undefined) throw new TypeError(`${path} defines no Page`);
    known.set(path, definition);
    return definition;
  }

  function pageOf(path: string, query: unknown): Members {
    const page = instanceOf(realm, definitionOf(path));
    page["data"] = realm.copy(page["data"] ?? realm.fresh());
    page["route"] = path;
    page["options"] = query;
    page["setData"] = realm.expose((change: Members, done?: () => void) => {
      for (const [place, value] of Object.entries(change)) setIn(realm, page["data"] as Members, place, value);
      // Told when the view has been drawn, and no earlier than after this turn.
      if (typeof done === "function") clock.after(0, () => life.call(done));
    });
    return page;
  }

  const top = (): Members | undefined => stack.at(-1);
  const runOn = (page: Members | undefined, method: string, ...args: readonly unknown[]): void => {
    if (page !== undefined) runLifecycle(life, page, method, args);
  };

  return Object.freeze({
    define(definition: Members) {
      defined = definition;
    },
    open(asked: string, query: Readonly<Record<string, string>> = {}) {
      const path = asked.replace(/^\//, "");
      const said = realm.bring(query);
      const page = pageOf(path, said);
      runOn(top(), "onHide");
      stack.push(page);
      runOn(page, "onLoad", said);
      runOn(page, "onShow");
      runOn(page, "onReady");
      return {
        get data() {
          return realm.take(page["data"]) as Members;
        },
        call(method: string, event?: unknown) {
          if (typeof page[method] !== "function") throw new TypeError(`${path} has no method "${method}"`);
          const answer = runMethod(life, page, method, [realm.bring(event)]);
          return isThenable(answer) ? Promise.resolve(answer).then(realm.take) : realm.take(answer);
        },
        show: () => runOn(page, "onShow"),
        hide: () => runOn(page, "onHide"),
        unload() {
          const at = stack.indexOf(page);
          if (at < 0) return;
          const wasTop = page === top();
          stack.splice(at, 1);
          runOn(page, "onUnload");
          if (wasTop) runOn(top(), "onShow");
        },
      };
    },
    list: () => [...stack],
    showTop: () => runOn(top(), "onShow"),
    hideTop: () => runOn(top(), "onHide"),
  });
}

/** `orders[0].paid` and `user.name`, as `setData` takes them. */
function setIn(realm: Realm, data: Members, place: string, value: unknown): void {
  const parts = place.replace(/\[(\d+)\]/g, ".$1").split(".");
  const last = parts.pop() ?? place;
  let at = data;
  for (const part of parts) {
    if (typeof at[part] !== "object" || at[part] === null) at[part] = realm.fresh();
    at = at[part] as Members;
  }
  at[last] = value;
}

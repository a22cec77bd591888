import type { EnterOptions } from "../launch.ts";
import type { PhoneClock } from "../phone-clock.ts";
import { instanceOf, type Members, runMethod } from "./instance.ts";
import type { Life } from "./lives.ts";
import { createPageStack, type OpenPage, type PageStack } from "./page-stack.ts";
import type { Realm } from "./realm.ts";

/** A mini program, as a test drives it. */
export interface MiniApp {
  /** Runs `App`'s `onLaunch` and `onShow`; `app.js` must have been required. Default: what the phone knows about its launch. */
  launch(options?: object): void;
  /** Opens a page of the mini program, as `wx.navigateTo` would: `onLoad`, `onShow`, `onReady`; the page below is hidden. */
  openPage(path: string, query?: Readonly<Record<string, string>>): OpenPage;
  /** What `getApp()` answers. */
  getApp(): Members;
}

export interface MiniAppParts {
  readonly globals: Readonly<Record<string, unknown>>;
  readonly driver: MiniApp;
  /** The mini program comes and goes; the page on top and `App` are called. */
  show(enter: EnterOptions): void;
  hide(): void;
}

export function createMiniApp(parts: {
  readonly life: Life;
  readonly clock: PhoneClock;
  readonly realm: Realm;
  readonly load: (path: string) => unknown;
  readonly launch: EnterOptions;
}): MiniAppParts {
  const { life, realm } = parts;
  const pages: PageStack = createPageStack(parts);
  let app = realm.fresh();
  const run = (method: string, ...args: readonly unknown[]): void => void runMethod(life, app, method, args);

  return {
    globals: {
      App: realm.expose((definition: Members) => {
        app = instanceOf(realm, definition);
      }),
      Page: realm.expose((definition: Members) => pages.define(definition)),
      // A page may be a component; then its methods lie one level deeper.
      Component: realm.expose((definition: Members) => {
        pages.define({ ...definition, ...(definition["methods"] as Members | undefined) });
      }),
      Behavior: realm.expose((definition: Members) => definition),
      getApp: realm.expose(() => app),
      getCurrentPages: realm.expose(() => pages.list()),
    },
    driver: {
      launch(options = parts.launch) {
        const said = realm.bring(options);
        run("onLaunch", said);
        run("onShow", said);
      },
      openPage: pages.open,
      getApp: () => app,
    },
    show(enter) {
      run("onShow", realm.bring(enter));
      pages.showTop();
    },
    hide() {
      pages.hideTop();
      run("onHide");
    },
  };
}

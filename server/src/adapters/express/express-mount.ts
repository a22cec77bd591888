import { createRouter, type HufuEndpoints, type RouterOptions } from "../../http/router.ts";
import { checkHufu } from "../check-hufu.ts";
import { nodeEndpoints } from "../node-endpoints.ts";
import type { ExpressHandler } from "./express-types.ts";

/** What of an Express application or router is used here. */
export interface ExpressApp {
  use(handler: ExpressHandler): unknown;
}

/**
 * Puts all endpoints into an Express application or router, before or after its body parsers. It may itself live below
 * a path: the issuer's path counts from the root. The metadata is served where RFC 8414 looks for it as well; from
 * within a router below a path that place cannot be reached, from within an application it can.
 * @throws TypeError if this is no Hufu, such as the promise of one
 * @example
 * mount(app, hufu);
 */
export function mount(app: ExpressApp, hufu: HufuEndpoints, options: RouterOptions = {}): void {
  checkHufu(hufu);
  const router = createRouter(hufu, options);
  app.use(nodeEndpoints(router));
  const isMetadata = (path: string): boolean => path === router.metadataPath;
  forEachAncestor(app, (parent) => parent.use(nodeEndpoints(router, isMetadata)));
}

/** Applications that this one is mounted in by now or later. Express tells an application, but not a router. */
function forEachAncestor(app: object, visit: (parent: ExpressApp) => void): void {
  if ("parent" in app && isApp(app.parent)) {
    visit(app.parent);
    forEachAncestor(app.parent, visit);
  }
  if (!("on" in app) || typeof app.on !== "function") return;
  app.on("mount", (parent: unknown) => {
    if (!isApp(parent)) return;
    visit(parent);
    forEachAncestor(parent, visit);
  });
}

function isApp(value: unknown): value is ExpressApp {
  return typeof value === "function" && "use" in value && typeof value.use === "function";
}

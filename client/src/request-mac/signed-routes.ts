import type { PlatformCall } from "../runtime/runtime.ts";

/** Which requests carry a MAC: those of paths that the app names, and those whose guard has asked for one. */
export interface SignedRoutes {
  have(call: PlatformCall): boolean;
  /** A guard has asked for one here. */
  add(call: PlatformCall): void;
}

const ROUTES_MOST = 99;
const PATH = /^[a-z]+:\/\/[^/?#]*([^?#]*)/i;

/** @param paths such as `/payments`: it and everything below it */
export function createSignedRoutes(paths: readonly string[]): SignedRoutes {
  const asked = new Set<string>();
  const named = paths.map((path) => path.replace(/\/+$/, ""));
  return {
    have(call) {
      const path = pathOf(call);
      return asked.has(routeOf(call)) || named.some((name) => path === name || path.indexOf(`${name}/`) === 0);
    },
    add(call) {
      if (asked.size >= ROUTES_MOST) asked.clear();
      asked.add(routeOf(call));
    },
  };
}

function routeOf(call: PlatformCall): string {
  return `${call.method || ""} ${call.url.replace(/[?#].*$/, "")}`;
}

function pathOf({ url }: PlatformCall): string {
  const [, path = ""] = PATH.exec(url) || [];
  return path;
}

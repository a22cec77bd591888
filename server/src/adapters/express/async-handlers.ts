import type { IncomingMessage } from "node:http";

/** Express 4 calls each handler through a method of this name; Express 5 has another, and awaits handlers by itself. */
const METHOD = "handle_request";

/** What of a layer of Express 4 is used here. */
interface Layer {
  [METHOD](request: unknown, response: unknown, next: (error?: unknown) => void): void;
  readonly handle: (...args: readonly unknown[]) => unknown;
}

/** What leads to one, if this is Express 4. */
interface OfExpress {
  readonly app?: { readonly _router?: { readonly stack?: readonly Partial<Layer>[] } };
}

/** Each copy of Express 4 in the process has a prototype of its own. */
const changed = new WeakSet<object>();

/**
 * Express 4 drops the promise of an async handler, so that a refusal thrown there (`auth.ownerFilter`) would end the
 * process. From the first guarded request on, what its handlers reject with goes to `next`, as in Express 5.
 */
export function awaitHandlers(request: IncomingMessage): void {
  const layer = layerOf(request);
  if (layer === undefined) return;
  const prototype: Layer = Object.getPrototypeOf(layer);
  if (changed.has(prototype)) return;
  changed.add(prototype);
  prototype[METHOD] = function handleRequest(this: Layer, asked, response, next): void {
    const { handle } = this;
    // One with four parameters is for errors.
    if (handle.length > 3) {
      next();
      return;
    }
    try {
      const done = handle(asked, response, next);
      if (done instanceof Promise) done.catch((error: unknown) => next(error ?? new Error("a handler rejected")));
    } catch (error) {
      next(error);
    }
  };
}

/** Any layer of the application's router; `undefined` where this is not Express 4. */
function layerOf(request: IncomingMessage & OfExpress): Layer | undefined {
  const stack = request.app?._router?.stack;
  const [first] = Array.isArray(stack) ? stack : [];
  return isLayer(first) ? first : undefined;
}

function isLayer(layer: Partial<Layer> | undefined): layer is Layer {
  return typeof layer?.[METHOD] === "function" && typeof layer.handle === "function";
}

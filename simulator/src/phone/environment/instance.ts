import type { Life } from "./lives.ts";
import type { Callable, Realm } from "./realm.ts";

/** Data and methods of an app or a page. */
export type Members = Record<string, unknown>;

/** A definition as an object of its own whose methods are bound to it, as the framework does. */
export function instanceOf(realm: Realm, definition: Members): Members {
  const instance = realm.fresh(definition);
  for (const [name, member] of Object.entries(definition)) {
    if (typeof member === "function") instance[name] = member.bind(instance);
  }
  return instance;
}

/** Runs a method if there is one. What it throws is kept for the test. */
export function runMethod(life: Life, instance: Members, method: string, args: readonly unknown[]): unknown {
  const member = instance[method];
  if (typeof member !== "function") return undefined;
  let result: unknown;
  life.call(() => {
    result = (member as Callable)(...(args as never[]));
  });
  return result;
}

/** The same for what the platform calls: nobody waits for a promise of it, so its rejection is kept as well. */
export function runLifecycle(life: Life, instance: Members, method: string, args: readonly unknown[] = []): void {
  const result = runMethod(life, instance, method, args);
  if (isThenable(result)) result.then(undefined, (fault) => life.blame(fault));
}

/** A promise of whichever environment. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}

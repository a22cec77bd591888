import { createContext, runInContext } from "node:vm";

/** A function of ours that a environment may call. */
export type Callable = (...args: never[]) => unknown;

/** A JavaScript environment with objects of its own kind, and the ways in and out of it. */
export interface Realm {
  /** Runs code and answers what it comes to. */
  run(code: string, fileName?: string): unknown;
  /** Something of ours as if it had been made in the environment: on a phone everything is, and `instanceof` knows it. */
  bring(value: unknown): unknown;
  /** Objects and lists of the environment as ours, copied: a test's `deepEqual` knows one kind of them from the other. */
  take(value: unknown): unknown;
  /** A function of ours as one of the environment's, which is given what it is called with as it is. */
  expose(call: Callable): unknown;
  /** A new object of the environment with these members, as they are. */
  fresh(members?: object): Record<string, unknown>;
  /** A deep copy, as JSON copies. */
  copy(value: unknown): unknown;
  /** Puts a global there. */
  define(name: string, value: unknown): void;
}

export interface RealmOptions {
  readonly now: () => number;
  /** `macrotask`: promises as iOS up to 15 has them. */
  readonly promises: "microtask" | "macrotask";
  /** Of the environment's timers, for promises that wait for one. */
  readonly setTimeout: (run: () => void, ms: number) => unknown;
}

/** `Date` by the phone's clock, in the environment's own words. */
const DATE = `(now => {
  const Real = Date;
  const Phone = function Date(...parts) {
    if (new.target === undefined) return new Real(now()).toString();
    return parts.length === 0 ? new Real(now()) : new Real(...parts);
  };
  Phone.prototype = Real.prototype;
  Real.prototype.constructor = Phone;
  Phone.now = () => now();
  Phone.parse = Real.parse;
  Phone.UTC = Real.UTC;
  globalThis.Date = Phone;
})`;

/** Text is no code, with the one exception that the platform makes. */
const FUNCTION = `(() => {
  const Real = Function;
  const Phone = function Function(...parts) {
    if (parts.length === 1 && /^\\s*return this\\s*;?\\s*$/.test(parts[0])) return function anonymous() { return this; };
    return new Real(...parts);
  };
  Phone.prototype = Real.prototype;
  Real.prototype.constructor = Phone;
  globalThis.Function = Phone;
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
  Object.defineProperty(Slow, "name", { value: "Promise" });
  globalThis.Promise = Slow;
})`;

/** How the environment calls us: what we throw is thrown there, and nothing of ours stays in its hands. */
const WRAP = `(call => function (...args) {
  const answer = call(args);
  if (answer.failed) throw answer.value;
  return answer.value;
})`;

/** What the environment makes for us of its own kind. */
const MAKERS = `({
  object: () => ({}),
  array: () => [],
  bytes: length => new ArrayBuffer(length),
  date: ms => new Date(ms),
  error: (name, message) => {
    const Kind = { TypeError, RangeError, SyntaxError }[name] || Error;
    return new Kind(message);
  },
  promise: executor => new Promise(executor),
  view: bytes => new Uint8Array(bytes),
  copy: value => value === undefined ? undefined : JSON.parse(JSON.stringify(value)),
  prototypes: [Object.prototype, Array.prototype],
})`;

interface Makers {
  readonly object: () => Record<string, unknown>;
  readonly array: () => unknown[];
  readonly bytes: (length: number) => ArrayBuffer;
  readonly date: (ms: number) => Date;
  readonly error: (name: string, message: string) => Error;
  readonly promise: (
    executor: (resolve: (value: unknown) => void, reject: (error: unknown) => void) => void,
  ) => unknown;
  readonly view: (bytes: ArrayBuffer) => Uint8Array;
  readonly copy: (value: unknown) => unknown;
  readonly prototypes: readonly [object: object, list: object];
}

export function createRealm({ now, promises, setTimeout }: RealmOptions): Realm {
  const globals: Record<string, unknown> = Object.create(null);
  const context = createContext(globals, { codeGeneration: { strings: false, wasm: false } });
  const run = (code: string, fileName?: string): unknown =>
    runInContext(code, context, fileName === undefined ? {} : { filename: fileName });
  const wrap = run(WRAP) as (call: (args: readonly never[]) => object) => unknown;
  const lent = new WeakMap<Callable, unknown>();
  const heard = new WeakMap<object, unknown>();

  function expose(call: Callable): unknown {
    const known = lent.get(call) ?? wrap((args) => attempt(() => call(...args)));
    lent.set(call, known);
    return known;
  }
  function attempt(work: () => unknown): { readonly failed: boolean; readonly value: unknown } {
    try {
      return { failed: false, value: bring(work()) };
    } catch (error) {
      return { failed: true, value: bring(error) };
    }
  }

  // Before anything else is made there: what follows takes the environment's own words, and these are among them.
  (run(DATE) as (now: unknown) => void)(expose(now));
  (run(FUNCTION) as () => void)();
  if (promises === "macrotask") (run(SLOW_PROMISE) as (setTimeout: unknown) => void)(expose(setTimeout));
  const make = run(MAKERS) as Makers;
  // Phones have another word for it, and there is nothing to run here either way.
  run("delete globalThis.WebAssembly");

  function bring(value: unknown): unknown {
    if (typeof value === "function") return value instanceof Function ? lend(value as Callable) : value;
    if (typeof value !== "object" || value === null) return value;
    if (value instanceof Promise) {
      return make.promise((resolve, reject) => {
        value.then(
          (result) => resolve(bring(result)),
          (error) => reject(bring(error)),
        );
      });
    }
    if (value instanceof Error) return make.error(value.name, value.message);
    if (value instanceof Date) return make.date(value.getTime());
    if (value instanceof ArrayBuffer) {
      const bytes = make.bytes(value.byteLength);
      make.view(bytes).set(new Uint8Array(value));
      return bytes;
    }
    if (Array.isArray(value) && Object.getPrototypeOf(value) === Array.prototype) {
      const list = make.array();
      for (const item of value) list.push(bring(item));
      return list;
    }
    // Of the environment already, or nothing that it could have made.
    if (Object.getPrototypeOf(value) !== Object.prototype) return value;
    const object = make.object();
    for (const [name, member] of Object.entries(value)) object[name] = bring(member);
    return object;
  }

  /** A function of ours as one of the environment's. What it is given back, by call or by callback, is brought. */
  function lend(call: Callable): unknown {
    const known = lent.get(call) ?? expose((...args: never[]) => call(...(args.map(taken) as never[])));
    lent.set(call, known);
    return known;
  }
  const [plainObject, plainList] = make.prototypes;
  function take(
    value: unknown,
    ofFunction: (given: Callable) => unknown = (given) => given,
    known = new Map(),
  ): unknown {
    if (typeof value === "function") return ofFunction(value as Callable);
    if (typeof value !== "object" || value === null) return value;
    const kind: unknown = Object.getPrototypeOf(value);
    if (kind !== plainObject && kind !== plainList) return value;
    const taken: object = known.get(value) ?? (kind === plainList ? [] : {});
    if (known.has(value)) return taken;
    known.set(value, taken);
    return Object.assign(
      taken,
      Object.fromEntries(Object.entries(value).map(([name, member]) => [name, take(member, ofFunction, known)])),
    );
  }
  /** What a call is given, with its callbacks, so that they are called only for their own environment. */
  const taken = (given: unknown): unknown => take(given, listening);
  function listening(callback: Callable): unknown {
    const known = heard.get(callback) ?? ((...args: unknown[]) => callback(...(args.map(bring) as never[])));
    heard.set(callback, known);
    return known;
  }

  return Object.freeze({
    run,
    bring,
    take: (value: unknown) => take(value),
    expose,
    fresh: (members: object = {}) => Object.assign(make.object(), members),
    copy: make.copy,
    define(name: string, value: unknown) {
      globals[name] = value;
    },
  });
}

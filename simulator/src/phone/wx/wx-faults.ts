import type { Life } from "../environment/lives.ts";
import type { PhoneClock } from "../phone-clock.ts";

/** A way in which a call of the platform goes wrong that its documentation does not mention. */
export type WxFault =
  /** It never calls back; its work is done all the same. */
  | "silent"
  /** It throws a TypeError at once. */
  | "throws"
  /** It calls back twice. */
  | "twice"
  /** Its `timeout` has no effect. Network calls and login only. */
  | "ignores-timeout"
  /** `abort()` ends it without a callback. Network calls only. */
  | "ignores-abort"
  /** It never calls back, and its task has no `abort`. Network calls only. */
  | "cannot-abort"
  /** It calls back so many of the phone's milliseconds late. */
  | { readonly lateBy: number }
  /** It does nothing and fails with this, which may be of any type. */
  | { readonly failsWith: unknown }
  /** It does nothing and succeeds with this, which may be of any type. */
  | { readonly succeedsWith: unknown }
  /** It succeeds with what this function makes of the documented result. */
  | { readonly result: (result: unknown) => unknown };

const CALLS = [
  "login",
  "request",
  "uploadFile",
  "downloadFile",
  "getStorage",
  "setStorage",
  "getRandomValues",
] as const;

/** The calls of `wx` that can go wrong on order. */
export type WxCall = (typeof CALLS)[number];

/** The faults ordered for a phone's calls, first ordered, first met. */
export interface WxFaults {
  /** Makes the next `times` calls go wrong. Default: all that follow. @throws TypeError for an unknown call */
  order(call: WxCall, fault: WxFault, times?: number): void;
  take(call: string): WxFault | undefined;
  /** Forgets all faults. */
  heal(): void;
}

export function createWxFaults(): WxFaults {
  let ordered: { readonly call: string; readonly fault: WxFault; left: number }[] = [];
  return {
    order(call, fault, times = Number.POSITIVE_INFINITY) {
      if (!CALLS.some((known) => known === call))
        throw new TypeError(`fault: "${call}" is none of ${CALLS.join(", ")}`);
      if (!(times >= 1)) throw new TypeError("times: a number from 1 up");
      ordered.push({ call, fault, left: times });
    },
    take(call) {
      const next = ordered.find((one) => one.call === call);
      if (next === undefined) return undefined;
      next.left -= 1;
      if (next.left <= 0) ordered = ordered.filter((one) => one !== next);
      return next.fault;
    },
    heal() {
      ordered = [];
    },
  };
}

interface Options {
  readonly success?: (result: unknown) => void;
  readonly fail?: (failure: unknown) => void;
  readonly complete?: (outcome: unknown) => void;
  readonly timeout?: number;
}

const NEVER_MS = 2 ** 31 - 1;

/** Puts the ordered faults into the calls of a `wx` object. */
export function applyFaults(wx: object, faults: WxFaults, life: Life, clock: PhoneClock): void {
  for (const name of CALLS) {
    const original: unknown = Reflect.get(wx, name);
    if (typeof original !== "function") continue;
    const call = (options: unknown): unknown => Reflect.apply(original, wx, [options]);
    Reflect.set(wx, name, (options: Options) => {
      const fault = faults.take(name);
      return fault === undefined ? call(options) : faultyCall(name, call, options, fault, life, clock);
    });
  }
}

function faultyCall(
  name: string,
  call: (options: unknown) => unknown,
  options: Options,
  fault: WxFault,
  life: Life,
  clock: PhoneClock,
): unknown {
  const { success, fail, complete } = options;
  const succeed = (result: unknown): void => {
    life.call(success, result);
    life.call(complete, result);
  };
  const failWith = (failure: unknown): void => {
    life.call(fail, failure);
    life.call(complete, failure);
  };
  const quiet = { success: undefined, fail: undefined, complete: undefined };
  const withCallbacks = (onSuccess: (result: unknown) => void, onFail: (failure: unknown) => void): unknown =>
    call({ ...options, ...quiet, success: onSuccess, fail: onFail });

  if (fault === "silent") return withCallbacks(nothing, nothing);
  if (fault === "throws") throw new TypeError(`wx.${name} is not a function`);
  if (fault === "twice") return withCallbacks(twice(succeed), twice(failWith));
  if (fault === "ignores-timeout") return call({ ...options, timeout: NEVER_MS });
  if (fault === "cannot-abort") return Object.assign({}, withCallbacks(nothing, nothing), { abort: undefined });
  if (fault === "ignores-abort") return withoutAbort(withCallbacks, succeed, failWith);
  if ("lateBy" in fault) {
    const late = (settle: (value: unknown) => void) => (value: unknown) => {
      clock.after(fault.lateBy, () => settle(value));
    };
    return withCallbacks(late(succeed), late(failWith));
  }
  if ("failsWith" in fault) {
    clock.after(0, () => failWith(fault.failsWith));
    return undefined;
  }
  if ("succeedsWith" in fault) {
    clock.after(0, () => succeed(fault.succeedsWith));
    return undefined;
  }
  return withCallbacks((result) => succeed(fault.result(result)), failWith);
}

function withoutAbort(
  start: (onSuccess: (result: unknown) => void, onFail: (failure: unknown) => void) => unknown,
  succeed: (result: unknown) => void,
  failWith: (failure: unknown) => void,
): unknown {
  let isAborted = false;
  const unless = (settle: (value: unknown) => void) => (value: unknown) => {
    if (!isAborted) settle(value);
  };
  const task = start(unless(succeed), unless(failWith)) as { abort(): void };
  return {
    ...task,
    abort() {
      isAborted = true;
      task.abort();
    },
  };
}

function twice(settle: (value: unknown) => void): (value: unknown) => void {
  return (value) => {
    settle(value);
    settle(value);
  };
}

function nothing(): void {}

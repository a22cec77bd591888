import type { Life } from "../environment/lives.ts";

/** How the platform takes callbacks. */
export interface Callbacks<Success> {
  readonly success?: (result: Success) => void;
  readonly fail?: (failure: Failure) => void;
  readonly complete?: (result: Success | Failure) => void;
}

/** What `fail` is given. */
export interface Failure {
  readonly errMsg: string;
  readonly errno?: number;
}

/** What a call answers where nothing but its success is of interest. */
export interface Okay {
  readonly errMsg: string;
}

/** What an asynchronous call answers: a promise, but only where none of the three callbacks is given. */
export type Answer<Options, Success> = Options extends
  | { readonly success: unknown }
  | { readonly fail: unknown }
  | { readonly complete: unknown }
  ? undefined
  : Promise<Success>;

type Work<Success> = (succeed: (result: Success) => void, fail: (failure: Failure) => void) => void;

/**
 * Runs an asynchronous call of the platform: callbacks if any are given, else a promise, as most of `wx` does.
 * @param work calls one of the two that it is given; the first counts
 */
export function settle<Options extends Callbacks<Success>, Success>(
  life: Life,
  name: string,
  options: Options,
  work: Work<Success>,
): Answer<Options, Success> {
  const { success, fail, complete } = options;
  const asked = success !== undefined || fail !== undefined || complete !== undefined;
  if (asked) callBack(life, name, options, work);
  const answer = asked
    ? undefined
    : new Promise<Success>((resolve, reject) => callBack(life, name, { success: resolve, fail: reject }, work));
  return answer as Answer<Options, Success>;
}

/** The same for the calls that answer no promise, whether or not anybody listens. */
export function callBack<Success>(life: Life, name: string, options: Callbacks<Success>, work: Work<Success>): void {
  // A process that was killed asks for nothing any more.
  if (!life.alive) return;
  const settled = life.promise(name);
  let done = false;
  const end = (tell: () => void, result: Success | Failure): void => {
    if (done) return;
    done = true;
    settled();
    tell();
    life.call(options.complete, result);
  };
  work(
    (result) => end(() => life.call(options.success, result), result),
    (failure) => end(() => life.call(options.fail, failure), failure),
  );
}

import { setImmediate } from "node:timers";

/** @throws if `work` takes longer than `ms` milliseconds; what comes of it then is nobody's any more */
export function answerWithin<Result>(ms: number, work: Promise<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      // One more turn, in which an answer is read that came while this process was busy.
      setImmediate(() => reject(new Error(`no answer within ${ms} ms`)));
    }, ms);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

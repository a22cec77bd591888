import { readPlatformAnswer } from "../runtime/platform-answer.ts";
import type { CallKind, PlatformAnswer, PlatformCall, PlatformTask, Runtime } from "../runtime/runtime.ts";

/** What is done before and after each try of a call. */
export interface Tries {
  /** What to send, or an answer without sending anything. */
  before(): Promise<PlatformCall | PlatformAnswer>;
  /** The call's answer, or `undefined` to try again; after the last try it must be an answer. */
  after(answer: PlatformAnswer, isLast: boolean): Promise<PlatformAnswer | undefined>;
  /** Is this, by its headers, an answer after which there will be another try? Listeners are not called for it. */
  isPassing(answer: PlatformAnswer): boolean;
}

type Listener = (event: never) => void;

const TRIES_MOST = 3;
const HEADERS = "onHeadersReceived";
const NAMES = [HEADERS, "onChunkReceived", "onProgressUpdate"];

/**
 * Starts a call of the platform when what goes along with it is known, and repeats it if it must go otherwise. Returns
 * a task that stands for whichever try is running.
 */
export function startLater(runtime: Runtime, kind: CallKind, call: PlatformCall, tries: Tries): PlatformTask {
  const heard: (readonly [name: string, listener: Listener])[] = [];
  let isAborted = false;
  let running: PlatformTask | undefined;
  let attach: (name: string, listener: Listener) => void = () => undefined;

  function once(sent: PlatformCall): Promise<PlatformAnswer> {
    let early: PlatformAnswer | undefined;
    return new Promise<unknown>((success, fail) => {
      const task = runtime.start(kind, Object.assign({}, sent, { success, fail }));
      running = task;
      attach = (name, listener) => {
        const on: unknown = task && Reflect.get(task, name);
        if (typeof on !== "function") return;
        on.call(task, (event: never) => {
          if (running === task && !(early && tries.isPassing(early))) listener(event);
        });
      };
      // First, so that the others know what they hear. Uploads have their headers only here.
      attach(HEADERS, (event: never) => {
        early = readPlatformAnswer(event);
      });
      for (const [name, listener] of heard) attach(name, listener);
    }).then((given) => {
      const answer = readPlatformAnswer(given);
      if (!answer) throw given;
      if (early && Object.keys(answer.header).length === 0) return Object.assign(answer, { header: early.header });
      return answer;
    });
  }

  async function run(): Promise<PlatformAnswer> {
    for (let count = 1; ; count += 1) {
      const ready = await tries.before();
      if ("statusCode" in ready) return ready;
      if (isAborted) throw { errMsg: `${kind}:fail abort` };
      const answer = await tries.after(await once(ready), count === TRIES_MOST);
      if (answer) return answer;
    }
  }
  run().then(call.success, call.fail);

  const task: PlatformTask & Record<string, unknown> = {
    abort() {
      isAborted = true;
      if (running) running.abort();
    },
  };
  for (const name of NAMES) {
    task[name] = (listener: Listener) => {
      heard.push([name, listener]);
      attach(name, listener);
    };
  }
  return task;
}

import { headerOf } from "../runtime/platform-answer.ts";
import type { CallKind, PlatformAnswer, PlatformTask } from "../runtime/runtime.ts";
import { createListeners } from "./listeners.ts";

const HEADERS = "onHeadersReceived";
const CHUNK = "onChunkReceived";
const PROGRESS = "onProgressUpdate";

type Listener = (event: never) => void;

/** One try of a call, as its listeners hear it. */
export interface HeardTry {
  /** The headers, once they arrived; uploads and downloads have them only here. */
  header(): PlatformAnswer["header"] | undefined;
  /** Was a chunk handed to a listener? Then a repeat would deliver the beginning twice. */
  isDelivered(): boolean;
  /** This answer is the call's: hands over what was held back. */
  deliver(): void;
  /** Later events of this try are ignored. */
  end(): void;
}

/** The listeners of one call. They hear the final try only; progress alone is reported for each try. */
export interface CallListeners {
  listen(name: string, listener: Listener): void;
  hear(task: PlatformTask | undefined): HeardTry;
}

/** @param onData called for each chunk and each progress, before the listeners */
export function createCallListeners(
  kind: CallKind,
  isChunked: boolean,
  onData: () => void,
  report: (line: string) => void,
): CallListeners {
  const { add, emit } = createListeners(report);
  const wanted: string[] = [];
  if (isChunked || kind !== "request") wanted.push(HEADERS, isChunked ? CHUNK : PROGRESS);
  let attach: (name: string) => void = () => undefined;

  return {
    listen(name, listener) {
      add(name, listener);
      if (wanted.indexOf(name) !== -1) return;
      wanted.push(name);
      attach(name);
    },
    hear(task) {
      let held: (readonly [name: string, event: unknown])[] = [];
      let header: PlatformAnswer["header"] | undefined;
      let isOver = false;
      let isLive = false;
      let mayBeRefusal = true;
      let isDelivered = false;

      function deliver(): void {
        isLive = true;
        const events = held;
        held = [];
        for (const [name, event] of events) {
          if (name === CHUNK) isDelivered = true;
          emit(name, event);
        }
      }
      function take(name: string, event: unknown): void {
        if (isOver) return;
        if (name !== HEADERS) onData();
        if (name === PROGRESS) {
          emit(name, event);
          return;
        }
        held.push([name, event]);
        if (name === HEADERS) {
          const head = Object(event) as { readonly header?: unknown; readonly statusCode?: unknown };
          header = Object(head.header) as PlatformAnswer["header"];
          mayBeRefusal = Number(head.statusCode) >= 400 || headerOf(header, "hufu-reason") !== undefined;
        }
        // Headers wait for the first chunk: until then the call may still be repeated.
        if (isLive || (!mayBeRefusal && held.some(([of]) => of === CHUNK))) deliver();
      }
      attach = (name) => {
        const on: unknown = task && Reflect.get(task, name);
        if (isOver || typeof on !== "function") {
          // A platform that gives no headers cannot say what the chunks belong to.
          if (name === HEADERS) mayBeRefusal = false;
          return;
        }
        on.call(task, (event: unknown) => take(name, event));
      };
      wanted.forEach(attach);
      return {
        header: () => header,
        isDelivered: () => isDelivered,
        deliver,
        end() {
          isOver = true;
        },
      };
    },
  };
}

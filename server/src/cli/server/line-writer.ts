import { constants, openSync, writeSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";

/** Writes lines for a reader that may be slow, stuck or gone, and never makes the process wait for it. */
export interface LineWriter {
  write(line: string): void;
  /** How many lines were given up so far. */
  dropped(): number;
  /** Waits until nothing is pending, for so many milliseconds at most. Answers whether all of it was written. */
  flush(withinMs: number): Promise<boolean>;
}

/** A place to write to that answers at once. */
export interface Output {
  /** Answers how many bytes it took, which may be none. Throws if it cannot be written to. */
  take(bytes: Buffer): number;
  /** How many of the bytes that it took its reader has not been given yet. */
  pending(): number;
}

export interface LineWriterOptions {
  readonly output: Output;
  /** What is written, when writing works again, about the lines given up since. */
  readonly lossLine: (lines: number) => string;
  /** Most bytes that wait. Default: 1 MiB. */
  readonly mostBytes?: number;
}

const MOST_BYTES = 1_048_576;
/** Of what Node's own stream may queue. */
const MOST_QUEUED_BYTES = 65_536;
const RETRY_MS = 50;
const FLUSH_STEP_MS = 10;

/**
 * Keeps lines in order. What the reader does not take yet waits in memory up to a limit; beyond it, and when writing
 * fails (a full disk, a closed pipe), lines are given up and counted.
 */
export function createLineWriter({ output, lossLine, mostBytes = MOST_BYTES }: LineWriterOptions): LineWriter {
  let waiting: Buffer[] = [];
  let waitingBytes = 0;
  let dropped = 0;
  let toldDropped = 0;
  /** Half a line stands at the end of the file. */
  let isTorn = false;
  let timer: NodeJS.Timeout | undefined;

  /** Answers what is left; `undefined` if it failed. */
  function put(bytes: Buffer): Buffer | undefined {
    try {
      const taken = output.take(bytes);
      if (taken > 0) isTorn = taken < bytes.length;
      return bytes.subarray(taken);
    } catch {
      return undefined;
    }
  }

  function keep(bytes: Buffer): void {
    waiting.push(bytes);
    waitingBytes += bytes.length;
    if (timer !== undefined) return;
    timer = setInterval(drain, RETRY_MS);
    timer.unref();
  }

  function drain(): void {
    while (waiting.length > 0) {
      const [first] = waiting;
      if (first === undefined) break;
      const left = put(first);
      if (left === undefined) {
        dropped += waiting.length;
        waiting = [];
        waitingBytes = 0;
        break;
      }
      waitingBytes -= first.length - left.length;
      if (left.length > 0) {
        waiting[0] = left;
        return;
      }
      waiting.shift();
    }
    clearInterval(timer);
    timer = undefined;
  }

  function writeNow(line: string): void {
    const bytes = Buffer.from(isTorn ? `\n${line}` : line);
    const left = put(bytes);
    if (left === undefined) dropped += 1;
    else if (left.length > 0) keep(left);
  }

  return Object.freeze<LineWriter>({
    write(line) {
      if (waiting.length > 0) drain();
      if (waiting.length > 0) {
        if (waitingBytes + line.length > mostBytes) dropped += 1;
        else keep(Buffer.from(line));
        return;
      }
      writeNow(line);
      if (dropped === toldDropped || waiting.length > 0 || isTorn) return;
      const before = dropped;
      writeNow(lossLine(before - toldDropped));
      // If even that was given up, the next line that gets through reports it.
      if (dropped === before) toldDropped = before;
      else dropped = before;
    },
    dropped: () => dropped,
    async flush(withinMs) {
      const isWritten = (): boolean => waiting.length === 0 && output.pending() === 0;
      for (let waited = 0; !isWritten() && waited < withinMs; waited += FLUSH_STEP_MS) {
        await wait(FLUSH_STEP_MS);
        drain();
      }
      return isWritten();
    },
  });
}

/**
 * Standard output, without waiting. A file description of our own is made non-blocking, so that no other process that
 * shares the terminal, pipe or file notices. Where there is none to be had (a socket, another system), Node's own
 * stream is used, and given no more while it queues.
 */
export function standardOutput(): Output {
  const { O_WRONLY, O_APPEND, O_NONBLOCK, O_NOCTTY } = constants;
  try {
    return intoDescriptor(openSync("/proc/self/fd/1", O_WRONLY | O_APPEND | O_NONBLOCK | O_NOCTTY));
  } catch {
    return intoStream(process.stdout);
  }
}

function intoDescriptor(descriptor: number): Output {
  return {
    take(bytes) {
      try {
        return writeSync(descriptor, bytes);
      } catch (error) {
        if (error instanceof Error && "code" in error && error.code === "EAGAIN") return 0;
        throw error;
      }
    },
    pending: () => 0,
  };
}

function intoStream(stream: NodeJS.WriteStream): Output {
  let failure: Error | undefined;
  stream.on("error", (error) => {
    failure = error;
  });
  return {
    take(bytes) {
      if (failure !== undefined) throw failure;
      if (stream.writableLength > MOST_QUEUED_BYTES) return 0;
      stream.write(bytes);
      return bytes.length;
    },
    pending: () => (failure === undefined ? stream.writableLength : 0),
  };
}

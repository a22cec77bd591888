import { readdirSync, readFileSync } from "node:fs";

const MOST_MS = 10_000;

/** A process and its children. */
export function familyOf(pid: number): readonly number[] {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean).map(Number);
    return [pid, ...children];
  } catch {
    return [];
  }
}

/**
 * Stops a process and its children with SIGSTOP: connections stay open and get no answers. Returns when no thread of
 * them runs any more: after the signal alone they can still answer what has just arrived.
 * @throws Error if that takes more than ten seconds
 */
export function freezeFamily(pid: number): void {
  // The parent first: it must not have another child behind our back.
  freezeOne(pid);
  for (const child of familyOf(pid).slice(1)) freezeOne(child);
}

function freezeOne(pid: number): void {
  process.kill(pid, "SIGSTOP");
  const nap = new Int32Array(new SharedArrayBuffer(4));
  for (const late = performance.now() + MOST_MS; !isFrozen(pid); Atomics.wait(nap, 0, 0, 1)) {
    if (performance.now() > late) throw new Error(`process ${pid} does not stop on SIGSTOP`);
  }
}

function isFrozen(pid: number): boolean {
  return readdirSync(`/proc/${pid}/task`).every((thread) => {
    try {
      return /^State:\s+[TtZX]/m.test(readFileSync(`/proc/${pid}/task/${thread}/status`, "utf8"));
    } catch {
      // The thread has ended.
      return true;
    }
  });
}

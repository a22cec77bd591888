import type { Runtime } from "./runtime/runtime.ts";

/** Prints what the client does, step by step. */
export type DebugLog = (step: string, detail?: string) => void;

export function createDebugLog(runtime: Runtime, debug: boolean): DebugLog {
  if (!debug) return () => undefined;
  return (step, detail = "") => runtime.print(`[hufu] ${step} ${detail}`);
}

/** The beginning of a secret, enough to tell two apart. */
export function masked(secret: string): string {
  return `${secret.slice(0, 8)}…(${secret.length})`;
}

import type { Runtime } from "./runtime.ts";

/** Says what the client does, step by step. */
export type Tell = (step: string, detail?: string) => void;

export function createTell(runtime: Runtime, debug: boolean): Tell {
  if (!debug) return () => undefined;
  return (step, detail = "") => runtime.print(`[hufu] ${step} ${detail}`);
}

/** The beginning of a secret, enough to tell two apart. */
export function masked(secret: string): string {
  return `${secret.slice(0, 8)}…(${secret.length})`;
}

/** A signal that aborts with the first of several, and `release` to let go of them when the work is done. */
export interface EarliestSignal {
  readonly signal: AbortSignal;
  release(): void;
}

/**
 * Not `AbortSignal.any`: in some releases of Node 22 a time-out that is only reached through it may be collected as garbage
 * and never fire, and then nothing ends the wait.
 */
export function earliestSignal(...sources: readonly AbortSignal[]): EarliestSignal {
  const controller = new AbortController();
  const onAbort = (): void => controller.abort();
  for (const source of sources) {
    if (source.aborted) onAbort();
    else source.addEventListener("abort", onAbort, { once: true });
  }
  return {
    signal: controller.signal,
    release(): void {
      for (const source of sources) source.removeEventListener("abort", onAbort);
    },
  };
}

/** Listeners by the name of their event. */
export interface Listeners {
  /** Returns how to stop listening. */
  add(name: string, listener: (event: never) => void): () => void;
  /** A listener that throws is reported, and stops nothing. */
  emit(name: string, event: unknown): void;
}

export function createListeners(report: (line: string) => void): Listeners {
  const all: { readonly name: string; readonly call: (event: never) => void }[] = [];
  return {
    add(name, listener) {
      const entry = { name, call: listener };
      all.push(entry);
      return () => {
        const at = all.indexOf(entry);
        if (at !== -1) all.splice(at, 1);
      };
    },
    emit(name, event) {
      for (const entry of all.slice()) {
        if (entry.name !== name) continue;
        try {
          entry.call(event as never);
        } catch (fault) {
          report(`[hufu] a listener failed: ${String(fault)}`);
        }
      }
    },
  };
}

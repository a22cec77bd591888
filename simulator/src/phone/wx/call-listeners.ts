import type { Life } from "../environment/lives.ts";

/** Who listens to one thing of a task. */
export interface Listeners<Event> {
  readonly on: (listener: (event: Event) => void) => void;
  /** That listener, or all. */
  readonly off: (listener?: (event: Event) => void) => void;
  tell(event: Event): void;
}

export function createListeners<Event>(life: Life): Listeners<Event> {
  const listeners = new Set<(event: Event) => void>();
  return Object.freeze({
    on: (listener: (event: Event) => void) => void listeners.add(listener),
    off: (listener?: (event: Event) => void) =>
      void (listener === undefined ? listeners.clear() : listeners.delete(listener)),
    tell(event: Event) {
      for (const listener of [...listeners]) life.call(listener, event);
    },
  });
}

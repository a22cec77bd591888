import type { Clock } from "../../core/time/clock.ts";

/** When this list was last known to be right. */
export interface Touch {
  /** It was right `ago` milliseconds before now. */
  confirm(ago: number): void;
  /** Milliseconds since it was last known to be right; `undefined` = never. Costs two looks at clocks. */
  age(): number | undefined;
  /** A number that differs after every confirmation; 0 = never. */
  readonly confirmations: number;
}

/**
 * The age is the longer of what two clocks say: one of them stands still while a machine sleeps, the other can be set
 * back. A wall clock that is set forward costs a second's doubt, until the next beat.
 */
export function createTouch({ now, monotonic }: Clock): Touch {
  let confirmations = 0;
  let wallAt = 0;
  let steadyAt = 0;
  return Object.freeze({
    confirm(ago: number): void {
      confirmations += 1;
      wallAt = now() - ago;
      steadyAt = monotonic() - ago;
    },
    age: (): number | undefined => (confirmations === 0 ? undefined : Math.max(monotonic() - steadyAt, now() - wallAt)),
    get confirmations(): number {
      return confirmations;
    },
  });
}

import { HufuError } from "../errors/errors.ts";
import type { Counters, Durations, Outcome, States } from "./metrics.ts";

/** One value of a state: its labels, and the number. */
export interface Reading<Name extends keyof States> {
  readonly labels: States[Name];
  readonly value: number;
}

/** Where parts report what happens to them. Nothing here throws, waits, or is asked for an answer. */
export interface Meter {
  /** False if counts are discarded. Hot paths read it once, when they are created. */
  readonly isOn: boolean;
  /** @param by default 1 */
  count<Name extends keyof Counters>(name: Name, labels: Counters[Name], by?: number): void;
  /** @param ms milliseconds that it took */
  time<Name extends keyof Durations>(name: Name, labels: Durations[Name], ms: number): void;
  /**
   * Reads a state whenever metrics are read. Of several readers of one state the newest counts, where the
   * table of metrics says nothing else.
   * @param read a number, values by label, or nothing where it is not known
   */
  watch<Name extends keyof States>(name: Name, read: () => number | readonly Reading<Name>[] | undefined): void;
}

const nothing = (): void => undefined;

/** Discards everything. */
export const silentMeter: Meter = Object.freeze<Meter>({
  isOn: false,
  count: nothing,
  time: nothing,
  watch: nothing,
});

/** What a label may say of a failure. */
export function outcomeOf(error: unknown): Outcome {
  return error instanceof HufuError ? error.reason : "internal_error";
}

import type { Figure } from "./figure.ts";
import type { Throughput } from "./load.ts";
import { compareRounds, median } from "./statistics.ts";
import { threeFigures } from "./three-figures.ts";

/** A route behind a guard, and the same one without it, in the same server and the same rounds. */
export interface Pair {
  readonly guarded: Throughput;
  readonly open: Throughput;
}

/**
 * Sets one guard beside another. Each is held against its own open route, as the row's name says: requests alone would
 * compare the frameworks, and those differ more than the guards. A slow framework flatters its guard's share, so the note
 * tells what each guard costs by itself.
 */
export function compareSharesLeft(ours: Pair, peer: Pair): Omit<Figure, "of" | "peerName"> {
  const [left, peersLeft] = [sharesLeft(ours), sharesLeft(peer)];
  return {
    unit: "of the open route",
    ours: median(left),
    peer: median(peersLeft),
    limit: null,
    ...compareRounds(left, peersLeft),
    bound: null,
    note: `ours: ${costOf(ours)}; peer: ${costOf(peer)}`,
  };
}

function sharesLeft({ guarded, open }: Pair): readonly number[] {
  return guarded.rounds.map((perSecond, round) => perSecond / (open.rounds[round] ?? Number.NaN));
}

function costOf({ guarded, open }: Pair): string {
  const requests = `${threeFigures(guarded.perSecond)} of ${threeFigures(open.perSecond)} requests/s`;
  return `${requests}, ${(guarded.cpuMicros - open.cpuMicros).toFixed(0)} µs of processor for the guard`;
}

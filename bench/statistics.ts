/** The value at this share of the sorted list (0 = smallest, 0.5 = median), between two values where it falls so. */
export function quantile(values: readonly number[], share: number): number {
  if (values.length === 0) throw new TypeError("no values, no quantile");
  if (!values.every(Number.isFinite)) throw new TypeError("a value is no number");
  const sorted = values.toSorted((a, b) => a - b);
  const place = (sorted.length - 1) * share;
  const below = sorted[Math.floor(place)] ?? Number.NaN;
  const above = sorted[Math.ceil(place)] ?? Number.NaN;
  return below + (above - below) * (place - Math.floor(place));
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Half the distance between the quartiles, as a share of the median. */
export function spread(values: readonly number[]): number {
  return (quantile(values, 0.75) - quantile(values, 0.25)) / 2 / median(values);
}

/**
 * Compares two lists of rounds that were run in turn: each round with the one beside it, so that a machine that slows
 * down slows both.
 */
export function compareRounds(
  ours: readonly number[],
  peers: readonly number[],
): { readonly ratio: number; readonly spread: number } {
  if (ours.length !== peers.length) throw new TypeError("both must have run as often");
  const ratios = ours.map((value, round) => value / (peers[round] ?? Number.NaN));
  return { ratio: median(ratios), spread: spread(ratios) };
}

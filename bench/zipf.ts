/**
 * Draws places 0 to `places - 1` as often as Zipf's law says: the place k + 1 steps down is asked for 1 ÷ (k + 1) as often as
 * the first, which is how requests spread over callers, pages and words.
 * @param options.roll 0 ≤ x < 1
 */
export function zipfDraws(options: {
  readonly places: number;
  readonly draws: number;
  readonly roll: () => number;
}): Uint32Array {
  const { places, draws, roll } = options;
  const upTo = new Float64Array(places);
  let sum = 0;
  for (let place = 0; place < places; place += 1) {
    sum += 1 / (place + 1);
    upTo[place] = sum;
  }
  return Uint32Array.from({ length: draws }, () => firstAbove(upTo, roll() * sum));
}

/** The first place whose value is above this one; the values rise. */
function firstAbove(values: Float64Array, value: number): number {
  let low = 0;
  let high = values.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((values[middle] ?? Number.POSITIVE_INFINITY) > value) high = middle;
    else low = middle + 1;
  }
  return low;
}

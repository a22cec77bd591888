import { median } from "./statistics.ts";

/** Something to be timed. */
export interface Contender {
  readonly name: string;
  /**
   * Does the thing so often and answers a number made of all results, so that none can be left out. A promise only where the
   * thing itself gives one.
   */
  run(times: number): number | Promise<number>;
  /** Called before each timed batch, untimed, with the size of it. */
  prepare?(times: number): void;
}

/** Operations per second, round by round. */
export interface Timing {
  readonly name: string;
  readonly rounds: readonly number[];
  readonly perSecond: number;
}

export interface RoundPlan {
  readonly rounds: number;
  /** How long one contender runs in one round, in milliseconds. */
  readonly batchMs: number;
  readonly warmUpMs: number;
  /** The most operations in one batch. Default: no limit. */
  readonly most?: number;
  /** Milliseconds; replaced by tests. */
  readonly clock?: () => number;
}

/**
 * Times contenders in turn: A B C, B C A, C A B, …, after a warm-up in which each finds the size of its batch.
 * @throws Error if a result is no number: what was timed has then not been done
 */
export async function timeInTurn(contenders: readonly Contender[], plan: RoundPlan): Promise<readonly Timing[]> {
  const { rounds, clock = () => performance.now() } = plan;
  const running: { contender: Contender; times: number; perSecond: number[] }[] = [];
  for (const contender of contenders) {
    running.push({ contender, times: await batchSize(contender, plan, clock), perSecond: [] });
  }
  for (let round = 0; round < rounds; round += 1) {
    for (let place = 0; place < running.length; place += 1) {
      const next = running[(round + place) % running.length];
      if (next === undefined) continue;
      const ms = await timed(next.contender, next.times, clock);
      next.perSecond.push((next.times / ms) * 1000);
    }
  }
  return running.map(({ contender, perSecond }) => ({
    name: contender.name,
    rounds: perSecond,
    perSecond: median(perSecond),
  }));
}

/** Doubles the batch until it lasts long enough, and goes on until the warm-up is over. */
async function batchSize(
  contender: Contender,
  { batchMs, warmUpMs, most = Number.MAX_SAFE_INTEGER }: RoundPlan,
  clock: () => number,
): Promise<number> {
  const until = clock() + warmUpMs;
  let times = Math.min(16, most);
  for (;;) {
    const ms = await timed(contender, times, clock);
    const isLongEnough = ms >= batchMs || times === most;
    if (isLongEnough && clock() >= until) return Math.min(most, Math.max(1, Math.round((times / ms) * batchMs)));
    if (!isLongEnough) times = Math.min(times * 2, most);
  }
}

async function timed(contender: Contender, times: number, clock: () => number): Promise<number> {
  contender.prepare?.(times);
  const before = clock();
  const answer = contender.run(times);
  // What does not wait is not made to wait: that would be timed too.
  const result = typeof answer === "number" ? answer : await answer;
  const ms = clock() - before;
  if (!Number.isFinite(result)) throw new Error(`${contender.name}: a result is missing`);
  return Math.max(ms, Number.MIN_VALUE);
}

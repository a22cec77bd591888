/** What a ratio must reach, or must not exceed. */
export type Bound = { readonly least: number } | { readonly most: number };

/** One comparison, measured. */
export interface Figure {
  /** The case, such as `1,000 tokens, Hono`. */
  readonly of: string;
  /** Of `ours`, `peer` and `limit`, such as `checks/s`. */
  readonly unit: string;
  readonly ours: number;
  readonly peer: number;
  readonly peerName: string;
  /** What the same machine does with the bare thing alone, in the same run; `null` where there is no such thing. */
  readonly limit: number | null;
  /** Ours ÷ peer: the median of the rounds' own ratios. */
  readonly ratio: number;
  /** Half the distance between the quartiles of those ratios, as a share of the median. */
  readonly spread: number;
  /** `null` = told beside the others, without a budget. */
  readonly bound: Bound | null;
  readonly note?: string | undefined;
}

/** One comparison that could not be made, and why. */
export interface Missing {
  readonly of: string;
  readonly why: string;
}

export type Finding = Figure | Missing;

/** How long to measure. */
export interface Effort {
  readonly quick: boolean;
}

/** Measures one budget. Throws if the measuring itself goes wrong, never because of a time. */
export type Measure = (effort: Effort, say: (progress: string) => void) => Promise<readonly Finding[]>;

export function isFigure(finding: Finding): finding is Figure {
  return "ratio" in finding;
}

/** A figure that is held against its budget alone, because nobody else does the like. */
export function againstBudget(facts: {
  readonly of: string;
  readonly unit: string;
  readonly ours: number;
  readonly most: number;
  readonly note?: string | undefined;
}): Figure {
  const { most, ...rest } = facts;
  return {
    ...rest,
    peer: most,
    peerName: "the budget itself",
    limit: null,
    ratio: facts.ours / most,
    spread: 0,
    bound: { most: 1 },
  };
}

/** Does the ratio keep to its bound? `null` = it has none. */
export function holds({ ratio, bound }: Pick<Figure, "ratio" | "bound">): boolean | null {
  if (bound === null) return null;
  return "least" in bound ? ratio >= bound.least : ratio <= bound.most;
}

/** How far the ratio is on the right side of its bound: 1 = exactly there, below 1 = on the wrong side. */
export function margin({ ratio, bound }: Pick<Figure, "ratio" | "bound">): number {
  if (bound === null) return Number.POSITIVE_INFINITY;
  return "least" in bound ? ratio / bound.least : bound.most / ratio;
}

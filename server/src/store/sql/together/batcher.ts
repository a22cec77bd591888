import { HufuError } from "../../../core/errors/errors.ts";

/** Most calls in one batch. */
export const BATCH_MOST = 256;
/** Calls that may be unanswered at once: beyond this nobody is made to wait. */
export const UNANSWERED_MOST = 4096;
/** Milliseconds that a call waits for its turn, at most, before it is told to come again: as long as for a slow answer. */
export const TURN_MS = 6000;

export interface BatcherOptions<Ask, Answer> {
  /** Two calls with the same key are never in one batch. */
  keyOf(ask: Ask): string;
  /** Batches under way at once. */
  readonly batchesMost: number;
  /** Single calls under way at once, beside the batches. */
  readonly singlesMost: number;
  /** Of these, as many as may be calls that were in no batch. */
  readonly aloneBelow: number;
  /** So many that wait, or fewer, go alone as far as they may. Fewer make no batch while another one is under way. */
  readonly few: number;
  /**
   * Answers, by their keys, those calls of which it is sure; the others are asked alone. Rejects with `store_unavailable`
   * if nobody can be answered now, with anything else if each may be asked alone. It must not wait for a lock.
   */
  askTogether(asks: readonly Ask[]): Promise<ReadonlyMap<string, Answer>>;
  askAlone(ask: Ask): Promise<Answer>;
  /** Milliseconds that never run backwards. */
  monotonic(): number;
}

interface Call<Ask, Answer> {
  readonly ask: Ask;
  readonly key: string;
  readonly since: number;
  resolve(answer: Answer): void;
  reject(error: unknown): void;
}

/**
 * Calls that arrive while others are under way wait, and go together when there is room. A call never joins a batch that was
 * sent before it arrived; one that finds nothing under way is sent at once, alone.
 */
export function createBatcher<Ask, Answer>(options: BatcherOptions<Ask, Answer>): (ask: Ask) => Promise<Answer> {
  const { keyOf, batchesMost, singlesMost, aloneBelow, few, askTogether, askAlone, monotonic } = options;
  let waiting: Call<Ask, Answer>[] = [];
  const alone: Call<Ask, Answer>[] = [];
  let unanswered = 0;
  let batches = 0;
  /**
   * Keys of the single calls under way. Never two with one key: each may wait for the lock of its row, and many calls about one
   * row that is held would take the turns of all others.
   */
  const singles = new Set<string>();

  function resolve(call: Call<Ask, Answer>, answer: Answer): void {
    unanswered -= 1;
    call.resolve(answer);
  }

  function reject(call: Call<Ask, Answer>, error: unknown): void {
    unanswered -= 1;
    call.reject(error);
  }

  /** Nothing of it was done: it never got its turn. */
  function refuseIfLate(call: Call<Ask, Answer>, now: number): boolean {
    const isLate = now - call.since > TURN_MS;
    if (isLate) reject(call, busy("the database did not get round to it"));
    return isLate;
  }

  /** The next calls, one of each key; the rest keep their order. */
  function take(): readonly Call<Ask, Answer>[] {
    const now = monotonic();
    const batch = new Map<string, Call<Ask, Answer>>();
    const rest: Call<Ask, Answer>[] = [];
    for (const call of waiting) {
      if (refuseIfLate(call, now)) continue;
      if (batch.size < BATCH_MOST && !batch.has(call.key)) batch.set(call.key, call);
      else rest.push(call);
    }
    waiting = rest;
    return [...batch.values()];
  }

  async function runAlone(call: Call<Ask, Answer>): Promise<void> {
    singles.add(call.key);
    try {
      const answer = await askAlone(call.ask);
      resolve(call, answer);
    } catch (error) {
      reject(call, error);
    }
    singles.delete(call.key);
    send();
  }

  async function runBatch(batch: readonly Call<Ask, Answer>[]): Promise<void> {
    batches += 1;
    try {
      const sure = await askTogether(batch.map(({ ask }) => ask));
      for (const call of batch) {
        if (sure.has(call.key)) resolve(call, sure.get(call.key) as Answer);
        else alone.push(call);
      }
    } catch (error) {
      if (isUnavailable(error)) for (const call of batch) reject(call, error);
      else alone.push(...batch);
    }
    batches -= 1;
    send();
  }

  /** The first of a list about a row of which none is asked alone already. */
  function sendAlone(list: Call<Ask, Answer>[]): boolean {
    const at = list.findIndex(({ key }) => !singles.has(key));
    const [next] = at < 0 ? [] : list.splice(at, 1);
    if (next !== undefined && !refuseIfLate(next, monotonic())) void runAlone(next);
    return next !== undefined;
  }

  function send(): void {
    while (singles.size < singlesMost && sendAlone(alone));
    while (waiting.length <= few && singles.size < aloneBelow && sendAlone(waiting));
    while (waiting.length > 0 && batches < batchesMost && (batches === 0 || waiting.length >= few)) {
      const batch = take();
      if (batch.length > 0) void runBatch(batch);
    }
  }

  return (ask) => {
    if (unanswered >= UNANSWERED_MOST) return Promise.reject(busy("too many wait for the database"));
    return new Promise<Answer>((resolve, reject) => {
      unanswered += 1;
      waiting.push({ ask, key: keyOf(ask), since: monotonic(), resolve, reject });
      send();
    });
  };
}

function busy(detail: string): HufuError {
  return new HufuError("store_unavailable", { retryAfter: 1, detail });
}

function isUnavailable(error: unknown): boolean {
  return error instanceof HufuError && error.reason === "store_unavailable";
}

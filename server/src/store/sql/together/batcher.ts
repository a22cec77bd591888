import { HufuError } from "../../../core/errors/errors.ts";
import type { BatchUse } from "../../store.ts";
import { createWaitingTurns, type Turn } from "./waiting-turns.ts";

/** Most turns in one batch. */
export const BATCH_MOST = 256;
/** Calls that may be unanswered at once: beyond this no call is made to wait. */
export const UNANSWERED_MOST = 4096;
/** Of these, as many as may have one key: the calls of one session leave room for those of all others. */
export const SAME_KEY_MOST = 256;
/** Milliseconds that a call waits for its turn, at most, before it is told to come again: as long as for a slow answer. */
export const TURN_MS = 6000;

export interface BatcherOptions<Ask, Answer> {
  /** Two turns with the same key are never in one batch. */
  keyOf(ask: Ask): string;
  /** Do calls with one key that were not sent yet ask the same, so that one answer is for all of them? */
  readonly areShared: boolean;
  /** Batches under way at once. */
  readonly batchesMost: number;
  /** Single turns under way at once, beside the batches. */
  readonly singlesMost: number;
  /** Of these, as many as may be turns that were in no batch: so many that wait, or fewer, go alone as far as they may. */
  readonly aloneMost: number;
  /** Fewer make no batch while another one is under way. */
  readonly secondFrom: number;
  /** Are calls that are enough for them spread over all batches that are free? */
  readonly areSpread: boolean;
  /**
   * Answers, by their keys, those asks of which it is sure; the others are asked alone. Rejects with `store_unavailable`
   * if none can be answered now, with anything else if each may be asked alone. It must not wait for a lock.
   */
  askTogether(asks: readonly Ask[]): Promise<ReadonlyMap<string, Answer>>;
  askAlone(ask: Ask): Promise<Answer>;
  /** Milliseconds that never run backwards. */
  monotonic(): number;
  /** Runs it when everything that arrives in this turn of the event loop is there. Default: `setImmediate`. */
  readonly soon?: (work: () => void) => void;
}

export interface Batcher<Ask, Answer> {
  (ask: Ask): Promise<Answer>;
  use(): BatchUse;
}

/**
 * Calls that arrive together, or while others are under way, go together. None joins a batch that was sent before it arrived;
 * one that finds nothing under way is sent, alone, as soon as the event loop has taken in what arrived with it.
 */
export function createBatcher<Ask, Answer>(options: BatcherOptions<Ask, Answer>): Batcher<Ask, Answer> {
  const { keyOf, batchesMost, singlesMost, aloneMost, secondFrom, askTogether, askAlone, monotonic } = options;
  const { areSpread, soon = setImmediate } = options;
  const waiting = createWaitingTurns<Ask, Answer>(options.areShared);
  /** What a batch was not sure of. */
  const unsure: Turn<Ask, Answer>[] = [];
  const unanswered = new Map<string, number>();
  let allUnanswered = 0;
  let sent = 0;
  let asked = 0;
  let batches = 0;
  /**
   * Keys of the single turns under way. Never two with one key: each may wait for the lock of its row, and many calls about one
   * row that is held would take the turns of all others.
   */
  const singles = new Set<string>();
  let isSendingSoon = false;

  function count(key: string, change: number): void {
    const left = (unanswered.get(key) ?? 0) + change;
    allUnanswered += change;
    if (left > 0) unanswered.set(key, left);
    else unanswered.delete(key);
  }

  function resolve({ key, askers }: Turn<Ask, Answer>, answer: Answer): void {
    count(key, -askers.length);
    for (const asker of askers) asker.resolve(answer);
  }

  function reject({ key, askers }: Turn<Ask, Answer>, error: unknown): void {
    count(key, -askers.length);
    for (const asker of askers) asker.reject(error);
  }

  /** Nothing of it was done: it never got its turn. */
  function refuseIfLate(turn: Turn<Ask, Answer>, now: number): boolean {
    const isLate = now - turn.since > TURN_MS;
    if (isLate) reject(turn, busy("the database did not get round to it"));
    return isLate;
  }

  async function runAlone(turn: Turn<Ask, Answer>): Promise<void> {
    singles.add(turn.key);
    sent += 1;
    asked += 1;
    try {
      const answer = await askAlone(turn.ask);
      resolve(turn, answer);
    } catch (error) {
      reject(turn, error);
    }
    singles.delete(turn.key);
    sendSoon();
  }

  async function runBatch(batch: readonly Turn<Ask, Answer>[]): Promise<void> {
    batches += 1;
    sent += 1;
    asked += batch.length;
    try {
      const sure = await askTogether(batch.map(({ ask }) => ask));
      for (const turn of batch) {
        if (sure.has(turn.key)) resolve(turn, sure.get(turn.key) as Answer);
        else unsure.push(turn);
      }
    } catch (error) {
      if (isUnavailable(error)) for (const turn of batch) reject(turn, error);
      else unsure.push(...batch);
    }
    batches -= 1;
    sendSoon();
  }

  function sendAlone(next: Turn<Ask, Answer> | undefined): boolean {
    if (next !== undefined && !refuseIfLate(next, monotonic())) void runAlone(next);
    return next !== undefined;
  }

  /** The first about a row of which none is asked alone already. */
  function nextUnsure(): Turn<Ask, Answer> | undefined {
    const at = unsure.findIndex(({ key }) => !singles.has(key));
    return at < 0 ? undefined : unsure.splice(at, 1)[0];
  }

  /** Where they are spread, one batch is worked on here while another is at the database. */
  function sizeOfNext(): number {
    const free = batchesMost - batches;
    const isEnough = areSpread && waiting.size >= free * secondFrom;
    return isEnough ? Math.min(BATCH_MOST, Math.ceil(waiting.size / free)) : BATCH_MOST;
  }

  function send(): void {
    while (singles.size < singlesMost && sendAlone(nextUnsure()));
    while (waiting.size <= aloneMost && singles.size < aloneMost && sendAlone(waiting.takeOne(singles)));
    while (waiting.size > 0 && batches < batchesMost && (batches === 0 || waiting.size >= secondFrom)) {
      const now = monotonic();
      const batch = waiting.take(sizeOfNext()).filter((turn) => !refuseIfLate(turn, now));
      if (batch.length > 0) void runBatch(batch);
    }
  }

  function sendSoon(): void {
    if (isSendingSoon) return;
    isSendingSoon = true;
    soon(() => {
      isSendingSoon = false;
      send();
    });
  }

  const call = (ask: Ask): Promise<Answer> => {
    const key = keyOf(ask);
    if (allUnanswered >= UNANSWERED_MOST) return Promise.reject(busy("too many wait for the database"));
    if ((unanswered.get(key) ?? 0) >= SAME_KEY_MOST) return Promise.reject(busy("too many wait for one session"));
    return new Promise<Answer>((resolve, reject) => {
      count(key, 1);
      waiting.add(ask, key, { resolve, reject }, monotonic());
      sendSoon();
    });
  };
  return Object.assign(call, { use: () => ({ sent, asked, waiting: waiting.calls() + unsure.length }) });
}

function busy(detail: string): HufuError {
  return new HufuError("store_unavailable", { retryAfter: 1, detail });
}

function isUnavailable(error: unknown): boolean {
  return error instanceof HufuError && error.reason === "store_unavailable";
}

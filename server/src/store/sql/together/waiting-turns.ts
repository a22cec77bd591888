/** A caller that waits for its answer. */
export interface Asker<Answer> {
  resolve(answer: Answer): void;
  reject(error: unknown): void;
}

/** What is asked once. */
export interface Turn<Ask, Answer> {
  readonly ask: Ask;
  readonly key: string;
  /** When its first caller came. */
  readonly since: number;
  /** More than one only where calls with one key share the answer. */
  readonly askers: Asker<Answer>[];
}

/** Turns that were not sent yet: those with one key wait in one place. */
export interface WaitingTurns<Ask, Answer> {
  /** Places, and so how many could go together. */
  readonly size: number;
  /** Callers in all of them. */
  calls(): number;
  add(ask: Ask, key: string, asker: Asker<Answer>, now: number): void;
  /** The first of so many places, in the order in which these were taken or became first; the rest of a place goes last. */
  take(most: number): readonly Turn<Ask, Answer>[];
  /** The first turn whose key is not among these. */
  takeOne(except: ReadonlySet<string>): Turn<Ask, Answer> | undefined;
}

/** @param areShared does a call join the turn with its key that waits already? */
export function createWaitingTurns<Ask, Answer>(areShared: boolean): WaitingTurns<Ask, Answer> {
  const places = new Map<string, Turn<Ask, Answer>[]>();

  function takeFirst(key: string, place: Turn<Ask, Answer>[]): readonly Turn<Ask, Answer>[] {
    const [first] = place.splice(0, 1);
    places.delete(key);
    if (place.length > 0) places.set(key, place);
    return first === undefined ? [] : [first];
  }

  return {
    get size() {
      return places.size;
    },
    calls: () => [...places.values()].flat().reduce((sum, { askers }) => sum + askers.length, 0),
    add(ask, key, asker, now) {
      const turn: Turn<Ask, Answer> = { ask, key, since: now, askers: [asker] };
      const place = places.get(key);
      if (place === undefined) places.set(key, [turn]);
      else if (areShared) place[0]?.askers.push(asker);
      else place.push(turn);
    },
    // Of a list that stands: a place that goes last would be met again.
    take: (most) => [...places].slice(0, most).flatMap(([key, place]) => takeFirst(key, place)),
    takeOne(except) {
      for (const [key, place] of places) if (!except.has(key)) return takeFirst(key, place)[0];
      return undefined;
    },
  };
}

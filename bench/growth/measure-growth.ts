import { median, spread } from "../statistics.ts";
import { type GrownStore, OPERATIONS, type OperationName, type Round, roundsOf } from "./operations.ts";

/** What one operation costs with so many sessions in the database. */
export interface Cost {
  readonly operation: OperationName;
  readonly sessions: number;
  /** The median of the rounds, in microseconds. */
  readonly micros: number;
  /** Half the distance between the quartiles, as a share of the median. */
  readonly spread: number;
}

/** Purges before sign-ins: of what they leave behind none is over. The others change no number. */
const ORDER: readonly OperationName[] = ["list", "refresh", "purge", "sign-in"];
/** A batch is short. */
const PURGE_TIMES = 4;

/** Measures every operation on every store, the stores in turn: a machine that slows down slows them all. */
export async function measureGrowth(
  stores: readonly GrownStore[],
  rounds: number,
  say: (progress: string) => void,
): Promise<readonly Cost[]> {
  const sides = stores.map((grown) => ({ sessions: grown.sessions, of: roundsOf(grown) }));
  const costs: Cost[] = [];
  for (const operation of ORDER) {
    say(operation);
    const times = operation === "purge" ? rounds * PURGE_TIMES : rounds;
    const measured = await inTurn(
      sides.map(({ of }) => of[operation]),
      times,
    );
    for (const [at, { sessions }] of sides.entries()) {
      const all = measured[at] ?? [];
      costs.push({ operation, sessions, micros: median(all), spread: spread(all) });
    }
  }
  return costs.toSorted((a, b) => OPERATIONS.indexOf(a.operation) - OPERATIONS.indexOf(b.operation));
}

/** Round by round, what each answered; the first of each warms it up and does not count. */
async function inTurn(sides: readonly Round[], rounds: number): Promise<readonly (readonly number[])[]> {
  const answers = sides.map((): number[] => []);
  for (let round = 0; round <= rounds; round += 1) {
    for (let place = 0; place < sides.length; place += 1) {
      const at = (round + place) % sides.length;
      const micros = await sides[at]?.();
      if (micros !== undefined && round > 0) answers[at]?.push(micros);
    }
  }
  return answers;
}

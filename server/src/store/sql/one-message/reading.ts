import type { CompiledQuery } from "kysely";

/** A reading without values, which can be sent beside others as one message. */
export interface Reading<Answer> {
  readonly text: string;
  answer(rows: readonly unknown[]): Answer;
}

/** What a reading among those that were sent together was answered. */
export type AnswerOf = <Answer>(reading: Reading<Answer>) => Answer;

/**
 * Sends readings as one message, which the server answers in their order and from what is committed. `undefined` if it cannot or
 * refuses one of them: then each must be asked alone, and says by itself what is wrong.
 * @throws HufuError `store_unavailable` if the server says nothing
 */
export type ReadTogether = (readings: readonly Reading<unknown>[]) => Promise<AnswerOf | undefined>;

/** @param answer what the rows of this statement mean */
export function reading<Row, Answer>(
  { sql, parameters }: CompiledQuery<Row>,
  answer: (rows: readonly Row[]) => Answer,
): Reading<Answer> {
  if (parameters.length > 0) throw new TypeError("a reading that is sent beside others has no values");
  return Object.freeze<Reading<Answer>>({ text: sql, answer: (rows) => answer(rows as readonly Row[]) });
}

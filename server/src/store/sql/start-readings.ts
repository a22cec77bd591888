import type { StartReading } from "../start-reading.ts";
import type { SqlDatabase } from "./dialect.ts";
import { type AnswerOf, type Reading, reading } from "./one-message/reading.ts";
import { liveEntries, outboxFrom, selectOutbox } from "./statements/outbox-reading.ts";
import { keysFrom, selectKeys } from "./statements/stored-keys.ts";
import { policyFrom, selectPolicy } from "./statements/stored-policy.ts";

export interface StartReadings {
  readonly readings: readonly Reading<unknown>[];
  /** `undefined` where the outbox has to begin anew or a first timeline must be noted: that writes. */
  answer(answerOf: AnswerOf): StartReading | undefined;
}

/** What a node must know before it can answer. The outbox comes last, so that it is not older than the rest. */
export function startReadings(database: Pick<SqlDatabase, "reader" | "differences">): StartReadings {
  const { reader, differences } = database;
  const policy = reading(selectPolicy(reader, differences).compile(), policyFrom);
  const keys = reading(selectKeys(reader, differences).compile(), keysFrom);
  const live = selectOutbox(database, differences.timeline, liveEntries(reader, differences));
  const outbox = reading(live.compile(), (rows) => {
    const [first] = rows;
    const isSame = first?.timeline === null || first?.timeline === first?.kept;
    return isSame ? outboxFrom(rows) : undefined;
  });
  return {
    readings: [policy, keys, outbox],
    answer(answerOf) {
      const read = answerOf(outbox);
      return read && { policy: answerOf(policy), keys: answerOf(keys), outbox: read };
    },
  };
}

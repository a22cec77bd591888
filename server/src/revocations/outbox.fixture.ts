import type { RevocationEntry } from "../store/records.ts";
import type { RevocationStore } from "../store/revocations.ts";

/** An outbox whose contents and epoch can be set, and which can be made to fail or to wait. */
export interface AnOutbox extends RevocationStore {
  entries: RevocationEntry[];
  epoch: number;
  down: boolean;
  /** While it is set, readings take their snapshot and then wait for it. */
  held: Promise<void> | undefined;
}

export function anEntry(number: number, until = 1): RevocationEntry {
  return { number, revocation: { jti: `token-${number}`, why: "logged_out" }, until };
}

export function anOutbox(): AnOutbox {
  const box: AnOutbox = {
    entries: [],
    epoch: 1,
    down: false,
    held: undefined,
    after: (number, limit) => read(box.entries.filter((one) => one.number > number).slice(0, limit)),
    live: () => read(box.entries),
    raiseEpoch: async (seen) => {
      if (box.epoch === seen) box.epoch += 1;
    },
    append: () => Promise.reject(new Error("this outbox takes no entries")),
  };
  async function read(entries: readonly RevocationEntry[]): ReturnType<RevocationStore["live"]> {
    if (box.down) throw new Error("the database is away");
    const answer = { entries, end: { epoch: box.epoch, number: box.entries.at(-1)?.number ?? 0 }, now: 0 };
    await box.held;
    return answer;
  }
  return box;
}

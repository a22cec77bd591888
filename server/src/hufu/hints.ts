import { faultLevel } from "../core/fault-level.ts";
import type { Logger } from "../core/log.ts";
import type { Hints } from "../store/hints.ts";

/**
 * This node's word to the others, and theirs to it. Hints are a hurry, not a promise: nobody waits for them, and whoever
 * missed one finds out by polling.
 */
export interface HintExchange {
  /** Tells the others, soon: however often it is called meanwhile, one hint is under way and at most one follows. */
  tell(): void;
  /** Calls `onHint` for what the others tell. */
  listen(onHint: () => void): void;
  /** Ends listening, and waits for what is under way. */
  stop(): Promise<void>;
}

export function exchangeHints(hints: Hints | undefined, log: Logger): HintExchange {
  let sending: Promise<void> | undefined;
  let isWanted = false;
  let listening: Promise<() => Promise<void>> | undefined;

  async function sendAll({ send }: Hints): Promise<void> {
    while (isWanted) {
      isWanted = false;
      try {
        await send();
      } catch (cause) {
        log[faultLevel(cause)]({ err: cause }, "other nodes cannot be told of news; they find out by polling");
      }
    }
    sending = undefined;
  }

  return Object.freeze<HintExchange>({
    tell() {
      if (hints === undefined) return;
      isWanted = true;
      sending ??= sendAll(hints);
    },
    listen(onHint) {
      listening = hints?.listen(onHint).catch((cause: unknown) => {
        log.warn({ err: cause }, "other nodes cannot be heard; their news is found out by polling");
        return async (): Promise<void> => undefined;
      });
    },
    async stop() {
      const end = await listening;
      await end?.();
      await sending;
    },
  });
}

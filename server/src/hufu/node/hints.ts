import type { Notices } from "../../core/log/notices.ts";
import type { Hints } from "../../store/hints.ts";

const LATER = "they arrive by polling, half a second later; check Redis or the database's LISTEN/NOTIFY (see err)";

/**
 * Tells the other nodes that there is news, and hears it from them. A hint saves time and promises nothing: no caller
 * waits for one, and a node that missed one learns the same by polling.
 */
export interface HintExchange {
  /** Tells the others soon. However often it is called meanwhile, one hint is under way and at most one follows. */
  tell(): void;
  /** Calls `onHint` for what the others tell. */
  listen(onHint: () => void): void;
  /** Ends listening, and waits for what is under way. */
  stop(): Promise<void>;
}

export function exchangeHints(hints: Hints | undefined, notices: Notices): HintExchange {
  let sending: Promise<void> | undefined;
  let isWanted = false;
  let listening: Promise<() => Promise<void>> | undefined;

  async function sendAll({ send }: Hints): Promise<void> {
    while (isWanted) {
      isWanted = false;
      try {
        await send();
      } catch (cause) {
        notices.warn("hints_failed", { err: cause }, `other nodes learn of sign-outs later; ${LATER}`);
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
        notices.warn("hints_failed", { err: cause }, `this node learns of others' sign-outs later; ${LATER}`);
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

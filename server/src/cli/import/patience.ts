import { HufuError } from "../../core/errors/errors.ts";

const TRIES_MOST = 6;
const FIRST_PAUSE_MS = 1000;

/**
 * Carries a batch out, again after a pause while the database cannot be used: a batch that was written after all is recognised.
 * @param pause rejects when the import is stopped
 */
export async function withPatience<Result>(
  carryOut: () => Promise<Result>,
  say: (sentence: string) => void,
  pause: (ms: number) => Promise<unknown>,
): Promise<Result> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await carryOut();
    } catch (error) {
      const isOutage = error instanceof HufuError && error.reason === "store_unavailable";
      if (!isOutage || tried === TRIES_MOST) throw error;
      const ms = FIRST_PAUSE_MS * 2 ** (tried - 1);
      say(`the database cannot be used; trying again in ${ms / 1000} s (${tried} of ${TRIES_MOST - 1})`);
      await pause(ms).catch(() => {
        throw error;
      });
    }
  }
}

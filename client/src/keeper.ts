import { emptySession, type KeptSession, parseSession } from "./kept-session.ts";
import type { Patience } from "./patience.ts";
import type { Runtime } from "./runtime.ts";

/** The one value in the platform's storage. */
export interface Keeper {
  /** What storage holds now; where it cannot be read, what it was last known to hold. */
  read(): Promise<KeptSession>;
  /** Did storage return what was written? Only then may a refresh token of it be presented. */
  write(kept: KeptSession): Promise<boolean>;
}

/** A storage that never answers must not hang the app. */
const PATIENCE_MS = 3000;
const READS_MOST = 5;
const SILENT = new Error("storage does not answer");

export function createKeeper(runtime: Runtime, patience: Patience, key: string): Keeper {
  let known: KeptSession | undefined;
  let sure = false;

  function inTime<Value>(work: Promise<Value>): Promise<Value> {
    return patience.inTime(work, runtime.now() + PATIENCE_MS, () => SILENT);
  }

  /** A storage that cannot be read for a moment is not taken for an empty one, nor for one that nobody else has changed. */
  async function patiently(): Promise<string | undefined> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await inTime(runtime.read(key));
      } catch (error) {
        if (tries === READS_MOST || error === SILENT) throw error;
      }
    }
  }

  async function fresh(): Promise<KeptSession> {
    return emptySession(known === undefined ? await runtime.random() : known.device);
  }

  return {
    async read() {
      sure = true;
      try {
        known = parseSession(await patiently()) || (await fresh());
      } catch (_) {
        sure = false;
        known = known || (await fresh());
      }
      return known;
    },
    async write(kept) {
      // What could not be read may be worth more than what would overwrite it.
      if (!sure) return false;
      const text = JSON.stringify(kept);
      try {
        await inTime(runtime.write(key, text));
        if ((await inTime(runtime.read(key))) !== text) return false;
        known = kept;
        return true;
      } catch (_) {
        return false;
      }
    },
  };
}

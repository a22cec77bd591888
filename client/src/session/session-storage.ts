import type { Runtime } from "../runtime/runtime.ts";
import type { Waiting } from "../runtime/waiting.ts";
import { changed, emptySession, parseSession, type StoredSession } from "./stored-session.ts";

/** The one value in the platform's storage. */
export interface SessionStorage {
  /** What storage holds now; where it cannot be read, what it last held. */
  read(): Promise<StoredSession>;
  /** Did storage return what was written? Only then may its refresh token be presented. */
  write(stored: StoredSession): Promise<boolean>;
  /** Keeps why the session ended also outside of the storage, which an app may clear. */
  mark(ended: string): Promise<void>;
}

/** A storage that never answers must not block the app; once it did not, it gets less time. */
const PATIENCE_MS = 3000;
const SHORT_PATIENCE_MS = 1000;
const READS_MOST = 5;
/** At the start one lost callback must not make the device a new one. */
const FIRST_READS_MOST = 3;
/** Caught in this file. */
const SILENT = new Error();

export function createSessionStorage(
  runtime: Runtime,
  waiting: Waiting,
  randomId: () => Promise<string>,
  key: string,
): SessionStorage {
  const markKey = `${key}:ended`;
  let known: StoredSession | undefined;
  let canWrite = false;
  let isSilent = false;

  async function inTime<Value>(work: Promise<Value>): Promise<Value> {
    try {
      const value = await waiting.within(isSilent && known ? SHORT_PATIENCE_MS : PATIENCE_MS, work, () => SILENT);
      isSilent = false;
      return value;
    } catch (error) {
      isSilent = error === SILENT;
      throw error;
    }
  }

  /** A storage that cannot be read for a moment is not empty. */
  async function patiently(): Promise<string | undefined> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await inTime(runtime.read(key));
      } catch (error) {
        if (tries >= (error !== SILENT ? READS_MOST : known ? 1 : FIRST_READS_MOST)) throw error;
      }
    }
  }

  /** Storage was cleared or holds nothing of ours: the device stays, and so does a session's end. */
  async function fresh(): Promise<StoredSession> {
    const empty = emptySession(known === undefined ? await randomId() : known.device);
    const ended = await inTime(runtime.marked(markKey)).catch(() => "");
    return changed(empty, { ended: ended || null });
  }

  return {
    async read() {
      canWrite = true;
      try {
        known = parseSession(await patiently()) || (await fresh());
      } catch (_) {
        canWrite = false;
        known = known || (await fresh());
      }
      return known;
    },
    async write(stored) {
      // What could not be read may be worth more than what would overwrite it.
      if (!canWrite) return false;
      const text = JSON.stringify(stored);
      try {
        await inTime(runtime.write(key, text));
        if ((await inTime(runtime.read(key))) !== text) return false;
        known = stored;
        return true;
      } catch (_) {
        return false;
      }
    },
    mark: (ended) => inTime(runtime.mark(markKey, ended)).catch(() => undefined),
  };
}

import type { Runtime } from "../runtime/runtime.ts";
import { createProofKey, type ProofKey, readProofKey } from "./proof-key.ts";

/** The device's key, kept in the platform's encrypted storage beside the session. */
export interface KeyStorage {
  /** The key in use, else the one in storage. Rejects if storage cannot be read now. */
  current(): Promise<ProofKey | undefined>;
  /** The key with this thumbprint; another runtime may have stored it. Rejects if storage cannot be read now. */
  withThumbprint(jkt: string): Promise<ProofKey | undefined>;
  /** What storage holds now, which another runtime may have put there. Never rejects. */
  again(): Promise<ProofKey | undefined>;
  /** The key to sign in with: a new one if there is none. `undefined` where the platform has no random numbers. */
  forSignIn(): Promise<ProofKey | undefined>;
}

const PATIENCE_MS = 3000;
const SEED_BYTES = 32;

export function createKeyStorage(runtime: Runtime, name: string): KeyStorage {
  let inUse: ProofKey | undefined;
  let reading: Promise<ProofKey | undefined> | undefined;
  let making: Promise<ProofKey | undefined> | undefined;

  /** A platform that never answers must not block the app. */
  function inTime<Value>(work: Promise<Value>): Promise<Value> {
    return new Promise((resolve, reject) => {
      const cancel = runtime.later(PATIENCE_MS, () => reject(new Error("the platform does not answer")));
      work.then(
        (value) => {
          cancel();
          resolve(value);
        },
        (error) => {
          cancel();
          reject(error);
        },
      );
    });
  }

  async function read(): Promise<ProofKey | undefined> {
    const text = await inTime(runtime.read(name));
    // Making a key from its text costs more than a signature.
    return inUse && inUse.text === text ? inUse : readProofKey(text);
  }

  /** Calls that start together read once. */
  function stored(): Promise<ProofKey | undefined> {
    const end = (): void => {
      reading = undefined;
    };
    if (!reading) {
      reading = read();
      reading.then(end, end);
    }
    return reading;
  }

  async function make(): Promise<ProofKey | undefined> {
    const seed = new Uint8Array(SEED_BYTES);
    try {
      for (let at = 0; at < SEED_BYTES; at += 16) seed.set((await inTime(runtime.random())).slice(0, 16), at);
    } catch (_) {
      return undefined;
    }
    // Some platforms give zeros, or the same numbers again. Such a key would be everybody's.
    const isRandom = new Set(seed).size > 8 && seed.some((byte, at) => at >= 16 && byte !== seed[at - 16]);
    return isRandom ? createProofKey(seed) : undefined;
  }

  async function find(): Promise<ProofKey | undefined> {
    let known: ProofKey | undefined;
    try {
      known = await read();
      if (known) return known;
      known = inUse || (await make());
      if (!known) return undefined;
      await inTime(runtime.write(name, known.text));
      // Two runtimes may have made one each; the one that storage returns counts.
      return (await read()) || known;
    } catch (_) {
      // What cannot be read is not overwritten. A key that is not kept is good for this run.
      return known || inUse || make();
    }
  }

  return {
    async current() {
      if (!inUse) inUse = await stored();
      return inUse;
    },
    async withThumbprint(jkt) {
      if (!inUse || inUse.jkt !== jkt) {
        const found = await stored();
        if (found) inUse = found;
      }
      return inUse && inUse.jkt === jkt ? inUse : undefined;
    },
    async again() {
      const found = await stored().catch(() => undefined);
      if (found) inUse = found;
      return found;
    },
    forSignIn() {
      const end = (): void => {
        making = undefined;
      };
      if (!making) {
        making = find().then((key) => {
          inUse = key;
          return key;
        });
        making.then(end, end);
      }
      return making;
    },
  };
}

import type { Runtime } from "./runtime.ts";
import type { Waiting } from "./waiting.ts";

const BYTES = 16;
const PATIENCE_MS = 2000;

/** Makes ids of 32 hexadecimal digits. They tell devices and requests apart; no secret depends on them. */
export function createRandomId(runtime: Runtime, waiting: Waiting, chance: () => number): () => Promise<string> {
  return async () => {
    const bytes = await waiting.within(PATIENCE_MS, runtime.random(), () => undefined).catch(() => []);
    let id = "";
    for (let at = 0; at < BYTES; at += 1) {
      // Mixed, because some platforms give zeros.
      id += (256 + ((bytes[at] || 0) ^ Math.floor(chance() * 256))).toString(16).slice(1);
    }
    return id;
  };
}

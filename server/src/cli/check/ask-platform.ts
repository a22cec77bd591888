import { silentLogger } from "../../core/log/log.ts";
import { systemRandom } from "../../core/random.ts";
import { systemClock } from "../../core/time/clock.ts";
import type { Platform } from "../../platform/platform.ts";
import { createWeChat } from "../../platform/wechat/wechat.ts";
import { createSealedBox } from "../../token/sealing/sealed-box.ts";
import { createSecrets } from "../../token/sealing/secrets.ts";

/** A platform that is asked once, and what was noticed while it answered. */
export interface AskedPlatform {
  readonly platform: Platform;
  /** What an operator has to do about the last refusal, in one sentence; empty if that is unknown. */
  advice(): string;
  /** The platform's time less this machine's, by the header Date of its last answer, which has whole seconds. */
  skewMs(): number | undefined;
}

const NO_CACHE = { recall: async () => undefined, remember: async () => undefined };

export function askPlatform(secrets: readonly string[]): AskedPlatform {
  let noted: { readonly advice?: string; readonly address?: string } = {};
  let skew: number | undefined;
  const note = (fields: object): void => {
    noted = fields;
  };
  const platform = createWeChat({
    async fetch(url, init) {
      const response = await globalThis.fetch(url, init);
      const date = Date.parse(response.headers.get("date") ?? "");
      skew = Number.isNaN(date) ? undefined : date - systemClock.now();
      return response;
    },
    clock: systemClock,
    log: { ...silentLogger, warn: note, error: note },
    cache: NO_CACHE,
    box: createSealedBox(createSecrets(secrets), systemRandom),
  });
  return {
    platform,
    advice() {
      const { advice = "", address } = noted;
      return address === undefined ? advice : `${advice} (the platform sees ${address})`;
    },
    skewMs: () => skew,
  };
}

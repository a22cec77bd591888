import { faultLevel } from "../../core/log/fault-level.ts";
import type { PlatformIdentity, PlatformPhone } from "../../platform/platform.ts";
import type { SessionContext } from "../context.ts";

/** As long as the same code with the same attempt may come again, in milliseconds. */
const KEEP_MS = 60_000;

/** What the platform has said in exchange for codes that are burnt by now. */
export interface ExchangedCode {
  readonly confirmed: PlatformIdentity;
  readonly exchangedAt: number;
  readonly phone: PlatformPhone | null;
}

/**
 * Keeps an exchange whose sign-in met an outage afterwards, sealed for the attempt that asked: the platform would not
 * answer the same code again, and the user would have to press a phone button twice.
 */
export async function keepExchange(
  context: SessionContext,
  codeHash: string,
  attempt: string,
  exchanged: ExchangedCode,
): Promise<void> {
  try {
    const sealed = context.box.seal(JSON.stringify(exchanged), sealOf(codeHash, attempt));
    await context.hot.remember(keptKey(codeHash), sealed, KEEP_MS);
  } catch (cause) {
    context.log[faultLevel(cause)](
      { err: cause },
      "an exchanged login code could not be kept; its client needs a new one",
    );
  }
}

/** The kept exchange; `undefined` if there is none, or if another attempt asked for it. */
export async function recallExchange(
  context: SessionContext,
  codeHash: string,
  attempt: string,
): Promise<ExchangedCode | undefined> {
  try {
    const sealed = await context.hot.recall(keptKey(codeHash));
    if (sealed === undefined) return undefined;
    return JSON.parse(context.box.open(sealed, sealOf(codeHash, attempt)).toString("utf8"));
  } catch {
    return undefined;
  }
}

/** Where an exchange is kept. */
export function keptKey(codeHash: string): string {
  return `exchanged:${codeHash}`;
}

function sealOf(codeHash: string, attempt: string): string {
  return `exchanged code:${codeHash}:${attempt}`;
}

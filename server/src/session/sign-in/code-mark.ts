import { createHash } from "node:crypto";
import { toBase64url } from "../../core/base64url.ts";
import { HufuError } from "../../core/errors/errors.ts";
import { lengthPrefixed } from "../../core/length-prefixed.ts";
import { faultLevel } from "../../core/log/fault-level.ts";
import type { App } from "../../platform/platform.ts";
import type { SessionContext } from "../context.ts";

/** Longer than the platform's two deadlines of 10 s and the database may take; the host's own comes on top. */
const IN_PROGRESS_MS = 40_000;
const HOLDER_BYTES = 16;

/** Who exchanges a login code just now. */
export interface CodeMark {
  readonly key: string;
  readonly holder: string;
}

export function hashOfCode(app: App, code: string): string {
  return createHash("sha256")
    .update(lengthPrefixed("login code", app.platform, app.appId, code))
    .digest("base64url");
}

export function codeMark(context: SessionContext, codeHash: string): CodeMark {
  return { key: `code:${codeHash}`, holder: toBase64url(context.random(HOLDER_BYTES)) };
}

/**
 * Answers why this request may not exchange the code; `undefined` if it may. Without a word from the hot store it may not:
 * another node may be doing so.
 */
export async function claimCode(context: SessionContext, { key, holder }: CodeMark): Promise<HufuError | undefined> {
  try {
    const isOurs = await context.hot.claim(key, holder, IN_PROGRESS_MS + context.settings.resolveTimeoutMs);
    return isOurs ? undefined : codeInProgress();
  } catch (cause) {
    return outage(cause);
  }
}

/**
 * Claims a code of which nothing is known, where one look can tell. `false`: claim it and look, one by one. An outage is
 * the end: marks and sessions lie side by side, and each further question would wait as long.
 * @param kept the key under which its exchange would be kept
 * @throws HufuError `store_unavailable`
 */
export async function claimFreshCode(
  context: SessionContext,
  { key: mark, holder }: CodeMark,
  code: { readonly codeHash: string; readonly kept: string },
): Promise<boolean> {
  const ttlMs = IN_PROGRESS_MS + context.settings.resolveTimeoutMs;
  try {
    return (await context.hot.claimFreshCode?.({ ...code, mark, holder, ttlMs })) ?? false;
  } catch (cause) {
    throw outage(cause);
  }
}

function outage(cause: unknown): HufuError {
  if (cause instanceof HufuError) return cause;
  return new HufuError("store_unavailable", { retryAfter: 1, detail: "the hot store failed", cause });
}

/** What has been decided stands; a mark that could not be taken back forgets itself. */
export async function releaseCode(context: SessionContext, { key, holder }: CodeMark): Promise<void> {
  try {
    await context.hot.release(key, holder);
  } catch (cause) {
    context.log[faultLevel(cause)]({ err: cause }, "the mark of a login code could not be taken back");
  }
}

export function codeInProgress(): HufuError {
  return new HufuError("sign_in_in_progress", { retryAfter: 1 });
}

import { createHash } from "node:crypto";
import { toBase64url } from "../../core/base64url.ts";
import { HufuError } from "../../core/errors/errors.ts";
import type { SessionId } from "../../core/ids.ts";
import type { SessionContext } from "../context.ts";

/** Time to press a finger, and to try again. */
export const CHALLENGE_MS = 300_000;
const CHALLENGE_BYTES = 24;
const HOLDER_BYTES = 16;

/** What a challenge was made for. */
export interface ChallengeFacts {
  readonly sid: SessionId;
  /** What the user is asked to confirm, in the back end's words. */
  readonly operation: string;
}

/** A challenge that only its session can use. Only its hash is stored, so reading the store reveals no challenge. */
export async function makeChallenge(context: SessionContext, facts: ChallengeFacts): Promise<string> {
  const challenge = toBase64url(context.random(CHALLENGE_BYTES));
  await context.hot.remember(keyOf(challenge), JSON.stringify(facts), CHALLENGE_MS);
  return challenge;
}

/**
 * Uses a challenge of this session up, for `work`. After an outage in it the challenge may be used again; a store that has
 * lost its content refuses.
 * @throws HufuError `challenge_invalid`
 */
export async function useChallenge<Result>(
  context: SessionContext,
  sid: SessionId,
  challenge: string,
  work: (facts: ChallengeFacts) => Promise<Result>,
): Promise<Result> {
  const kept = await context.hot.recall(keyOf(challenge));
  const facts: ChallengeFacts | undefined = kept === undefined ? undefined : JSON.parse(kept);
  if (facts === undefined || facts.sid !== sid) throw new HufuError("challenge_invalid");
  const mark = `${keyOf(challenge)}:used`;
  const holder = toBase64url(context.random(HOLDER_BYTES));
  // Outlives the challenge itself.
  if (!(await context.hot.claim(mark, holder, 2 * CHALLENGE_MS))) throw new HufuError("challenge_invalid");
  try {
    return await work(facts);
  } catch (error) {
    if (error instanceof HufuError && error.status >= 429) await context.hot.release(mark, holder);
    throw error;
  }
}

function keyOf(challenge: string): string {
  return `challenge:${createHash("sha256").update(challenge).digest("base64url")}`;
}

import type { RecentToken, Session } from "../../store/records.ts";

/** How long a late duplicate is told from theft, in milliseconds. */
const RECENT_MS = 60_000;
/** More than this many generations a minute is no phone. */
const RECENT_MOST = 8;
/** An unmoved idle end is rewritten only when this share of the idle time has passed, so that repeats stay reads. */
const TOUCH_SHARE = 0.1;

/** What a genuine refresh token says of itself; its MAC has been checked. */
export interface PresentedToken {
  readonly hash: string;
  readonly generation: number;
  /** Tag of the token that it was derived from. */
  readonly parentTag: string;
  /** Tag of the attempt that asked for it; empty if the server had made that attempt up. */
  readonly attemptTag: string;
}

export interface RefreshRules {
  readonly idleMs: number;
  /** The secret that derives the next generation's children. */
  readonly newestKeyId: string;
  /** First 8 bytes of a token's hash, as a child carries them. */
  readonly parentTagOf: (hash: string) => string;
}

export type RefreshVerdict =
  /** Give the presented token's child for this attempt. `next` is to be written first, if there is one. */
  | { readonly answer: "child"; readonly promoted: boolean; readonly next: Session | undefined }
  /** A late duplicate: refused, the session lives. */
  | { readonly answer: "superseded" }
  /** Two holders exist: the session must end. */
  | { readonly answer: "reused" };

/**
 * The refresh decision (docs/design.md §5): an active session, a genuine token of it, the tag of the attempt that the
 * client named (empty if it named none) and the time, to what is answered and what the row becomes.
 *
 * A refresh token stays valid until one of its children has been used: on a phone the answer gets lost more often than
 * anyone expects, and whoever repeats the question with the same attempt gets the same child.
 */
export function decideRefresh(
  session: Session,
  presented: PresentedToken,
  attemptTag: string,
  databaseNow: number,
  rules: RefreshRules,
): RefreshVerdict {
  const now = Math.max(databaseNow, session.clock);

  if (presented.hash === session.currentHash) {
    return { answer: "child", promoted: false, next: touched(session, now, rules) };
  }

  const isChildOfCurrent =
    presented.generation === session.generation + 1 && presented.parentTag === rules.parentTagOf(session.currentHash);
  if (isChildOfCurrent) {
    return { answer: "child", promoted: true, next: promoted(session, presented, now, rules) };
  }

  const recent = session.recent.find((token) => token.hash === presented.hash && isRecent(token, now));
  if (recent !== undefined && (recent.winner === "" || recent.winner === attemptTag)) return { answer: "superseded" };

  return { answer: "reused" };
}

function isRecent(token: RecentToken, now: number): boolean {
  return now - token.at <= RECENT_MS;
}

/** The child becomes current; its parent is remembered for a minute with the attempt that won. */
function promoted(session: Session, child: PresentedToken, now: number, rules: RefreshRules): Session {
  const parent: RecentToken = { hash: session.currentHash, at: now, winner: child.attemptTag };
  return {
    ...session,
    version: session.version + 1,
    generation: child.generation,
    currentHash: child.hash,
    keyId: rules.newestKeyId,
    recent: [parent, ...session.recent.filter((token) => isRecent(token, now))].slice(0, RECENT_MOST),
    lastUsedAt: now,
    idleUntil: slidIdleEnd(session, now, rules),
    clock: now,
  };
}

/** A repeat changes nothing but, now and then, the idle end: whoever comes once a month is not idle. */
function touched(session: Session, now: number, rules: RefreshRules): Session | undefined {
  const idleUntil = slidIdleEnd(session, now, rules);
  if (idleUntil - session.idleUntil < rules.idleMs * TOUCH_SHARE) return undefined;
  return { ...session, version: session.version + 1, lastUsedAt: now, idleUntil, clock: now };
}

function slidIdleEnd(session: Session, now: number, rules: RefreshRules): number {
  return Math.min(Math.max(session.idleUntil, now + rules.idleMs), session.absoluteUntil);
}

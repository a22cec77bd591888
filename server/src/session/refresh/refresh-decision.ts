import type { RecentToken, Session } from "../../store/records.ts";

/** For this long a late duplicate is distinguished from reuse, in milliseconds. */
const RECENT_MS = 60_000;
/** No phone makes more than this many generations a minute. */
const RECENT_MOST = 8;
/** The idle end is rewritten only when it moves by this share of the idle time, so that repeats stay reads. */
const TOUCH_SHARE = 0.1;
/** Repeats of one token move the idle end at most this many idle times past the moment when it became current. */
const IDLE_TIMES_MOST = 2;

/** What a genuine refresh token contains; its MAC has been checked. */
export interface PresentedToken {
  readonly hash: string;
  readonly generation: number;
  /** Tag of the token that it was derived from. */
  readonly parentTag: string;
  /** Tag of the attempt that asked for it; empty if the client named none. */
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
  /** A bound session keeps its refresh token. `next` is to be written first, if there is one. */
  | { readonly answer: "same"; readonly next: Session | undefined }
  /** A late duplicate: refused, the session lives. */
  | { readonly answer: "superseded" }
  /** Two holders exist: the session must end. */
  | { readonly answer: "reused" };

/**
 * The refresh decision (docs/design.md §5). From an active session, a genuine token of it, the tag of the attempt that
 * the client named (empty if it named none) and the time, it derives the answer and the session's next row.
 *
 * A refresh token stays valid until one of its children has been used, because phones lose many answers. A client that
 * repeats the request with the same attempt gets the same child.
 */
export function decideRefresh(
  session: Session,
  presented: PresentedToken,
  attemptTag: string,
  databaseNow: number,
  rules: RefreshRules,
): RefreshVerdict {
  const now = Math.max(databaseNow, session.clock);
  if (session.jkt !== null) return decideBound(session, presented, now, rules);
  const place = placeOf(session, presented, now, rules.parentTagOf);
  switch (place) {
    case "current":
      return { answer: "child", promoted: false, next: touched(session, now, rules) };
    case "child":
      return { answer: "child", promoted: true, next: promoted(session, presented, now, rules) };
    case "old":
      return { answer: "reused" };
    default:
      // Only the client that sent the winning request can repeat it. No attempt repeats no attempt, and nothing else.
      return { answer: place.winner === attemptTag ? "superseded" : "reused" };
  }
}

/** The proof of possession has been checked, so a copy of the token is worth nothing and there is nothing to rotate. */
function decideBound(session: Session, presented: PresentedToken, now: number, rules: RefreshRules): RefreshVerdict {
  if (presented.hash !== session.currentHash) return { answer: "reused" };
  return { answer: "same", next: movedTo(session, movedIdleEnd(session, now + rules.idleMs), now, rules) };
}

/**
 * Does its owner hold this token? True of the current token, its children and the recent ones. An older genuine token is
 * a copy, or was lost in a backup of the phone.
 */
export function isHeldByOwner(
  session: Session,
  presented: PresentedToken,
  databaseNow: number,
  parentTagOf: RefreshRules["parentTagOf"],
): boolean {
  return placeOf(session, presented, Math.max(databaseNow, session.clock), parentTagOf) !== "old";
}

/** Where a genuine token stands in its session. A recent one is what the row remembers of it. */
function placeOf(
  session: Session,
  presented: PresentedToken,
  now: number,
  parentTagOf: RefreshRules["parentTagOf"],
): "current" | "child" | RecentToken | "old" {
  if (presented.hash === session.currentHash) return "current";
  const isNext = presented.generation === session.generation + 1;
  if (isNext && presented.parentTag === parentTagOf(session.currentHash)) return "child";
  return session.recent.find((token) => token.hash === presented.hash && isRecent(token, now)) ?? "old";
}

function isRecent(token: RecentToken, now: number): boolean {
  return now - token.at <= RECENT_MS;
}

/**
 * The child becomes current. Its parent is kept with the attempt that won: for a minute to recognise late duplicates,
 * and as the newest of the list until the next promotion, because its `at` says since when the child is current.
 */
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
    idleUntil: movedIdleEnd(session, now + rules.idleMs),
    clock: now,
  };
}

/** A repeat changes nothing but, now and then, the idle end: a user who comes once a month is not idle. */
function touched(session: Session, now: number, rules: RefreshRules): Session | undefined {
  const latest = currentSince(session) + IDLE_TIMES_MOST * rules.idleMs;
  return movedTo(session, movedIdleEnd(session, Math.min(now + rules.idleMs, latest)), now, rules);
}

function movedTo(session: Session, idleUntil: number, now: number, rules: RefreshRules): Session | undefined {
  if (idleUntil - session.idleUntil < rules.idleMs * TOUCH_SHARE) return undefined;
  return { ...session, version: session.version + 1, lastUsedAt: now, idleUntil, clock: now };
}

/** When the current token became current: when its parent stopped, or at sign-in. */
function currentSince(session: Session): number {
  return session.recent[0]?.at ?? session.createdAt;
}

/** The idle end never moves back, and never past the absolute end. */
function movedIdleEnd(session: Session, end: number): number {
  return Math.min(Math.max(session.idleUntil, end), session.absoluteUntil);
}

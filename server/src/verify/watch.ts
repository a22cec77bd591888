import { mistaken } from "../core/arguments.ts";
import { HufuError } from "../core/errors/errors.ts";
import type { Logger } from "../core/log/log.ts";
import type { Revocation } from "../core/revocation.ts";
import { type AccessClaims, isUserClaims } from "../token/access-token/access-claims.ts";
import type { Pause } from "./pause.ts";
import type { ListedRevocation, RevocationList } from "./revocation-list/revocation-list.ts";
import type { Auth } from "./token-check/auth.ts";
import type { VerifiedToken } from "./token-check/token-cache.ts";
import type { TokenCheck } from "./token-check/token-check.ts";
import type { Verifier } from "./verifier.ts";

export interface WatchOptions<Claims> {
  readonly tokenOf: TokenCheck<Claims>["tokenOf"];
  readonly revocations: RevocationList;
  readonly pause: Pause;
  readonly log: Logger;
  /** Ends all watching. */
  readonly stop: AbortSignal;
}

interface Watched {
  readonly token: Pick<VerifiedToken<unknown>, "claims" | "kid" | "expiresAt">;
  readonly onEnd: (refusal: HufuError) => unknown;
}

/** How often it is looked whether a watched token has expired. */
const LOOK_MS = 1000;

/**
 * Watches tokens from one list. News of one session, token or user is looked up; what may concern every token (a key, a
 * reset, a new list) has every watched token judged anew. Nothing runs while nothing is watched.
 */
export function createWatch<Claims>(options: WatchOptions<Claims>): Verifier<Claims>["watch"] {
  const { tokenOf, revocations, pause, log, stop } = options;
  const all = new Set<Watched>();
  /** By sid, jti and sub. A token that only shares the text is judged, and stays. */
  const byName = new Map<string, Set<Watched>>();
  let unsubscribe: (() => void) | undefined;
  let looking = false;

  function refusalOf({ token }: Watched): HufuError | undefined {
    if (revocations.now() >= token.expiresAt) return new HufuError("token_expired");
    const verdict = revocations.verdict(token.claims, token.kid);
    return verdict === undefined ? undefined : new HufuError(verdict.reason, { why: verdict.why });
  }

  function judge(some: Iterable<Watched>): void {
    for (const watched of [...some]) {
      const refusal = refusalOf(watched);
      if (refusal === undefined || !all.has(watched)) continue;
      remove(watched);
      // In its own turn, so that no callback is called from within a guard or the list.
      queueMicrotask(() => void tell(watched, refusal));
    }
  }

  /** What a callback throws stops neither the others nor the process. */
  async function tell({ onEnd }: Watched, refusal: HufuError): Promise<void> {
    try {
      await onEnd(refusal);
    } catch (err) {
      log.error({ err, reason: refusal.reason }, "watch: onEnd failed, so that what it should close may still be open");
    }
  }

  function heard(entries: readonly ListedRevocation[] | undefined): void {
    // A role that is redefined ends nothing.
    const names = entries?.flatMap(({ revocation }) => ("role" in revocation ? [] : [nameIn(revocation)]));
    if (names === undefined || names.includes(undefined)) judge(all);
    else for (const name of names) judge(byName.get(name ?? "") ?? []);
  }

  function add(watched: Watched): void {
    all.add(watched);
    for (const name of namesOf(watched.token.claims)) {
      const others = byName.get(name) ?? new Set();
      byName.set(name, others.add(watched));
    }
    unsubscribe ??= revocations.onChange(heard);
    if (!looking) void look();
  }

  function remove(watched: Watched): void {
    all.delete(watched);
    for (const name of namesOf(watched.token.claims)) {
      const others = byName.get(name);
      others?.delete(watched);
      if (others?.size === 0) byName.delete(name);
    }
    if (all.size > 0) return;
    unsubscribe?.();
    unsubscribe = undefined;
  }

  /** Expiry alone; every other end of a token arrives as an entry. */
  async function look(): Promise<void> {
    looking = true;
    while (all.size > 0) {
      await pause(LOOK_MS, stop).catch(() => undefined);
      if (stop.aborted) break;
      const now = revocations.now();
      judge([...all].filter(({ token }) => now >= token.expiresAt));
    }
    looking = false;
  }

  stop.addEventListener("abort", () => [...all].forEach(remove), { once: true });

  return (auth: Auth<Claims>, onEnd: (refusal: HufuError) => unknown): (() => void) => {
    if (typeof onEnd !== "function") throw mistaken("watch: onEnd", "a function", onEnd);
    const token = tokenOf(auth);
    if (token === undefined) throw new TypeError("watch: this verifier has not given out that auth");
    const watched: Watched = { token, onEnd };
    if (!stop.aborted) {
      add(watched);
      judge([watched]);
    }
    return () => remove(watched);
  };
}

function namesOf(claims: AccessClaims): readonly string[] {
  return isUserClaims(claims) ? [claims.jti, claims.sid, claims.sub] : [claims.jti];
}

/** What the entry is about, if that is one session, token or user. */
function nameIn(revocation: Revocation): string | undefined {
  if ("sid" in revocation) return revocation.sid;
  if ("jti" in revocation) return revocation.jti;
  if ("sub" in revocation) return revocation.sub;
  return undefined;
}

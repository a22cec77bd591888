import type { Heard } from "./ask-node.ts";
import { textIn, verdictOfHeard } from "./ask-node.ts";

/** One thing that was asked, and what was heard of it. Times are milliseconds of one monotonic clock. */
export interface Happening {
  readonly start: number;
  readonly end: number;
  /** A name of the session's owner; each has one session. */
  readonly who: string;
  readonly what: "refresh" | "sign-out" | "kick" | "introspect";
  /** `refresh`: the token that was presented, and with which attempt. */
  readonly token?: string;
  readonly attempt?: string;
  /** `ok`, `active`, `inactive`, `unavailable`, `nothing`, or the reason of the refusal. */
  readonly verdict: string;
  /** The refresh token that came back. */
  readonly given?: string | undefined;
}

/** Writes down what happens, in the order in which it ends. */
export interface History {
  readonly happenings: readonly Happening[];
  now(): number;
  /** Asks, and writes down what was heard. */
  record(about: Pick<Happening, "who" | "what" | "token" | "attempt">, ask: () => Promise<Heard>): Promise<Heard>;
  /** An order, that is answered in one word. */
  order(about: Pick<Happening, "who" | "what">, give: () => Promise<string>): Promise<string>;
}

export function createHistory(now: () => number): History {
  const happenings: Happening[] = [];
  return Object.freeze<History>({
    happenings,
    now,
    async record(about, ask) {
      const start = now();
      const heard = await ask();
      const given = textIn(heard, "refresh_token");
      const verdict = about.what === "introspect" ? activity(heard) : verdictOfHeard(heard);
      happenings.push({ ...about, start, end: now(), verdict, given: given === "" ? undefined : given });
      return heard;
    },
    async order(about, give) {
      const start = now();
      const word = await give();
      const verdict = word === "store_unavailable" ? "unavailable" : word;
      happenings.push({ ...about, start, end: now(), verdict });
      return word;
    },
  });
}

function activity(heard: Heard): string {
  const verdict = verdictOfHeard(heard);
  if (verdict !== "ok" || heard.kind !== "answer") return verdict;
  return heard.body["active"] === true ? "active" : "inactive";
}

const ENDS: readonly Happening["what"][] = ["sign-out", "kick"];
const UNKNOWN: readonly string[] = ["unavailable", "nothing"];
/** What refuses a refresh because the session is over. */
const OVER: readonly string[] = ["session_logged_out", "session_kicked", "refresh_token_reused", "session_expired"];

/**
 * What must not have happened, in words; nothing if all is well.
 * @param finals the token with which each honest client has completed its last, undisturbed refresh
 */
export function violations(
  happenings: readonly Happening[],
  finals: ReadonlyMap<string, string | undefined>,
): readonly string[] {
  const found: string[] = [];
  for (const who of new Set(happenings.map((one) => one.who))) {
    const own = happenings.filter((one) => one.who === who);
    found.push(...afterTheEnd(who, own), ...relapses(who, own), ...otherAnswers(who, own), ...strangeWords(who, own));
    if (own.some(({ what }) => ENDS.includes(what))) continue;
    found.push(...signedOut(who, own));
    if (finals.get(who) === undefined) found.push(`${who}: no undisturbed refresh at the end`);
  }
  return found;
}

/** I5: what began after an end was answered. */
function afterTheEnd(who: string, own: readonly Happening[]): string[] {
  const answered = own.filter(({ what, verdict }) => ENDS.includes(what) && verdict === "ok");
  const ended = Math.min(...answered.map(({ end }) => end));
  return own
    .filter(({ start, verdict, what }) => start > ended && isAccepted(what, verdict))
    .map(({ what, start }) => `${who}: ${what} accepted ${(start - ended).toFixed(1)} ms after the end was answered`);
}

function isAccepted(what: Happening["what"], verdict: string): boolean {
  return (what === "refresh" && verdict === "ok") || (what === "introspect" && verdict === "active");
}

/** Who was told once that it is over is never told otherwise, whether or not anybody has heard of the end. */
function relapses(who: string, own: readonly Happening[]): string[] {
  const told = own.filter(({ what, verdict }) => what === "refresh" && OVER.includes(verdict));
  const since = Math.min(...told.map(({ end }) => end));
  return own
    .filter(({ start, what, verdict }) => start > since && isAccepted(what, verdict))
    .map(({ what }) => `${who}: ${what} accepted after it had been refused as over`);
}

/** I4: one question, one answer. */
function otherAnswers(who: string, own: readonly Happening[]): string[] {
  const answers = new Map<string, string>();
  const found: string[] = [];
  for (const { token, attempt, given } of own) {
    if (token === undefined || given === undefined) continue;
    const question = `${token} ${attempt}`;
    const earlier = answers.get(question);
    if (earlier !== undefined && earlier !== given) found.push(`${who}: the same question has two answers`);
    answers.set(question, given);
  }
  return found;
}

/** Nothing but what docs/protocol.md knows: no 500, no 401, no reason that has no place here. */
function strangeWords(who: string, own: readonly Happening[]): string[] {
  const known = ["ok", "active", "inactive", "refresh_token_superseded", ...UNKNOWN, ...OVER];
  return own
    .filter(({ verdict }) => !known.includes(verdict))
    .map(({ what, verdict }) => `${who}: ${what} was answered ${verdict}`);
}

/** I2: nobody who kept to the rules, and whom nobody ended, was refused anything. */
function signedOut(who: string, own: readonly Happening[]): string[] {
  return own
    .filter(({ what, verdict }) => what === "refresh" && verdict !== "ok" && !UNKNOWN.includes(verdict))
    .map(({ verdict }) => `${who}: an honest client was refused: ${verdict}`);
}

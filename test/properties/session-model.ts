import type { EndWhy } from "../../server/src/core/errors/reasons.ts";
import type { Held } from "../stack/stack.fixture.ts";
import { present } from "../stack/verdict.ts";

const MINUTE = 60_000;
export const IDLE_MS = 3_600_000;
export const ABSOLUTE_MS = 3 * IDLE_MS;
const REFRESH_ANSWERS: Readonly<Record<EndWhy, string>> = {
  logged_out: "session_logged_out",
  replaced: "session_replaced",
  kicked: "session_kicked",
  banned: "session_expired",
  expired: "session_expired",
  reset: "session_expired",
  closed: "account_closed",
  reused: "refresh_token_reused",
};

export interface ModelUser {
  ver: number;
  roles: readonly string[];
  /** Epoch ms; `Infinity` = for good. */
  bannedUntil: number;
  /** What guards were last told about this user. */
  told: string;
}

export interface ModelSession {
  readonly sid: string;
  readonly user: ModelUser;
  readonly app: string;
  readonly device: string;
  readonly first: string;
  readonly at: number;
  readonly bornPol: number;
  current: string;
  recent: { readonly token: string; readonly at: number; readonly winner: string | undefined }[];
  idleUntil: number;
  /** As written down; a session may be over before anybody has written it down. */
  ended: EndWhy | undefined;
}

export interface ModelRefreshToken {
  readonly text: string;
  readonly session: ModelSession;
  readonly parent: string | undefined;
  readonly attempt: string | undefined;
}

export interface ModelAccessToken {
  readonly text: string;
  readonly session: ModelSession;
  readonly ver: number;
  readonly pol: number;
  readonly exp: number;
}

/** Everything that the model remembers. */
export interface ModelEnvironment {
  now: number;
  pol: number;
  /** By app, and `*` for all: the policy version of the last reset. */
  readonly resets: Map<string, number>;
  readonly sessions: ModelSession[];
  readonly refreshTokens: ModelRefreshToken[];
  readonly accessTokens: ModelAccessToken[];
}

export function emptyEnvironment(pol: number, now: number): ModelEnvironment {
  return { now, pol, resets: new Map(), sessions: [], refreshTokens: [], accessTokens: [] };
}

function resetPol({ resets }: ModelEnvironment, { app }: ModelSession): number {
  return Math.max(resets.get(app) ?? 0, resets.get("*") ?? 0);
}

function whyOver(environment: ModelEnvironment, session: ModelSession): EndWhy | undefined {
  if (session.ended !== undefined) return session.ended;
  if (session.bornPol < resetPol(environment, session)) return "reset";
  return environment.now >= Math.min(session.idleUntil, session.at + ABSOLUTE_MS) ? "expired" : undefined;
}

/** What a guard must say of an access token. */
export function guardMustSay(environment: ModelEnvironment, { session, exp, pol, ver }: ModelAccessToken): string {
  const { user, ended } = session;
  if (environment.now >= exp * 1000) return "token_expired";
  // A ban is told about the user, everything else about the session.
  if (ended !== undefined && ended !== "banned") return `token_revoked ${ended}`;
  if (pol < resetPol(environment, session)) return "token_revoked reset";
  if (ver >= user.ver) return "ok";
  return user.told === "banned" ? "token_revoked banned" : `token_stale ${user.told}`;
}

function refusal(environment: ModelEnvironment, session: ModelSession): string | undefined {
  const why = whyOver(environment, session);
  if (environment.now < session.user.bannedUntil && (why ?? "banned") === "banned") return "account_banned";
  return why === undefined ? undefined : REFRESH_ANSWERS[why];
}

/** Must this refresh token be good for something? */
export function isLive(environment: ModelEnvironment, { text, session, parent }: ModelRefreshToken): boolean {
  return refusal(environment, session) === undefined && (text === session.current || parent === session.current);
}

/** What a refresh must answer, and what it does to the session. */
export function refreshMustSay(
  environment: ModelEnvironment,
  token: ModelRefreshToken,
  attempt: string | undefined,
): string {
  const { text, session, parent } = token;
  const { now } = environment;
  const refused = refusal(environment, session);
  if (refused === "session_expired") session.ended ??= whyOver(environment, session);
  if (refused !== undefined) return refused;
  const moved = (end: number): number => Math.min(Math.max(session.idleUntil, end), session.at + ABSOLUTE_MS);
  if (text === session.current) {
    const idleUntil = moved(Math.min(now + IDLE_MS, (session.recent[0]?.at ?? session.at) + 2 * IDLE_MS));
    if (idleUntil - session.idleUntil >= IDLE_MS / 10) session.idleUntil = idleUntil;
    return "ok";
  }
  const young = session.recent.filter(({ at }) => now - at <= MINUTE);
  if (parent === session.current) {
    session.recent = [{ token: session.current, at: now, winner: token.attempt }, ...young].slice(0, 8);
    session.current = text;
    session.idleUntil = moved(now + IDLE_MS);
    return "ok";
  }
  const known = young.find((recent) => recent.token === text);
  if (known !== undefined && known.winner === attempt) return "refresh_token_superseded";
  session.ended = "reused";
  return "refresh_token_reused";
}

/** What revoking this refresh token does to its session. */
export function revoked(environment: ModelEnvironment, { text, session, parent }: ModelRefreshToken): void {
  const held = text === session.current || parent === session.current;
  const recent = session.recent.some(({ token, at }) => token === text && environment.now - at <= MINUTE);
  session.ended ??= held || recent ? "logged_out" : "reused";
}

/** What the code of this session must answer when it comes again. */
export function usedCodeMustSay(environment: ModelEnvironment, session: ModelSession, sameAttempt: boolean): string {
  if (!sameAttempt) {
    if (environment.now - session.at <= 5 * MINUTE) session.ended ??= "reused";
    return "login_code_used";
  }
  if (environment.now - session.at > MINUTE) return "login_code_used";
  const known = [session.current, ...session.recent.map(({ token }) => token)].includes(session.first);
  return refusal(environment, session) ?? (known ? "ok" : "login_code_used");
}

/** A new session, which takes the place of the device's old one. What was over already is written down by the way. */
export function signedIn(
  environment: ModelEnvironment,
  held: Held,
  user: ModelUser,
  app: string,
  device: string,
): ModelSession {
  for (const old of environment.sessions) {
    // Without a limit for a type of device, a sign-in reads no sessions in other apps (docs/decisions/0040).
    if (old.user !== user || old.app !== app) continue;
    old.ended = whyOver(environment, old) ?? (old.device === device ? "replaced" : undefined);
  }
  const { sid, refresh: first } = held;
  const session: ModelSession = {
    sid,
    user,
    app,
    device,
    first,
    at: environment.now,
    bornPol: environment.pol,
    current: first,
    recent: [],
    idleUntil: environment.now + IDLE_MS,
    ended: undefined,
  };
  environment.sessions.push(session);
  environment.refreshTokens.push({ text: first, session, parent: undefined, attempt: undefined });
  return session;
}

/** The child that a refresh gave; the same question must have had the same answer. */
export function gave(
  environment: ModelEnvironment,
  text: string,
  parent: ModelRefreshToken,
  attempt: string | undefined,
): void {
  const asked = environment.refreshTokens.find((token) => token.parent === parent.text && token.attempt === attempt);
  if (attempt !== undefined && asked !== undefined && asked.text !== text) throw new Error("another child than before");
  if (environment.refreshTokens.some((token) => token.text === text)) return;
  environment.refreshTokens.push({ text, session: parent.session, parent: parent.text, attempt });
}

/** The user's authorization has changed, and guards are told why. */
export function changed(user: ModelUser, told: string): void {
  user.ver += 1;
  user.told = told;
}

/** The newest few of a list. */
export function newest<Item>(list: readonly Item[], most: number): readonly Item[] {
  return list.slice(-most);
}

/** One of the newest few, by any number. */
export function among<Item>(list: readonly Item[], number: number, most = 10): Item | undefined {
  const few = newest(list, most);
  return few.length === 0 ? undefined : present(few[few.length - 1 - (number % few.length)]);
}

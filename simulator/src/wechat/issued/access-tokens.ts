import { toBase64url } from "../../base64url.ts";
import type { Clock } from "../../clock.ts";
import type { Random } from "../../random.ts";
import { createBoundedMap } from "../bounded-map.ts";
import type { Errcode } from "../errcodes.ts";

const LIFE_MS = 7200_000;
const OVERLAP_MS = 5 * 60_000;
const FORCED_PER_DAY = 20;
const FORCED_SPACING_MS = 30_000;
const MAX_APPS = 1000;
const MAX_TOKENS = 10_000;
/** 512 characters, what callers are told to reserve: a column that is too short shows itself here. */
const TOKEN_BYTES = 384;
const SHAPE = /^[\w-]{512}$/;

interface Issued {
  readonly token: string;
  readonly appId: string;
  readonly expiresAt: number;
  /** Earlier than `expiresAt` once a later token has taken its place. */
  validUntil: number;
}

interface Line {
  current: Issued | undefined;
  previous: Issued | undefined;
}

interface StableLine extends Line {
  forcedDay: number;
  forcedToday: number;
  forcedAt: number;
}

/** What both token calls answer. */
export interface TokenAnswer extends Readonly<Record<string, unknown>> {
  readonly access_token: string;
  /** Seconds. */
  readonly expires_in: number;
}

/** The platform's access tokens: two kinds that know nothing of each other. */
export interface AccessTokens {
  /** `cgi-bin/token`: always a new one; the one before works five minutes more, any earlier one no longer. */
  renew(appId: string): TokenAnswer;
  /** `cgi-bin/stable_token`: the same one until five minutes before its end. */
  stable(appId: string, forceRefresh: boolean): TokenAnswer | Errcode;
  /** The appid whose token this is, or the refusal. */
  check(token: string | null): string | Errcode;
}

/** Quotas by day turn over at midnight in Beijing. */
const beijingDay = (now: number) => Math.floor((now + 8 * 3600_000) / 86_400_000);

export function createAccessTokens(clock: Clock, random: Random): AccessTokens {
  const known = createBoundedMap<string, Issued>(MAX_TOKENS);
  const lines = createBoundedMap<string, Line>(MAX_APPS);
  const stableLines = createBoundedMap<string, StableLine>(MAX_APPS);

  function mint(line: Line, appId: string, now: number): Issued {
    const expiresAt = now + LIFE_MS;
    const issued = { token: toBase64url(random(TOKEN_BYTES)), appId, expiresAt, validUntil: expiresAt };
    known.set(issued.token, issued);
    line.previous = line.current;
    line.current = issued;
    return issued;
  }

  function end(issued: Issued | undefined, at: number): void {
    if (issued !== undefined) issued.validUntil = Math.min(issued.validUntil, at);
  }

  function answer(issued: Issued, now: number): TokenAnswer {
    return { access_token: issued.token, expires_in: Math.floor((issued.expiresAt - now) / 1000) };
  }

  function stableLine(appId: string): StableLine {
    const found = stableLines.get(appId);
    if (found !== undefined) return found;
    const line = { current: undefined, previous: undefined, forcedDay: 0, forcedToday: 0, forcedAt: -Infinity };
    stableLines.set(appId, line);
    return line;
  }

  return Object.freeze({
    renew(appId: string) {
      const now = clock.now();
      const line = lines.get(appId) ?? { current: undefined, previous: undefined };
      end(line.previous, now);
      end(line.current, now + OVERLAP_MS);
      lines.set(appId, line);
      return answer(mint(line, appId, now), now);
    },
    stable(appId: string, forceRefresh: boolean) {
      const now = clock.now();
      const line = stableLine(appId);
      if (forceRefresh && now - line.forcedAt >= FORCED_SPACING_MS) {
        const today = beijingDay(now);
        if (line.forcedDay !== today) {
          line.forcedDay = today;
          line.forcedToday = 0;
        }
        if (line.forcedToday >= FORCED_PER_DAY) return 45009;
        line.forcedToday += 1;
        line.forcedAt = now;
        end(line.previous, now);
        end(line.current, now);
        return answer(mint(line, appId, now), now);
      }
      const { current } = line;
      const keep = current !== undefined && current.expiresAt - now >= OVERLAP_MS;
      return answer(keep ? current : mint(line, appId, now), now);
    },
    check(token: string | null) {
      if (token === null || !SHAPE.test(token)) return 40014;
      const issued = known.get(token);
      if (issued === undefined) return 40001;
      const now = clock.now();
      if (now < issued.validUntil) return issued.appId;
      return issued.validUntil === issued.expiresAt ? 42001 : 40001;
    },
  });
}

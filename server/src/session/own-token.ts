import { HufuError } from "../core/errors/errors.ts";
import { toSeconds } from "../core/time/clock.ts";
import type { AccessClaims } from "../token/access-token/access-claims.ts";
import {
  checkAccessClaims,
  checkAccessSignature,
  parseAccessToken,
} from "../token/access-token/verify-access-token.ts";
import type { SessionContext } from "./context.ts";

/** An access token that this issuer signed and that has not expired. */
export interface OwnToken {
  readonly claims: AccessClaims;
  readonly kid: string;
}

/** A live access token of this issuer, by signature and times alone; `undefined` for anything else. */
export async function readOwnToken(context: SessionContext, token: string): Promise<OwnToken | undefined> {
  try {
    const parsed = parseAccessToken(token);
    const { issuer, audience } = context.settings;
    checkAccessClaims(parsed.claims, { issuer, audience, now: toSeconds(context.clock.now()) });
    checkAccessSignature(parsed, context.keys.find(parsed.kid) ?? (await context.keys.seek(parsed.kid)));
    return { claims: parsed.claims, kid: parsed.kid };
  } catch (error) {
    if (error instanceof HufuError && error.reason.startsWith("token_")) return undefined;
    throw error;
  }
}

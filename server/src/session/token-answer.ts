import type { UserId } from "../core/ids.ts";
import { toSeconds } from "../core/time/clock.ts";
import type { SessionFacts } from "../store/records.ts";
import type { AccessToken } from "./mint.ts";

/** What a grant gives (docs/protocol.md §3.4), before it is put on the wire. */
export interface TokenAnswer {
  readonly accessToken: string;
  readonly tokenType: "Bearer" | "DPoP";
  /** Whole seconds. */
  readonly expiresIn: number;
  /** Absent in `single` mode and for back ends. */
  readonly refreshToken?: string;
  readonly refreshTokenExpiresIn?: number;
  /** Absent for back ends. */
  readonly user?: {
    readonly id: UserId;
    readonly externalId: string | null;
    readonly isNew: boolean;
    readonly roles: readonly string[];
  };
}

export function answerForSession(
  facts: SessionFacts,
  access: AccessToken,
  refreshToken: string | undefined,
  isNew: boolean,
): TokenAnswer {
  const { session, user } = facts;
  const answer: TokenAnswer = {
    accessToken: access.token,
    tokenType: session.jkt === null ? "Bearer" : "DPoP",
    expiresIn: access.expiresInSeconds,
    user: { id: user.id, externalId: user.externalId, isNew, roles: user.roles },
  };
  if (refreshToken === undefined) return answer;
  const end = Math.min(session.idleUntil, session.absoluteUntil);
  return { ...answer, refreshToken, refreshTokenExpiresIn: toSeconds(end - facts.now) };
}

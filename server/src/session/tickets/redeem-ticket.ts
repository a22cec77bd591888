import { createHash } from "node:crypto";
import { toBase64url } from "../../core/base64url.ts";
import { HufuError } from "../../core/errors/errors.ts";
import type { SessionId, UserId } from "../../core/ids.ts";
import { lengthPrefixed } from "../../core/length-prefixed.ts";
import { toSeconds } from "../../core/time/clock.ts";
import { checkTicket, parseTicket, type TicketClaims } from "../../token/ticket.ts";
import { checkSessionId } from "../check-input.ts";
import type { SessionContext } from "../context.ts";
import { banInForce, whyOver } from "../liveness.ts";
import { checkRedemption, type TicketRedemption } from "./ticket-input.ts";

/** A ticket that is redeemed, by the one who asked. */
export interface RedeemedTicket {
  /** Id of the ticket. Stored in the transaction of what it is for, it makes that happen once. */
  readonly jti: string;
  /** The user who asked for the ticket. */
  readonly sub: UserId;
  /** The back end's own id of the user, if it gave one. */
  readonly uid: string | undefined;
  /** The session that asked for the ticket. */
  readonly sid: SessionId;
  /** The app in which the user is signed in. */
  readonly clientId: string;
  readonly operation: string;
  /** Epoch seconds. */
  readonly issuedAt: number;
  /** Epoch seconds. */
  readonly expiresAt: number;
}

/** Who redeems. */
export interface Redeemer {
  /** The back end's client id; `null` for the back end in whose process Hufu runs. */
  readonly clientId: string | null;
  /** The session that brought the ticket, where that is known: it must be the one that asked for it. */
  readonly sid?: SessionId;
}

/**
 * Redeems a ticket, once. The one who has redeemed it may ask again and is answered the same, expired or not: an answer may
 * have been lost.
 * @throws HufuError `ticket_invalid`, also when the session has ended by the database; `ticket_mismatch`, `ticket_expired`,
 * `ticket_redeemed`; `parameter_invalid`; `store_unavailable`, `revocations_unknown`
 */
export async function redeemTicket(
  context: SessionContext,
  redemption: TicketRedemption,
  { clientId, sid }: Redeemer,
): Promise<RedeemedTicket> {
  const { operation, digest, ticket, redeemId } = checkRedemption(redemption);
  const claims = await readOwnTicket(context, ticket);
  const isForThis = claims.operation === operation && claims.parameters_sha256 === digest;
  const isOfThem = sid === undefined || claims.sid === checkSessionId("auth.sid", sid);
  if (!isForThis || !isOfThem) throw new HufuError("ticket_mismatch");
  const { tickets } = context.store;
  const redeemer = redeemerName(clientId, redeemId);
  let first = await tickets.redeemerOf(claims.jti);
  if (first === undefined) {
    await confirmLive(context, claims);
    first = await tickets.redeem(claims.jti, redeemer);
  }
  if (first !== redeemer) throw new HufuError("ticket_redeemed");
  return described(claims);
}

/** A key that was revoked is no longer in the ring, nor are its tickets worth anything. */
async function readOwnTicket({ keys, settings }: SessionContext, text: string): Promise<TicketClaims> {
  const parsed = parseTicket(text);
  checkTicket(parsed, settings.issuer, keys.find(parsed.kid) ?? (await keys.seek(parsed.kid)));
  return parsed.claims;
}

/** Everything by the database and its clock: a session that was ended a moment ago pays nothing. */
async function confirmLive({ store }: SessionContext, { sid, exp }: TicketClaims): Promise<void> {
  const facts = await store.sessions.findForMint(sid);
  if (facts === undefined) throw new HufuError("ticket_invalid", { detail: "its session is gone" });
  const why = banInForce(facts.user.ban, facts.now) === undefined ? whyOver(facts) : "banned";
  if (why !== undefined) throw new HufuError("ticket_invalid", { why });
  if (toSeconds(facts.now) >= exp) throw new HufuError("ticket_expired");
}

/** What one back end calls a use is no name for another's. */
function redeemerName(clientId: string | null, redeemId: string): string {
  const parts = clientId === null ? [redeemId] : [clientId, redeemId];
  return toBase64url(
    createHash("sha256")
      .update(lengthPrefixed(...parts))
      .digest(),
  );
}

function described({ jti, sub, uid, sid, client_id, operation, iat, exp }: TicketClaims): RedeemedTicket {
  return { jti, sub, uid, sid, clientId: client_id, operation, issuedAt: iat, expiresAt: exp };
}

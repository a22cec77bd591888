import { toSeconds } from "../../core/time/clock.ts";
import { newTokenId } from "../../token/access-token/sign-access-token.ts";
import { signTicket } from "../../token/ticket.ts";
import { confirmSelf } from "../confirm-self.ts";
import type { SessionContext } from "../context.ts";
import type { Self } from "../self.ts";
import { checkPurpose, type TicketPurpose } from "./ticket-input.ts";

/** Seconds: long enough for a person whose phone is slow, too short for a ticket that leaked. */
const LIFE = 60;

/** A ticket, and how long it lives. */
export interface IssuedTicket {
  readonly ticket: string;
  /** Seconds. */
  readonly expiresIn: number;
}

/** A ticket for one operation with these parameters, of a session that lives by the database. Nothing is written. */
export async function issueTicket(context: SessionContext, self: Self, purpose: TicketPurpose): Promise<IssuedTicket> {
  const { operation, digest } = checkPurpose(purpose);
  const { session, user, now } = await confirmSelf(context.store, self);
  const { issuer } = context.settings;
  const iat = toSeconds(now);
  const ticket = signTicket(context.keys.signer(), {
    iss: issuer,
    aud: issuer,
    sub: user.id,
    sid: session.id,
    client_id: session.clientId,
    ...(user.externalId === null ? {} : { uid: user.externalId }),
    operation,
    parameters_sha256: digest,
    jti: newTokenId(context.random),
    iat,
    exp: iat + LIFE,
  });
  return { ticket, expiresIn: LIFE };
}

import { checkObject } from "../../core/arguments.ts";
import { HufuError } from "../../core/errors/errors.ts";
import type { SessionId, UserId } from "../../core/ids.ts";
import type { SessionContext } from "../context.ts";
import type { Self } from "../self.ts";
import { type IssuedTicket, issueTicket } from "./issue-ticket.ts";
import { type RedeemedTicket, redeemTicket } from "./redeem-ticket.ts";
import type { TicketPurpose, TicketRedemption } from "./ticket-input.ts";

/** Whose ticket it is: what a guard hands to the handler as `auth`. */
export type TicketHolder =
  | {
      readonly kind: "user";
      readonly sub: UserId;
      readonly sid: SessionId;
      readonly ver: number;
      readonly pol: number;
    }
  | { readonly kind: "client" | "legacy" };

/**
 * Tickets of a minute for one operation with exactly these parameters, each good once, for the back end in whose process
 * Hufu runs.
 * @see docs/protocol.md §8
 */
export interface Tickets {
  /**
   * Makes a ticket for the caller's session.
   * @throws HufuError `token_revoked`, `token_expired`, `token_stale` by the database; `permission_denied` for a back end;
   * `parameter_invalid` for parameters whose readers may not agree on them
   */
  issue(auth: TicketHolder, purpose: TicketPurpose): Promise<IssuedTicket>;
  /**
   * Redeems a ticket of the caller's session, once; with the same `redeemId` again it answers the same, for a day.
   * @throws HufuError `ticket_invalid`, `ticket_expired`, `ticket_mismatch` (for another session's too), `ticket_redeemed`,
   * `parameter_invalid`, `permission_denied` for a back end
   */
  redeem(auth: TicketHolder, redemption: TicketRedemption): Promise<RedeemedTicket>;
}

export function createTickets(context: SessionContext): Tickets {
  return Object.freeze<Tickets>({
    issue: async (auth, purpose) => issueTicket(context, userOf(auth), purpose),
    redeem: async (auth, redemption) => redeemTicket(context, redemption, { clientId: null, sid: userOf(auth).sid }),
  });
}

function userOf(auth: TicketHolder): Self {
  checkObject("auth", auth);
  if (auth.kind === "user") return { userId: auth.sub, sid: auth.sid, ver: auth.ver, pol: auth.pol };
  throw new HufuError("permission_denied", { detail: "a ticket belongs to a signed-in user" });
}

import type { Protocol } from "../../session/protocol.ts";
import type { RedeemedTicket } from "../../session/tickets/redeem-ticket.ts";
import { backEnd } from "../authentication/back-end.ts";
import { type Checker, signedInUser } from "../authentication/signed-in-user.ts";
import type { Endpoint } from "../endpoint.ts";
import { privateJson } from "../messages/answers.ts";
import { objectMember, readJson, textMember } from "../messages/json-body.ts";

const PERMISSION = "hufu.tickets:redeem";

/** The session layer says how long each may be. */
const ANY_LENGTH = Number.POSITIVE_INFINITY;

/** `POST /tickets`: docs/protocol.md §8. */
export function ticketsEndpoint(protocol: Pick<Protocol, "issueTicket">, verifier: Checker): Endpoint {
  return {
    path: "/tickets",
    refusals: "guard",
    methods: {
      async POST(call) {
        const self = await signedInUser(verifier, call);
        const body = await readJson(call);
        const purpose = {
          operation: textMember(body, "operation", ANY_LENGTH),
          parameters: objectMember(body, "parameters"),
        };
        const { ticket, expiresIn } = await protocol.issueTicket(self, purpose);
        return privateJson(200, { ticket, expires_in: expiresIn });
      },
    },
  };
}

/** `POST /tickets/redeem`: docs/protocol.md §8. */
export function redeemEndpoint(protocol: Pick<Protocol, "redeemTicket" | "findClient">, verifier: Checker): Endpoint {
  return {
    path: "/tickets/redeem",
    refusals: "guard",
    methods: {
      async POST(call) {
        const { clientId } = await backEnd(verifier, protocol, call, PERMISSION);
        const body = await readJson(call);
        const redemption = {
          ticket: textMember(body, "ticket", ANY_LENGTH),
          operation: textMember(body, "operation", ANY_LENGTH),
          parameters: objectMember(body, "parameters"),
          redeemId: textMember(body, "redeem_id", ANY_LENGTH),
        };
        return privateJson(200, onWire(await protocol.redeemTicket(redemption, { id: clientId })));
      },
    },
  };
}

function onWire({ jti, sub, uid, sid, clientId, operation, issuedAt, expiresAt }: RedeemedTicket): object {
  return { jti, sub, uid, sid, client_id: clientId, operation, iat: issuedAt, exp: expiresAt };
}

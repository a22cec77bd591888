import * as z from "zod";
import { WORD_MOST as TICKET_WORD_MOST } from "../../../session/tickets/ticket-input.ts";
import { CODE_MOST } from "../../endpoints/my-phone-endpoint.ts";
import { OPERATION_MOST, SIGNED_MOST, WORD_MOST } from "../../endpoints/step-up-endpoint.ts";
import { named } from "./named.ts";
import {
  clientId,
  device,
  duration,
  endWhy,
  externalId,
  identity,
  identityWithUnionid,
  maskedPhone,
  roleNames,
  seconds,
  sessionId,
  userId,
} from "./values.ts";

// What the signed-in user sees and does (docs/protocol.md §7 and §8).

export const me = named(
  "Me",
  z.object({
    id: userId,
    external_id: externalId,
    identities: z.array(identity),
    roles: roleNames,
    phone: maskedPhone,
    created: seconds,
  }),
);

export const mySessions = named(
  "MySessions",
  z.object({
    items: z.array(
      z.object({
        id: sessionId,
        device,
        app: z.string(),
        created: seconds,
        last_used: seconds,
        current: z.boolean(),
      }),
    ),
  }),
);

export const phoneCode = named("PhoneCode", z.object({ code: z.string().min(1).max(CODE_MOST) }));
export const phone = named("Phone", z.object({ phone: z.string() }).describe("Masked."));

export const accountExport = named(
  "AccountExport",
  z.object({
    user: z.object({
      id: userId,
      external_id: externalId,
      phone: z.string().nullable().describe("E.164, the whole number."),
      roles: roleNames,
      claims: z.record(z.string(), z.unknown()).nullable(),
      ban: z.object({ reason: z.string(), until: seconds.nullable() }).nullable(),
      created: seconds,
    }),
    identities: z.array(identityWithUnionid),
    sessions: z.array(
      z.object({
        id: sessionId,
        platform: z.string(),
        app: z.string(),
        openid: z.string(),
        device,
        created: seconds,
        last_used: seconds,
        authenticated: seconds,
        ends: seconds,
        ended: seconds.nullable(),
        why: endWhy.nullable(),
      }),
    ),
    audit: z.array(
      z.object({
        at: seconds,
        action: z.string(),
        actor: z.string(),
        sid: sessionId.nullable(),
        app: z.string().nullable(),
        why: z.string().nullable(),
        request_id: z.string().nullable(),
        detail: z.record(z.string(), z.unknown()).nullable(),
        address: z.string().nullable(),
      }),
    ),
    has_more_audit: z.boolean(),
  }),
);

const operation = z.string().min(1).max(OPERATION_MOST).describe("What is confirmed; kept in the audit record.");
const word = z.string().min(1).max(WORD_MOST);
const signed = z.string().min(1).max(SIGNED_MOST);

export const stepUpRequest = named(
  "StepUpRequest",
  z.union([
    z.object({ factor: z.literal("platform"), code: word.describe("A fresh code of `wx.login`.") }),
    z.object({
      factor: z.literal("soter"),
      challenge: word,
      json_string: signed.describe("`resultJSON` as it came."),
      json_signature: signed.describe("`resultJSONSignature` as it came."),
      operation: operation.optional(),
    }),
  ]),
);
export const stepUpAnswer = named(
  "StepUpAnswer",
  z.object({ access_token: z.string(), token_type: z.enum(["Bearer", "DPoP"]), expires_in: duration }),
);
export const challengeRequest = named("ChallengeRequest", z.object({ factor: z.literal("soter"), operation }));
export const challengeAnswer = named("ChallengeAnswer", z.object({ challenge: z.string(), expires_in: duration }));

const ticketWord = z.string().min(1).max(TICKET_WORD_MOST);
const purpose = {
  operation: ticketWord.describe("Such as `order.pay`."),
  parameters: z.record(z.string(), z.unknown()).describe("JSON; integers beyond 2^53 - 1 as text."),
};
export const ticketRequest = named("TicketRequest", z.object(purpose));
export const ticketAnswer = named("TicketAnswer", z.object({ ticket: z.string(), expires_in: duration }));
export const redeemRequest = named(
  "RedeemRequest",
  z.object({ ticket: z.string().min(1), ...purpose, redeem_id: ticketWord.describe("Names this use of the ticket.") }),
);
export const redeemAnswer = named(
  "RedeemAnswer",
  z.object({
    jti: z.string(),
    sub: userId,
    uid: z.string().optional(),
    sid: sessionId,
    client_id: clientId,
    operation: z.string(),
    iat: seconds,
    exp: seconds,
  }),
);

import type { Reason } from "../../../core/errors/reasons.ts";
import { JSON_BODY, json, type Operations } from "../operation.ts";
import {
  accountExport,
  challengeAnswer,
  challengeRequest,
  me,
  mySessions,
  phone,
  phoneCode,
  redeemAnswer,
  redeemRequest,
  stepUpAnswer,
  stepUpRequest,
  ticketAnswer,
  ticketRequest,
} from "../schemas/own.ts";

const USER = { kind: "user" } as const;
/** Asking the platform for something of this app. */
const PLATFORM: readonly Reason[] = [
  "client_unknown",
  "platform_blocked",
  "platform_misconfigured",
  "platform_unavailable",
];

/** docs/protocol.md §7 and §8. */
export const OWN_OPERATIONS: Operations = {
  "/me": {
    GET: {
      summary: "The signed-in user",
      section: "7",
      access: USER,
      answers: { 200: json(me) },
      reasons: [],
    },
    DELETE: {
      summary: "Close the account; needs a fresh authentication (max_age 300)",
      section: "7",
      access: USER,
      answers: { 204: null },
      reasons: ["step_up_required"],
    },
  },
  "/me/phone": {
    PUT: {
      summary: "Store the phone number of a phone button's code",
      section: "7",
      access: USER,
      body: json(phoneCode),
      answers: { 200: json(phone) },
      reasons: [
        ...JSON_BODY,
        ...PLATFORM,
        "step_up_required",
        "phone_code_invalid",
        "phone_taken",
        "phone_quota",
        "host_unavailable",
        "sign_in_denied",
      ],
    },
  },
  "/me/export": {
    GET: {
      summary: "Everything that is stored about the user",
      section: "7",
      access: USER,
      answers: { 200: json(accountExport) },
      reasons: [],
    },
  },
  "/me/sessions": {
    GET: {
      summary: "One's own sessions",
      section: "7",
      access: USER,
      answers: { 200: json(mySessions) },
      reasons: [],
    },
    DELETE: {
      summary: "End all of one's sessions but this one",
      section: "7",
      access: USER,
      answers: { 204: null },
      reasons: [],
    },
  },
  "/me/sessions/{sid}": {
    DELETE: {
      summary: "End one of one's own sessions",
      section: "7",
      access: USER,
      answers: { 204: null },
      reasons: ["not_found"],
    },
  },
  "/me/step-up": {
    POST: {
      summary: "Authenticate again: an access token of the same session",
      section: "8.1",
      access: USER,
      body: json(stepUpRequest),
      answers: { 200: json(stepUpAnswer) },
      reasons: [
        ...JSON_BODY,
        ...PLATFORM,
        "login_code_invalid",
        "login_code_used",
        "sign_in_in_progress",
        "platform_rate_limited",
        "identity_mismatch",
        "biometrics_refused",
        "challenge_invalid",
        "session_expired",
        "host_unavailable",
        "sign_in_denied",
      ],
    },
  },
  "/me/step-up/challenge": {
    POST: {
      summary: "A challenge that the phone's secure hardware signs",
      section: "8.1",
      access: USER,
      body: json(challengeRequest),
      answers: { 200: json(challengeAnswer) },
      reasons: JSON_BODY,
    },
  },
  "/tickets": {
    POST: {
      summary: "A ticket for one operation with exactly these parameters",
      section: "8.2",
      access: USER,
      body: json(ticketRequest),
      answers: { 200: json(ticketAnswer) },
      reasons: JSON_BODY,
    },
  },
  "/tickets/redeem": {
    POST: {
      summary: "Redeem a ticket, once",
      section: "8.2",
      access: { kind: "backEnd", permission: "hufu.tickets:redeem" },
      body: json(redeemRequest),
      answers: { 200: json(redeemAnswer) },
      reasons: [...JSON_BODY, "ticket_invalid", "ticket_expired", "ticket_mismatch", "ticket_redeemed"],
    },
  },
};

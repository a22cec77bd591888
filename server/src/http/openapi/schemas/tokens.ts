import * as z from "zod";
import { ATTEMPT_ID } from "../../endpoints/grants/attempt-id.ts";
import {
  DEVICE_ID,
  DEVICE_NAME,
  DEVICE_TYPES,
  LARGEST_CONTEXT,
  LOGIN_CODE,
  PHONE_CODE,
} from "../../endpoints/grants/login-code.ts";
import { REFRESH_TOKEN } from "../../endpoints/grants/refresh-token.ts";
import { CLIENT_CREDENTIALS } from "../../endpoints/token-endpoint.ts";
import { named } from "./named.ts";
import {
  clientId,
  duration,
  externalId,
  permissions,
  roleNames,
  seconds,
  sessionId,
  userId,
  version,
} from "./values.ts";

const attemptId = z
  .string()
  .regex(ATTEMPT_ID)
  .describe("Random, saved before the request leaves: the same request with it gets the same answer again.");
const clientSecret = z.string().min(1).describe("A back end's secret, if it is not in the Authorization header.");

const loginCodeGrant = named(
  "LoginCodeGrant",
  z
    .object({
      grant_type: z.literal(LOGIN_CODE),
      client_id: clientId,
      code: z.string().min(1).describe("What `wx.login` returned."),
      device_id: z.string().regex(DEVICE_ID).optional().describe("Made once by the client and kept."),
      device_type: z.enum(DEVICE_TYPES).optional().describe("Default: `other`."),
      device_name: z.string().regex(DEVICE_NAME).optional().describe("Shown in lists of sessions."),
      attempt_id: attemptId.optional(),
      phone_code: z.string().regex(PHONE_CODE).optional().describe("The code of the platform's phone button."),
      context: z.string().max(LARGEST_CONTEXT).optional().describe("JSON for resolveUser, at most 1 KiB."),
    })
    .describe("Silent sign-in of a mini program (docs/protocol.md §3.1)."),
);

const refreshGrant = named(
  "RefreshTokenGrant",
  z
    .object({
      grant_type: z.literal(REFRESH_TOKEN),
      client_id: clientId,
      refresh_token: z.string().min(1),
      attempt_id: attemptId.optional(),
    })
    .describe("RFC 6749 §6, docs/protocol.md §3.2."),
);

const clientCredentialsGrant = named(
  "ClientCredentialsGrant",
  z
    .object({
      grant_type: z.literal(CLIENT_CREDENTIALS),
      client_id: clientId.optional(),
      client_secret: clientSecret.optional(),
    })
    .describe("A back end's own token (RFC 6749 §4.4, docs/protocol.md §3.3)."),
);

export const tokenRequest = named("TokenRequest", z.union([loginCodeGrant, refreshGrant, clientCredentialsGrant]));

export const tokenAnswer = named(
  "TokenAnswer",
  z.object({
    access_token: z.string().describe("A JWT (RFC 9068)."),
    token_type: z.enum(["Bearer", "DPoP"]),
    expires_in: duration,
    refresh_token: z.string().optional().describe("Absent in single-token mode and for back ends."),
    refresh_token_expires_in: duration.optional(),
    user: z
      .object({ id: userId, external_id: externalId, new: z.boolean(), roles: roleNames })
      .optional()
      .describe("Absent for back ends."),
  }),
);

/** A request about one token; the client says who it is as at the token endpoint. */
export const aboutToken = named(
  "AboutToken",
  z.object({
    token: z.string().min(1),
    token_type_hint: z.string().optional().describe("Not needed: a token says itself what it is."),
    client_id: clientId.optional(),
    client_secret: clientSecret.optional(),
  }),
);

const inactive = z.object({ active: z.literal(false) });
const active = z.object({
  active: z.literal(true),
  token_type: z.enum(["Bearer", "DPoP", "refresh_token"]),
  iss: z.string(),
  sub: z.string(),
  client_id: clientId,
  exp: seconds,
  iat: seconds,
  aud: z.union([z.string(), z.array(z.string())]).optional(),
  jti: z.string().optional(),
  sid: sessionId.optional(),
  uid: z.string().optional(),
  openid: z.string().optional(),
  roles: roleNames.optional(),
  permissions: permissions.optional(),
  scope: z.string().optional().describe("The permissions, with spaces between."),
  ver: version.optional(),
  pol: version.optional(),
  auth_time: seconds.optional(),
  acr: z.string().optional(),
  amr: z.array(z.string()).optional(),
  cnf: z.object({ jkt: z.string() }).optional(),
  claims: z.record(z.string(), z.unknown()).optional(),
});

export const introspection = named("Introspection", z.union([inactive, active]).describe("RFC 7662 §2.2."));

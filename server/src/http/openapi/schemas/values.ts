import * as z from "zod";
import { EXTERNAL_ID_MOST, REASON_MOST } from "../../../core/arguments.ts";
import { END_RULES, END_WHYS } from "../../../core/errors/reasons.ts";
import { SESSION_ID, USER_ID } from "../../../core/ids.ts";
import { ROLE_NAME } from "../../../session/role-name.ts";
import { CLIENT_ID_MOST } from "../../authentication/client-authentication.ts";
import { KID } from "../../endpoints/admin/keys-endpoints.ts";
import { DEVICE_TYPES } from "../../endpoints/grants/login-code.ts";
import { named } from "./named.ts";

// What turns up in more than one request or answer.

export const seconds = named("EpochSeconds", z.int().min(0).describe("Whole seconds since 1970."));
export const duration = z.int().min(0).describe("Whole seconds.");
export const userId = named("UserId", z.string().regex(USER_ID).describe("Hufu's own id of a user."));
export const sessionId = named("SessionId", z.string().regex(SESSION_ID).describe("One sign-in on one device."));
export const clientId = z.string().min(1).max(CLIENT_ID_MOST).describe("A mini program or a back end.");
export const externalId = z.string().max(EXTERNAL_ID_MOST).nullable().describe("The back end's own id of this user.");
export const roleName = named("RoleName", z.string().regex(ROLE_NAME));
export const roleNames = z.array(roleName);
export const permissions = z.array(z.string()).describe("`resource:action` or `resource:action:reach`.");
export const kid = z.string().regex(KID).describe("Thumbprint of a signing key (RFC 7638).");
export const version = z.int().min(0).describe("A version: a whole number that only grows.");
export const endWhy = named("EndWhy", z.enum(END_WHYS).describe("Why a session ended."));
export const endRule = named("EndRule", z.enum(END_RULES).describe("By which rule a session ended."));
export const auditReason = z.string().min(1).max(REASON_MOST).describe("For the audit log.");
export const maskedPhone = z.string().nullable().describe("A phone number, a third of its characters hidden.");

export const device = named(
  "Device",
  z.object({
    id: z.string().nullable(),
    type: z.enum(DEVICE_TYPES),
    name: z.string().nullable(),
  }),
);

export const identity = named(
  "Identity",
  z
    .object({ platform: z.string(), app: z.string(), openid: z.string(), created: seconds })
    .describe("How a platform names a user in an app."),
);

export const identityWithUnionid = named(
  "IdentityWithUnionid",
  z
    .object({
      platform: z.string(),
      app: z.string(),
      openid: z.string(),
      unionid: z.string().nullable(),
      created: seconds,
    })
    .describe("The same with the name that a platform has for the user in all apps of an owner."),
);

/** One page of a list. */
export function page<Item extends z.ZodType>(name: string, item: Item): z.ZodType {
  const next = z.string().nullable().describe("`cursor` of the next page; null behind the last one.");
  return named(name, z.object({ items: z.array(item), next }));
}

import * as z from "zod";
import { EXTERNAL_ID_MOST } from "../../../core/arguments.ts";
import { SESSION_ID } from "../../../core/ids.ts";
import { USER_STATUSES } from "../../../session/administration/check-queries.ts";
import { PAGE_MOST, PAGE_USUAL } from "../../../session/administration/page.ts";
import { ROLES_MOST } from "../../../session/role-name.ts";
import { ACTION } from "../../endpoints/admin/audit-endpoints.ts";
import { CURSOR_MOST } from "../../endpoints/admin/read-input.ts";
import { PERMISSIONS_MOST } from "../../endpoints/admin/roles-endpoints.ts";
import { ID_MOST, PHONE, REQUEST_ID } from "../../endpoints/admin/search-endpoint.ts";
import { named } from "./named.ts";
import {
  auditReason,
  clientId,
  device,
  endRule,
  endWhy,
  externalId,
  identityWithUnionid,
  kid,
  page,
  roleName,
  roleNames,
  seconds,
  sessionId,
  userId,
  version,
} from "./values.ts";

// docs/protocol.md §9. Bodies are closed: a member that is not named here is refused.

export const pageQuery = z.object({
  cursor: z.string().max(CURSOR_MOST).optional().describe("`next` of the page before."),
  limit: z.int().min(1).max(PAGE_MOST).default(PAGE_USUAL).optional(),
});
export const usersQuery = pageQuery.extend({ status: z.enum(USER_STATUSES).optional() });
export const auditQuery = pageQuery.extend({
  subject: userId.optional(),
  action: z.string().regex(ACTION).optional(),
});

const user = z.object({
  id: userId,
  external_id: externalId,
  status: z.enum(USER_STATUSES),
  roles: roleNames,
  ver: version,
  ban: z.object({ reason: z.string(), since: seconds.nullable(), until: seconds.nullable() }).nullable(),
  identities: z.array(identityWithUnionid),
  created: seconds,
});

export const adminUser = named("User", user.describe("Personal data masked without `hufu.personal:read`."));
export const adminUserWithPhone = named("UserWithPhone", user.extend({ phone: z.string().nullable() }));
export const userPage = page("UserPage", adminUser);

const adminSession = named(
  "Session",
  z.object({
    id: sessionId,
    status: z.enum(["active", "ended"]),
    app: z.string(),
    client_id: clientId,
    device,
    mode: z.enum(["dual", "single"]),
    bound: z.boolean(),
    created: seconds,
    last_used: seconds,
    ended: z
      .object({ why: endWhy, rule: endRule.nullable(), by: z.string().nullable(), at: seconds.nullable() })
      .nullable(),
  }),
);
export const sessionPage = page("SessionPage", adminSession);

const id = z.string().min(1).max(ID_MOST);
export const searchRequest = named(
  "UserSearch",
  z.union([
    z.strictObject({ external_id: z.string().min(1).max(EXTERNAL_ID_MOST) }),
    z.strictObject({ openid: id }),
    z.strictObject({ unionid: id }),
    z.strictObject({ phone: z.string().regex(PHONE) }),
    z.strictObject({ sid: z.string().regex(SESSION_ID) }),
    z.strictObject({ request_id: z.string().regex(REQUEST_ID) }),
  ]),
);
const refusedRequest = z.object({
  request_id: z.string(),
  at: seconds,
  node: z.string(),
  endpoint: z.string(),
  status: z.int(),
  reason: z.string(),
  why: z.string().nullable(),
  sid: sessionId.nullable(),
});
export const foundUsers = named(
  "FoundUsers",
  z.object({
    items: z.array(adminUser),
    next: z.null(),
    refusal: refusedRequest.nullable().optional().describe("For a request_id: the refusal that it names."),
    session: adminSession.nullable().optional(),
    kept_since: seconds.optional(),
    notice: z.string().nullable().optional(),
  }),
);

export const rolesRequest = named("UserRoles", z.strictObject({ roles: z.array(roleName).max(ROLES_MOST) }));
export const banRequest = named(
  "BanRequest",
  z.strictObject({ reason: auditReason, until: seconds.optional().describe("In the future; absent = for good.") }),
);

export const role = named("Role", z.object({ name: roleName, permissions: z.array(z.string()) }));
export const rolePage = page("RolePage", role);
export const roleRequest = named(
  "RoleRequest",
  z.strictObject({ permissions: z.array(z.string()).max(PERMISSIONS_MOST) }),
);

export const keyPage = page(
  "KeyPage",
  z.object({
    kid,
    alg: z.string(),
    stage: z.enum(["published", "signing", "retired", "gone", "revoked"]),
    created: seconds,
    signs_from: seconds,
    published_until: seconds.nullable(),
    revoked: seconds.nullable(),
  }),
);
export const newKey = named("NewKey", z.object({ kid }));

export const resetRequest = named(
  "ResetRequest",
  z.union([
    z.strictObject({ app: clientId, reason: auditReason }),
    z.strictObject({ all: z.literal(true), reason: auditReason }),
  ]),
);
export const resetAnswer = named("ResetAnswer", z.object({ pol: version }));

const detail = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]));
export const auditPage = page(
  "AuditPage",
  z.object({
    id: z.int(),
    at: seconds,
    action: z.string(),
    actor: z.string(),
    subject: userId.nullable(),
    sid: sessionId.nullable(),
    app: z.string().nullable(),
    why: z.string().nullable(),
    rule: z.string().nullable(),
    request_id: z.string().nullable(),
    detail,
    personal: z.record(z.string(), z.string()),
  }),
);
const count = z.int().min(0);
export const stats = named(
  "Stats",
  z.object({
    counted_at: seconds,
    users: z.object({ total: count, banned: count, closed: count }),
    sessions: z.object({ active: count }),
    node: z.object({ notices: z.record(z.string(), count), refusals_not_kept: count }),
  }),
);

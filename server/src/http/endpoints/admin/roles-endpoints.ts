import { HufuError } from "../../../core/errors/errors.ts";
import type { Page, PageQuery } from "../../../session/administration/page.ts";
import { pageByName } from "../../../session/administration/page.ts";
import { isRoleName } from "../../../session/role-name.ts";
import type { PolicySnapshot } from "../../../store/policy.ts";
import type { Endpoint } from "../../endpoint.ts";
import { privateEmpty } from "../../messages/answers.ts";
import type { Call } from "../../messages/call.ts";
import { requiredIfMatch, tagOf } from "../../messages/if-match.ts";
import { type AdminParts, type AdminVisit, adminEndpoint, tagged } from "./admin-endpoint.ts";
import { listIn, membersOf, queryOf } from "./read-input.ts";

type Roles = PolicySnapshot["roles"];

const WRITE = "hufu.roles:write";
/** More could not be kept: the JSON of a role has 16 KiB at most. */
export const PERMISSIONS_MOST = 4096;
const BODY_MOST = 65_536;

/** What each role allows. The tag is one for all roles, so that a change of any of them is seen. */
export function rolesEndpoints(parts: AdminParts): readonly Endpoint[] {
  return [
    adminEndpoint("/admin/roles", parts, {
      GET: {
        permission: "hufu.roles:read",
        async answer({ call, calls }) {
          const query = queryOf(call);
          const roles = await calls.roles();
          return tagged(call, pageOfRoles(roles, query), rolesTag(roles));
        },
      },
    }),
    adminEndpoint("/admin/roles/{name}", parts, {
      PUT: {
        permission: WRITE,
        hasBody: true,
        async answer({ call, calls, administrator, parameters }) {
          const { permissions } = await membersOf(call, ["permissions"], BODY_MOST);
          const name = roleIn(parameters);
          const list = listIn("permissions", permissions, PERMISSIONS_MOST);
          const roles = await calls.setRole(administrator, name, list, expected(call));
          return tagged(call, { name, permissions: roles.get(name) ?? [] }, rolesTag(roles));
        },
      },
      DELETE: {
        permission: WRITE,
        async answer({ call, calls, administrator, parameters }) {
          await calls.removeRole(administrator, roleIn(parameters), expected(call));
          return privateEmpty(204);
        },
      },
    }),
  ];
}

function pageOfRoles(roles: Roles, query: PageQuery): Page<object> {
  const { items, next } = pageByName([...roles.keys()], query);
  return { items: items.map((name) => ({ name, permissions: roles.get(name) ?? [] })), next };
}

/** @throws HufuError `parameter_invalid` for what no role can be called */
function roleIn(parameters: AdminVisit["parameters"]): string {
  const name = parameters["name"];
  if (isRoleName(name)) return name;
  throw new HufuError("parameter_invalid", { parameter: "name" });
}

function expected(call: Call): ((current: Roles) => boolean) | undefined {
  const tags = requiredIfMatch(call);
  return tags && ((current) => tags.includes(rolesTag(current)));
}

function rolesTag(roles: Roles): string {
  return tagOf([...roles].sort(([one], [other]) => (one < other ? -1 : 1)));
}

import { HufuError } from "../../../core/errors/errors.ts";
import type { ResetScope } from "../../../session/ending/revoke-many.ts";
import type { Endpoint } from "../../endpoint.ts";
import { privateJson } from "../../messages/answers.ts";
import { type AdminParts, adminEndpoint } from "./admin-endpoint.ts";
import { membersOf, reasonIn, textIn } from "./read-input.ts";

const CLIENT_ID_MOST = 128;

/** `POST /admin/revoke`: everybody of one app, or everybody at all, signs in again. */
export function revokeEverybodyEndpoint(parts: AdminParts): Endpoint {
  return adminEndpoint("/admin/revoke", parts, {
    POST: {
      permission: "hufu.apps:write",
      hasBody: true,
      async answer({ call, calls, administrator }) {
        const { app, all, reason } = await membersOf(call, ["app", "all", "reason"]);
        const scope = scopeOf(app, all);
        return privateJson(200, { pol: await calls.revoke(administrator, scope, reasonIn(reason)) });
      },
    },
  });
}

/** Exactly one of the two, and `all` says yes. */
function scopeOf(app: unknown, all: unknown): ResetScope {
  if (all === undefined) return { clientId: textIn("app", app, CLIENT_ID_MOST) };
  if (all === true && app === undefined) return { all: true };
  throw new HufuError("parameter_invalid", { parameter: "all" });
}

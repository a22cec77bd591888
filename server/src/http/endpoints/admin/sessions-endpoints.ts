import { HufuError } from "../../../core/errors/errors.ts";
import { parseSessionId } from "../../../core/ids.ts";
import type { Endpoint } from "../../endpoint.ts";
import { privateEmpty } from "../../messages/answers.ts";
import { type AdminParts, adminEndpoint, tagged, userIn } from "./admin-endpoint.ts";
import { queryOf } from "./read-input.ts";
import { sessionOnWire } from "./session-on-wire.ts";

const READ = "hufu.sessions:read";
const WRITE = "hufu.sessions:write";

/** A user's sessions, and the end of one or of all of them, why `kicked`. */
export function sessionsEndpoints(parts: AdminParts): readonly Endpoint[] {
  return [
    adminEndpoint("/admin/users/{id}/sessions", parts, {
      GET: {
        permission: READ,
        async answer(visit) {
          const { cursor, limit } = queryOf(visit.call);
          const { items, next } = await visit.calls.listSessions(userIn(visit), { cursor, limit });
          return tagged(visit.call, { items: items.map(sessionOnWire), next });
        },
      },
      DELETE: {
        permission: WRITE,
        async answer(visit) {
          await visit.calls.endSessions(visit.administrator, userIn(visit));
          return privateEmpty(204);
        },
      },
    }),
    adminEndpoint("/admin/sessions/{sid}", parts, {
      DELETE: {
        permission: WRITE,
        async answer({ calls, administrator, parameters }) {
          const sid = parseSessionId(parameters["sid"] ?? "");
          if (sid === undefined) throw new HufuError("not_found");
          await calls.endSession(administrator, sid);
          return privateEmpty(204);
        },
      },
    }),
  ];
}

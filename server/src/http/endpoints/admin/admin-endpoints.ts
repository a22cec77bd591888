import type { Notices } from "../../../core/log/notices.ts";
import type { RefusalLog } from "../../../session/administration/refusal-log.ts";
import type { Endpoint } from "../../endpoint.ts";
import type { AdminParts } from "./admin-endpoint.ts";
import { auditEndpoints } from "./audit-endpoints.ts";
import { keysEndpoints } from "./keys-endpoints.ts";
import { revokeEverybodyEndpoint } from "./revoke-everybody-endpoint.ts";
import { rolesEndpoints } from "./roles-endpoints.ts";
import { searchEndpoint } from "./search-endpoint.ts";
import { sessionsEndpoints } from "./sessions-endpoints.ts";
import { usersEndpoints } from "./users-endpoints.ts";

/** What this node reports about itself. */
export interface NodeReports {
  readonly notices: Notices;
  readonly refusals: Pick<RefusalLog, "dropped">;
}

/** Everything of docs/protocol.md §9. */
export function adminEndpoints(parts: AdminParts, node: NodeReports): readonly Endpoint[] {
  const { now } = parts.calls;
  return [
    // Before `/admin/users/{id}`, which its path fits too.
    searchEndpoint(parts, now),
    ...usersEndpoints(parts, now),
    ...sessionsEndpoints(parts),
    ...rolesEndpoints(parts),
    ...keysEndpoints(parts),
    revokeEverybodyEndpoint(parts),
    ...auditEndpoints(parts, { notices: node.notices.counts, droppedRefusals: node.refusals.dropped }),
  ];
}

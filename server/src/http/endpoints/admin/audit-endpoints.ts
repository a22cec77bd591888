import { HufuError } from "../../../core/errors/errors.ts";
import { parseUserId } from "../../../core/ids.ts";
import type { NoticeKind } from "../../../core/log/notices.ts";
import { toSeconds } from "../../../core/time/clock.ts";
import { checkLimit, formatPlace, pageOf, parsePlace } from "../../../session/administration/page.ts";
import type { StoredAuditRecord } from "../../../store/records.ts";
import type { Endpoint } from "../../endpoint.ts";
import type { Answer } from "../../messages/call.ts";
import { type AdminParts, type AdminVisit, adminEndpoint, tagged } from "./admin-endpoint.ts";
import { queryOf, refuseQuery } from "./read-input.ts";

const READ = "hufu.audit:read";
export const ACTION: RegExp = /^[a-z_.]{1,64}$/;

/** What this node alone knows. */
export interface NodeFacts {
  notices(): Readonly<Partial<Record<NoticeKind, number>>>;
  /** Refusals that were not kept since the node started. */
  droppedRefusals(): number;
}

/** What happened, newest first, and how much there is. */
export function auditEndpoints(parts: AdminParts, node: NodeFacts): readonly Endpoint[] {
  return [
    adminEndpoint("/admin/audit", parts, { GET: { permission: READ, answer: list } }),
    adminEndpoint("/admin/stats", parts, {
      GET: {
        permission: READ,
        async answer({ call, calls }) {
          refuseQuery(call);
          const { counts, at } = await calls.counted();
          return tagged(call, {
            counted_at: toSeconds(at),
            users: { total: counts.users, banned: counts.bannedUsers, closed: counts.closedUsers },
            sessions: { active: counts.activeSessions },
            node: { notices: node.notices(), refusals_not_kept: node.droppedRefusals() },
          });
        },
      },
    }),
  ];
}

async function list({ call, calls, administrator }: AdminVisit): Promise<Answer> {
  const { form, cursor, limit: asked } = queryOf(call, ["subject", "action"]);
  const [subject, action] = [form.get("subject"), form.get("action")];
  const userId = subject === undefined ? undefined : parseUserId(subject);
  if (subject !== undefined && userId === undefined) throw invalid("subject");
  if (action !== undefined && !ACTION.test(action)) throw invalid("action");
  const limit = checkLimit(asked);
  const before = parsePlace(cursor, (text) => (text === "audit" ? text : undefined))?.at;
  const read = await calls.audit({ userId, action, before, limit: limit + 1 });
  const { items, next } = pageOf(read, limit, ({ id }) => formatPlace({ at: id, id: "audit" }));
  const named = items.flatMap(({ personal, userId: of }) => (personal === undefined ? [] : [of]));
  const isPersonal = await calls.mayReadPersonal(administrator, named);
  return tagged(call, { items: items.map((record) => onWire(record, isPersonal)), next });
}

function invalid(parameter: string): HufuError {
  return new HufuError("parameter_invalid", { parameter });
}

function onWire(record: StoredAuditRecord, isPersonal: boolean): object {
  const { id, at, action, actor, userId, sid, app, why, rule, requestId, detail, personal } = record;
  return {
    id,
    at: toSeconds(at),
    action,
    actor,
    subject: userId ?? null,
    sid: sid ?? null,
    app: app ?? null,
    why: why ?? null,
    rule: rule ?? null,
    request_id: requestId ?? null,
    detail: detail ?? {},
    // Masked: what is there is named, and not shown.
    personal: isPersonal
      ? (personal ?? {})
      : Object.fromEntries(Object.keys(personal ?? {}).map((name) => [name, "****"])),
  };
}

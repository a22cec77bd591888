import { toSeconds } from "../../../core/time/clock.ts";
import type { ExplainedSession } from "../../../session/administration/explain-session.ts";

/** A session as docs/protocol.md §9 shows it: no openid, no token, no hash. */
export function sessionOnWire({ session, end }: ExplainedSession): object {
  return {
    id: session.id,
    status: end === null ? "active" : "ended",
    app: session.app,
    client_id: session.clientId,
    device: { id: session.deviceId, type: session.deviceType, name: session.deviceName },
    mode: session.mode,
    bound: session.jkt !== null,
    created: toSeconds(session.createdAt),
    last_used: toSeconds(session.lastUsedAt),
    ended:
      end === null
        ? null
        : { why: end.why, rule: end.rule, by: end.by, at: end.at === null ? null : toSeconds(end.at) },
  };
}

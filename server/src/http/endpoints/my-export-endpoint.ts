import { toSeconds } from "../../core/time/clock.ts";
import type { AccountExport } from "../../session/own-account/export-account.ts";
import type { Protocol } from "../../session/protocol.ts";
import type { Session, StoredAuditRecord } from "../../store/records.ts";
import { type Checker, signedInUser } from "../authentication/signed-in-user.ts";
import type { Endpoint } from "../endpoint.ts";
import { privateJson } from "../messages/answers.ts";

/** `GET /me/export`: docs/protocol.md §7. */
export function myExportEndpoint({ account }: Pick<Protocol, "account">, verifier: Checker): Endpoint {
  return {
    path: "/me/export",
    refusals: "guard",
    methods: {
      async GET(call) {
        return privateJson(200, onWire(await account.export(await signedInUser(verifier, call))));
      },
    },
  };
}

function onWire({ user, identities, phone, sessions, audit, hasMoreAudit }: AccountExport): object {
  return {
    user: {
      id: user.id,
      external_id: user.externalId,
      phone,
      roles: user.roles,
      claims: user.claims,
      ban: user.ban === null ? null : { reason: user.ban.reason, until: secondsOrNull(user.ban.until) },
      created: toSeconds(user.createdAt),
    },
    identities: identities.map(({ platform, app, openid, unionid, createdAt }) => ({
      platform,
      app,
      openid,
      unionid,
      created: toSeconds(createdAt),
    })),
    sessions: sessions.map(sessionOnWire),
    audit: audit.map(recordOnWire),
    has_more_audit: hasMoreAudit,
  };
}

function sessionOnWire(session: Session): object {
  return {
    id: session.id,
    platform: session.platform,
    app: session.app,
    openid: session.openid,
    device: { id: session.deviceId, type: session.deviceType, name: session.deviceName },
    created: toSeconds(session.createdAt),
    last_used: toSeconds(session.lastUsedAt),
    authenticated: toSeconds(session.authTime),
    ends: toSeconds(Math.min(session.idleUntil, session.absoluteUntil)),
    ended: secondsOrNull(session.endedAt),
    why: session.endWhy,
  };
}

function recordOnWire(record: StoredAuditRecord): object {
  const { at, action, actor, sid, app, why, requestId, detail, personal } = record;
  return {
    at: toSeconds(at),
    action,
    actor,
    sid: sid ?? null,
    app: app ?? null,
    why: why ?? null,
    request_id: requestId ?? null,
    detail: detail ?? null,
    // If another actor did it, the address is that actor's. Other personal fields may name another user.
    address: actor === "user" ? (personal?.["address"] ?? null) : null,
  };
}

function secondsOrNull(at: number | null): number | null {
  return at === null ? null : toSeconds(at);
}

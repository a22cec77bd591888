import { HufuError } from "../../core/errors/errors.ts";
import { parseSessionId, type SessionId } from "../../core/ids.ts";
import { toSeconds } from "../../core/time/clock.ts";
import type { Protocol } from "../../session/protocol.ts";
import type { Session } from "../../store/records.ts";
import { type Checker, signedInUser } from "../authentication/signed-in-user.ts";
import type { Endpoint } from "../endpoint.ts";
import { privateEmpty, privateJson } from "../messages/answers.ts";

/** `GET` and `DELETE /me/sessions`: docs/protocol.md §7. */
export function mySessionsEndpoint(
  protocol: Pick<Protocol, "mySessions" | "endMyOtherSessions">,
  verifier: Checker,
): Endpoint {
  return {
    path: "/me/sessions",
    refusals: "guard",
    methods: {
      async GET(call) {
        const self = await signedInUser(verifier, call);
        const sessions = await protocol.mySessions(self);
        return privateJson(200, { items: sessions.map((session) => onWire(session, self.sid)) });
      },
      async DELETE(call, { caller }) {
        const self = await signedInUser(verifier, call);
        await protocol.endMyOtherSessions(self, caller);
        return privateEmpty(204);
      },
    },
  };
}

/** `DELETE /me/sessions/{sid}`: one of one's own, else 404. */
export function mySessionEndpoint(protocol: Pick<Protocol, "endMySession">, verifier: Checker): Endpoint {
  return {
    path: "/me/sessions/{sid}",
    refusals: "guard",
    methods: {
      async DELETE(call, { caller, parameters }) {
        const self = await signedInUser(verifier, call);
        const sid = parseSessionId(parameters["sid"] ?? "");
        if (sid === undefined || !(await protocol.endMySession(self, sid, caller))) throw new HufuError("not_found");
        return privateEmpty(204);
      },
    },
  };
}

function onWire(session: Session, current: SessionId): object {
  return {
    id: session.id,
    device: { id: session.deviceId, type: session.deviceType, name: session.deviceName },
    app: session.app,
    created: toSeconds(session.createdAt),
    last_used: toSeconds(session.lastUsedAt),
    current: session.id === current,
  };
}

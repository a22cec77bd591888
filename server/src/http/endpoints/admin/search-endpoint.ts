import { EXTERNAL_ID_MOST } from "../../../core/arguments.ts";
import { HufuError } from "../../../core/errors/errors.ts";
import { parseSessionId } from "../../../core/ids.ts";
import { toSeconds } from "../../../core/time/clock.ts";
import { REFUSALS_KEPT_MS } from "../../../session/administration/refusal-log.ts";
import type { UserSearch } from "../../../store/directory.ts";
import type { Refusal } from "../../../store/refusals.ts";
import type { ListedUser } from "../../../store/users.ts";
import type { Endpoint } from "../../endpoint.ts";
import type { Answer } from "../../messages/call.ts";
import { type AdminParts, type AdminVisit, adminEndpoint, tagged } from "./admin-endpoint.ts";
import { membersOf, textIn } from "./read-input.ts";
import { sessionOnWire } from "./session-on-wire.ts";
import { userOnWire } from "./user-on-wire.ts";

const NAMES = ["external_id", "openid", "unionid", "phone", "sid", "request_id"] as const;
export const ID_MOST = 128;
export const PHONE: RegExp = /^\+[1-9]\d{6,14}$/;
export const REQUEST_ID: RegExp = /^[A-Za-z0-9_-]{1,64}$/;

/** What the answer says of a request that no endpoint of Hufu has refused. */
const NOT_HERE =
  "No endpoint of Hufu keeps a refusal of this request. Refusals are kept for 7 days, and under a flood some are not. " +
  "A guard of a back end leaves none here: ask for the id that the sign-in after it was refused with.";

/** `POST /admin/users/search`: by one name of a user, or by the `request_id` that a user reads out. */
export function searchEndpoint(parts: AdminParts, now: () => number): Endpoint {
  return adminEndpoint("/admin/users/search", parts, {
    POST: { permission: "hufu.users:read", hasBody: true, answer: (visit) => search(visit, now()) },
  });
}

async function search(visit: AdminVisit, now: number): Promise<Answer> {
  const body = await membersOf(visit.call, NAMES);
  const [name, more] = NAMES.filter((one) => body[one] !== undefined);
  if (name === undefined) throw new HufuError("parameter_missing", { detail: `one of ${NAMES.join(", ")}` });
  if (more !== undefined) throw new HufuError("parameter_invalid", { parameter: more });
  const value = body[name];
  if (name === "request_id") return explain(visit, shaped(name, value, REQUEST_ID), now);
  return answer(visit, await visit.calls.searchUsers(searchBy(name, value)), {}, now);
}

function searchBy(
  name: Exclude<(typeof NAMES)[number], "request_id">,
  value: unknown,
): UserSearch | { readonly phone: string } {
  switch (name) {
    case "external_id":
      return { externalId: textIn(name, value, EXTERNAL_ID_MOST) };
    case "openid":
      return { openid: textIn(name, value, ID_MOST) };
    case "unionid":
      return { unionid: textIn(name, value, ID_MOST) };
    case "phone":
      return { phone: shaped(name, value, PHONE) };
    case "sid": {
      const sid = parseSessionId(textIn(name, value, ID_MOST));
      if (sid === undefined) throw new HufuError("parameter_invalid", { parameter: name });
      return { sid };
    }
  }
}

function shaped(name: string, value: unknown, shape: RegExp): string {
  const text = textIn(name, value, ID_MOST);
  if (shape.test(text)) return text;
  throw new HufuError("parameter_invalid", { parameter: name });
}

/** Why a user was signed out, in one call: what was refused, whose it was, how the session ended. */
async function explain(visit: AdminVisit, requestId: string, now: number): Promise<Answer> {
  const { refusal, user, session } = await visit.calls.explainRequest(requestId);
  const maySeeSessions = visit.administrator.grants.allows("hufu.sessions:read");
  return answer(
    visit,
    user === undefined ? [] : [user],
    {
      refusal: refusal === undefined ? null : refusalOnWire(refusal),
      session: session === undefined || !maySeeSessions ? null : sessionOnWire(session),
      kept_since: toSeconds(now - REFUSALS_KEPT_MS),
      notice: refusal === undefined ? NOT_HERE : null,
    },
    now,
  );
}

function refusalOnWire({ requestId, at, node, endpoint, status, reason, why, sid }: Refusal): object {
  return { request_id: requestId, at: toSeconds(at), node, endpoint, status, reason, why, sid };
}

async function answer(
  { call, calls, administrator }: AdminVisit,
  users: readonly ListedUser[],
  more: object,
  now: number,
): Promise<Answer> {
  const isPersonal = await calls.mayReadPersonal(
    administrator,
    users.map(({ user }) => user.id),
  );
  return tagged(call, { items: users.map((one) => userOnWire(one, isPersonal, now)), next: null, ...more });
}

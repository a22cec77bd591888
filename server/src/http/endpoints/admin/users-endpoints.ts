import { HufuError } from "../../../core/errors/errors.ts";
import type { UserId } from "../../../core/ids.ts";
import { toSeconds } from "../../../core/time/clock.ts";
import { USER_STATUSES } from "../../../session/administration/check-queries.ts";
import { isRoleName, ROLES_MOST } from "../../../session/role-name.ts";
import type { Ban } from "../../../store/records.ts";
import type { Endpoint } from "../../endpoint.ts";
import { privateEmpty } from "../../messages/answers.ts";
import type { Answer } from "../../messages/call.ts";
import { requiredIfMatch, tagOf } from "../../messages/if-match.ts";
import { type AdminParts, type AdminVisit, adminEndpoint, tagged, userIn } from "./admin-endpoint.ts";
import { listIn, membersOf, queryOf, reasonIn, refuseQuery } from "./read-input.ts";
import { phoneOnWire, userOnWire } from "./user-on-wire.ts";

const READ = "hufu.users:read";
const WRITE = "hufu.users:write";

/** Everything of docs/protocol.md §9 below `/admin/users` but the search and the sessions. */
export function usersEndpoints(parts: AdminParts, now: () => number): readonly Endpoint[] {
  return [
    adminEndpoint("/admin/users", parts, { GET: { permission: READ, answer: (visit) => list(visit, now()) } }),
    adminEndpoint("/admin/users/{id}", parts, {
      GET: { permission: READ, answer: (visit) => show(visit, now()) },
      DELETE: {
        permission: WRITE,
        async answer(visit) {
          await visit.calls.close(visit.administrator, userIn(visit));
          return privateEmpty(204);
        },
      },
    }),
    adminEndpoint("/admin/users/{id}/roles", parts, {
      PUT: { permission: WRITE, hasBody: true, answer: (visit) => putRoles(visit, now()) },
    }),
    adminEndpoint("/admin/users/{id}/stale", parts, {
      POST: {
        permission: WRITE,
        async answer(visit) {
          const { ver } = await visit.calls.makeStale(visit.administrator, userIn(visit));
          return changed(visit, ver, now());
        },
      },
    }),
    adminEndpoint("/admin/users/{id}/ban", parts, {
      PUT: { permission: WRITE, hasBody: true, answer: (visit) => putBan(visit, now()) },
      DELETE: {
        permission: WRITE,
        async answer(visit) {
          await visit.calls.unban(visit.administrator, userIn(visit));
          return privateEmpty(204);
        },
      },
    }),
  ];
}

async function list({ call, calls, administrator }: AdminVisit, now: number): Promise<Answer> {
  const { form, cursor, limit } = queryOf(call, ["status"]);
  const status = USER_STATUSES.find((one) => one === form.get("status"));
  if (status === undefined && form.get("status") !== undefined) {
    throw new HufuError("parameter_invalid", { parameter: "status" });
  }
  const page = await calls.listUsers({ status, cursor, limit });
  const isPersonal = await calls.mayReadPersonal(administrator, idsOf(page.items));
  return tagged(call, { items: page.items.map((one) => userOnWire(one, isPersonal, now)), next: page.next });
}

async function show(visit: AdminVisit, now: number): Promise<Answer> {
  const { call, calls, administrator } = visit;
  refuseQuery(call);
  const id = userIn(visit);
  const [user, phone] = await Promise.all([calls.findUser(id), calls.phoneOf(id)]);
  const isPersonal = await calls.mayReadPersonal(administrator, [id]);
  const shown = { ...userOnWire(user, isPersonal, now), phone: phoneOnWire(phone, isPersonal) };
  return tagged(call, shown, userTag(user.user.ver, shown));
}

async function putRoles(visit: AdminVisit, now: number): Promise<Answer> {
  const { call, calls, administrator } = visit;
  const { roles } = await membersOf(call, ["roles"]);
  const names = listIn("roles", roles, ROLES_MOST, isRoleName);
  const id = userIn(visit);
  const tags = requiredIfMatch(call);
  const expects = tags && ((ver: number) => tags.some((tag) => verIn(tag) === ver));
  const { ver } = await calls.setUserRoles(administrator, id, names, expects);
  return changed(visit, ver, now);
}

async function putBan(visit: AdminVisit, now: number): Promise<Answer> {
  const { reason, until } = await membersOf(visit.call, ["reason", "until"]);
  const ban: Ban = { reason: reasonIn(reason), until: until === undefined ? null : endOfBan(until, now) };
  const { ver } = await visit.calls.ban(visit.administrator, userIn(visit), ban);
  return changed(visit, ver, now);
}

/** Whole epoch seconds in the future; anything else would be kept as a ban that is over, or for good. */
function endOfBan(until: unknown, now: number): number {
  if (typeof until === "number" && Number.isSafeInteger(until) && until > toSeconds(now) && until < 1e11) {
    return until * 1000;
  }
  throw new HufuError("parameter_invalid", { parameter: "until" });
}

/** The user after a change. Always masked: the administrator asked to change, not to read. */
async function changed(visit: AdminVisit, ver: number, now: number): Promise<Answer> {
  const shown = userOnWire(await visit.calls.findUser(userIn(visit)), false, now);
  return tagged(visit.call, shown, userTag(ver, shown));
}

/** Begins with the version of the roles: other fields may change while the roles stay the same. */
function userTag(ver: number, shown: object): string {
  return `${ver}.${tagOf(shown)}`;
}

function verIn(tag: string): number | undefined {
  const ver = /^([1-9]\d{0,15})\.[A-Za-z0-9_-]{22}$/.exec(tag)?.[1];
  return ver === undefined ? undefined : Number(ver);
}

function idsOf(users: readonly { readonly user: { readonly id: UserId } }[]): readonly UserId[] {
  return users.map(({ user }) => user.id);
}

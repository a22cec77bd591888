import { HufuError } from "../../../core/errors/errors.ts";
import { parseUserId, type UserId } from "../../../core/ids.ts";
import type { Administrator, AdministratorToken } from "../../../session/administration/administrator.ts";
import type { AdministrationCalls } from "../../../session/administration/calls.ts";
import { refuseTokenInQuery } from "../../../verify/token-check/credentials.ts";
import { onlyCredential } from "../../authentication/credentials-in-request.ts";
import { type Checker, presentedProof } from "../../authentication/signed-in-user.ts";
import type { Endpoint, Method, Visit } from "../../endpoint.ts";
import { privateJson } from "../../messages/answers.ts";
import type { Answer, Call } from "../../messages/call.ts";
import { isKnownTag, tagOf } from "../../messages/if-match.ts";
import { refuseBody, refuseQuery } from "./read-input.ts";

/** What the endpoints below `/admin` are served from. */
export interface AdminParts {
  readonly verifier: Checker;
  readonly calls: AdministrationCalls;
}

/** A request of an administrator who has the permission. */
export interface AdminVisit {
  readonly call: Call;
  readonly calls: AdministrationCalls;
  readonly administrator: Administrator;
  readonly parameters: Visit["parameters"];
}

/** One call of docs/protocol.md §9, and what it needs. */
export interface AdminCall {
  readonly permission: string;
  /** Reads members from the body. Default: a body with members is refused, and so is every query of a change. */
  readonly hasBody?: true;
  answer(visit: AdminVisit): Promise<Answer>;
}

/** The calls of one path, each behind its permission. Nothing else of a request is read before. */
export function adminEndpoint(
  path: string,
  { verifier, calls }: AdminParts,
  methods: Readonly<Partial<Record<Method, AdminCall>>>,
): Endpoint {
  const handlers = Object.entries(methods).map(([method, { permission, hasBody, answer }]) => [
    method,
    async (call: Call, { caller, parameters }: Visit): Promise<Answer> => {
      const administrator = await calls.confirm(await tokenOf(verifier, call), permission, caller);
      if (method !== "GET") refuseQuery(call);
      if (method !== "GET" && hasBody !== true) await refuseBody(call);
      return answer({ call, calls, administrator, parameters });
    },
  ]);
  return { path, refusals: "guard", methods: Object.fromEntries(handlers) };
}

async function tokenOf(verifier: Checker, call: Call): Promise<AdministratorToken> {
  refuseTokenInQuery(call.query);
  const auth = await verifier.check(onlyCredential(call.authorization), () => presentedProof(call));
  call.noteClient?.(auth.clientId);
  return auth.kind === "user"
    ? { kind: "user", userId: auth.sub, sid: auth.sid, ver: auth.ver, pol: auth.pol }
    : { kind: "client", id: auth.clientId };
}

/** JSON with its entity tag. No cache keeps it; with the tag a caller changes only the version that it has seen. */
export function tagged(call: Call, value: object, tag: string = tagOf(value)): Answer {
  const headers = { etag: `"${tag}"` };
  if (call.method !== "GET" || !isKnownTag(call, tag)) return privateJson(200, value, headers);
  const { headers: all } = privateJson(304, {}, headers);
  const { "content-type": _, ...kept } = all;
  return { status: 304, headers: kept, body: null };
}

/** The user of the path. @throws HufuError `not_found` for what is no id of a user */
export function userIn({ parameters }: AdminVisit): UserId {
  const id = parseUserId(parameters["id"] ?? "");
  if (id === undefined) throw new HufuError("not_found");
  return id;
}

import type { Reason } from "../../../core/errors/reasons.ts";
import {
  type Content,
  IF_MATCH,
  IF_NONE_MATCH,
  JSON_BODY,
  json,
  type Operation,
  type Operations,
} from "../operation.ts";
import {
  adminUser,
  adminUserWithPhone,
  auditPage,
  auditQuery,
  banRequest,
  foundUsers,
  keyPage,
  newKey,
  pageQuery,
  resetAnswer,
  resetRequest,
  role,
  rolePage,
  roleRequest,
  rolesRequest,
  searchRequest,
  sessionPage,
  stats,
  userPage,
  usersQuery,
} from "../schemas/administration.ts";

/** A change that takes neither query nor body. */
const BARE: readonly Reason[] = ["parameter_invalid", "body_too_large"];
const PAGED: readonly Reason[] = ["parameter_invalid", "parameter_repeated", "body_too_large"];
const VERSIONED: readonly Reason[] = ["precondition_required", "precondition_failed", "conflict"];

function call(
  permission: string,
  summary: string,
  rest: Pick<Operation, "answers" | "reasons"> & Partial<Operation>,
): Operation {
  return { summary, section: "9", access: { kind: "administrator", permission }, ...rest };
}

const read = (permission: string, summary: string, answer: Content, query?: Operation["query"]): Operation =>
  call(permission, summary, {
    ...(query === undefined ? {} : { query }),
    headers: IF_NONE_MATCH,
    answers: { 200: answer, 304: null },
    reasons: query === undefined ? ["parameter_invalid"] : PAGED,
  });

const end = (permission: string, summary: string): Operation =>
  call(permission, summary, { answers: { 204: null }, reasons: [...BARE, "not_found"] });

const also = (operation: Operation, ...reasons: readonly Reason[]): Operation => ({
  ...operation,
  reasons: [...operation.reasons, ...reasons],
});

/** docs/protocol.md §9. */
export const ADMIN_OPERATIONS: Operations = {
  "/admin/users/search": {
    POST: call("hufu.users:read", "Find users by one name, or explain a refusal by its request_id", {
      body: json(searchRequest),
      answers: { 200: json(foundUsers) },
      reasons: JSON_BODY,
    }),
  },
  "/admin/users": { GET: read("hufu.users:read", "Users, newest first", json(userPage), usersQuery) },
  "/admin/users/{id}": {
    GET: also(read("hufu.users:read", "One user", json(adminUserWithPhone)), "not_found"),
    DELETE: end("hufu.users:write", "Close the account"),
  },
  "/admin/users/{id}/roles": {
    PUT: call("hufu.users:write", "Set the user's roles", {
      headers: IF_MATCH,
      body: json(rolesRequest),
      answers: { 200: json(adminUser) },
      reasons: [...JSON_BODY, ...VERSIONED, "not_found"],
    }),
  },
  "/admin/users/{id}/stale": {
    POST: call("hufu.users:write", "Make the user's access tokens stale", {
      answers: { 200: json(adminUser) },
      reasons: [...BARE, "not_found"],
    }),
  },
  "/admin/users/{id}/ban": {
    PUT: call("hufu.users:write", "Ban the user and end all sessions", {
      body: json(banRequest),
      answers: { 200: json(adminUser) },
      reasons: [...JSON_BODY, "not_found"],
    }),
    DELETE: end("hufu.users:write", "Lift the ban"),
  },
  "/admin/users/{id}/sessions": {
    GET: also(read("hufu.sessions:read", "The user's sessions", json(sessionPage), pageQuery), "not_found"),
    DELETE: end("hufu.sessions:write", "End all sessions of the user"),
  },
  "/admin/sessions/{sid}": { DELETE: end("hufu.sessions:write", "End one session") },
  "/admin/roles": { GET: read("hufu.roles:read", "What each role allows", json(rolePage), pageQuery) },
  "/admin/roles/{name}": {
    PUT: call("hufu.roles:write", "Set what a role allows", {
      headers: IF_MATCH,
      body: json(roleRequest),
      answers: { 200: json(role) },
      reasons: [...JSON_BODY, ...VERSIONED],
    }),
    DELETE: call("hufu.roles:write", "Remove a role", {
      headers: IF_MATCH,
      answers: { 204: null },
      reasons: [...BARE, ...VERSIONED, "not_found"],
    }),
  },
  "/admin/keys": { GET: read("hufu.keys:read", "The signing keys", json(keyPage), pageQuery) },
  "/admin/keys/rotate": {
    POST: call("hufu.keys:write", "Add the next signing key", { answers: { 200: json(newKey) }, reasons: BARE }),
  },
  "/admin/keys/{kid}/revoke": { POST: end("hufu.keys:write", "Revoke a signing key at once") },
  "/admin/revoke": {
    POST: call("hufu.apps:write", "Sign out all users of one app, or all users", {
      body: json(resetRequest),
      answers: { 200: json(resetAnswer) },
      reasons: [...JSON_BODY, "not_found"],
    }),
  },
  "/admin/audit": { GET: read("hufu.audit:read", "What happened, newest first", json(auditPage), auditQuery) },
  "/admin/stats": { GET: read("hufu.audit:read", "Counts of users, sessions and notices", json(stats)) },
};

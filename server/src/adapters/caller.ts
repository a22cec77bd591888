import { mistaken } from "../core/arguments.ts";
import type { AnyClaims, Auth } from "../verify/token-check/auth.ts";

const AUTH = Symbol("hufu.auth");

/** The framework's request; for Koa its context. */
interface Carrier {
  [AUTH]?: unknown;
  auth?: unknown;
}

/**
 * Who is calling.
 * @throws TypeError if no guard stands before the handler, or the caller is a guest
 */
export function authOf<Claims = AnyClaims>(request: object): Auth<Claims> {
  checkRequest("authOf", request);
  const auth = findAuth<Claims>(request);
  if (auth === undefined) throw new TypeError("authOf: no guard has let anybody through to this handler");
  return auth;
}

/** Who is calling; `undefined` for a guest behind `guard.optional()`, and where no guard stands. */
export function findAuth<Claims = AnyClaims>(request: object): Auth<Claims> | undefined {
  checkRequest("findAuth", request);
  // Only `letThrough` writes here, and what it writes is what a verifier answered.
  return (request as Carrier)[AUTH] as Auth<Claims> | undefined;
}

function checkRequest(name: string, request: unknown): void {
  if (typeof request !== "object" || request === null)
    throw mistaken(`${name}: request`, "what the framework hands to handlers", request);
}

/** Notes who was let through; `undefined` = a guest. */
export function letThrough(request: object, auth: Auth<unknown> | undefined): void {
  const carrier: Carrier = request;
  carrier[AUTH] = auth;
  carrier.auth = auth;
}

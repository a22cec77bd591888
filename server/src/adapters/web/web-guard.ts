import { HufuError } from "../../core/errors/errors.ts";
import { queryOf } from "../../http/authentication/credentials-in-request.ts";
import { targetOf } from "../../http/messages/request-call.ts";
import type { AnyClaims, Auth } from "../../verify/token-check/auth.ts";
import type { PresentedProof } from "../../verify/verifier.ts";
import { refusalResponse } from "../fetch-answer.ts";
import { assertUnread, readAgain } from "../fetch-body.ts";
import {
  type Admit,
  type AsksForMac,
  acceptingLegacy,
  createAdmit,
  needsPresented,
  orGuest,
  type Verifying,
} from "../guard.ts";
import {
  type GuardOptions as AnyGuardOptions,
  type RouteOptions as AnyRouteOptions,
  checkGuardOptions,
  checkRouteOptions,
} from "../guard-options.ts";

/** How guards of one application behave. */
export type GuardOptions = AnyGuardOptions<(error: HufuError, request: Request) => Response | Promise<Response>>;

/**
 * What a route may say beside the permission.
 * @typeParam Rest what the framework hands on beside the request, such as Next.js's `{ params }`
 */
export type RouteOptions<Rest extends readonly unknown[]> = AnyRouteOptions<readonly [request: Request, ...rest: Rest]>;

/** A handler behind a guard. */
export type Guarded<Seen, Rest extends readonly unknown[]> = (
  request: Request,
  auth: Seen,
  ...rest: Rest
) => Response | Promise<Response>;

/** The same with its guard, as a framework calls it. */
export type Guarding<Rest extends readonly unknown[]> = (
  request: Request,
  ...rest: Rest
) => Response | Promise<Response>;

/** Stands around handlers. */
export interface Guard<Claims = AnyClaims> {
  /**
   * Lets callers through who have this permission; `undefined` = signed-in users, and no back end. Refusals are answered,
   * those that the handler throws too, such as `auth.ownerFilter`; its other errors go on to the framework.
   * @throws TypeError if it is no permission
   * @example
   * export const GET = guard("order:read:own", (request, auth) => Response.json(ordersOf(auth.sub)));
   */
  <Rest extends readonly unknown[] = []>(
    permission: string | undefined,
    handler: Guarded<Auth<Claims>, Rest>,
    options?: RouteOptions<Rest>,
  ): Guarding<Rest>;
  /** Lets guests through as well: no credentials, no `auth`. Bad credentials are still refused. */
  optional<Rest extends readonly unknown[] = []>(handler: Guarded<Auth<Claims> | undefined, Rest>): Guarding<Rest>;
  /**
   * The answer to a refusal that was caught elsewhere; `undefined` for other errors.
   * @example
   * return guard.refusal(error, request) ?? new Response("Something went wrong.", { status: 500 });
   */
  refusal(error: unknown, request: Request): Response | Promise<Response> | undefined;
}

/** What an `owner` is asked with: the arguments of the handler, without the caller. */
interface Asked<Rest> {
  readonly request: Request;
  readonly rest: Rest;
}

/** What the check of a proof or a MAC has left behind. */
interface Shown {
  /** Headers of the answer that bring the next nonces. */
  readonly nonces: Map<"dpop-nonce" | "hufu-mac-nonce", string>;
  /** The request with its body unread, where the guard has read it. */
  unread?: Request;
}

/**
 * Makes the guards of an application.
 * @param verifying a Hufu in this process, or a verifier of one elsewhere
 * @throws TypeError if it is neither, or an option is unknown
 */
export function createGuard<Claims = AnyClaims>(
  verifying: Verifying<Claims>,
  options: GuardOptions = {},
): Guard<Claims> {
  const { onRefused } = checkGuardOptions(options);
  const asked = acceptingLegacy(verifying, options);
  const signedIn = createAdmit<unknown, Claims>(asked, {});

  function refusal(error: unknown, request: Request): Response | Promise<Response> | undefined {
    if (!(error instanceof HufuError)) return undefined;
    return refusalResponse(error, onRefused && (() => onRefused(error, request)));
  }

  /** A fault is no refusal: it goes to the framework. */
  function refused(error: unknown, request: Request): Response | Promise<Response> {
    const response = refusal(error, request);
    if (response === undefined) throw error;
    return response;
  }

  function guarding<Seen, Rest extends readonly unknown[]>(
    admit: AsksForMac & ((...asked: Parameters<Admit<Asked<Rest>, Claims>>) => Seen | Promise<Seen>),
    handler: Guarded<Seen, Rest>,
    body?: "digest",
  ): Guarding<Rest> {
    function answered(request: Request, seen: Seen, rest: Rest): Response | Promise<Response> {
      const response = handler(request, seen, ...rest);
      return response instanceof Promise ? response.catch((error: unknown) => refused(error, request)) : response;
    }
    // Not async: a warm caller costs no promise of ours.
    return (request, ...rest) => {
      try {
        if (body !== undefined) assertUnread(request);
        const { headers, url } = request;
        const authorization = headers.get("authorization") ?? undefined;
        const shown: Shown | undefined = needsPresented(admit, authorization) ? { nonces: new Map() } : undefined;
        const presented = shown && (() => presentedProof(request, body, shown));
        const seen = admit(authorization, queryOf(url), { request, rest }, presented);
        if (!(seen instanceof Promise)) return answered(request, seen, rest);
        return seen
          .then((known) => answered(shown?.unread ?? request, known, rest))
          .catch((error: unknown) => refused(error, request))
          .then((response) => withNonces(response, shown));
      } catch (error) {
        return refused(error, request);
      }
    };
  }

  function guard<Rest extends readonly unknown[]>(
    permission: string | undefined,
    handler: Guarded<Auth<Claims>, Rest>,
    options: RouteOptions<Rest> = {},
  ): Guarding<Rest> {
    const { owner, ...others } = checkRouteOptions(options);
    const ownerOf = typeof owner === "function" ? ({ request, rest }: Asked<Rest>) => owner(request, ...rest) : owner;
    const admit = createAdmit<Asked<Rest>, Claims>(asked, { permission, owner: ownerOf, ...others });
    return guarding(admit, handler, options.body);
  }

  function optional<Rest extends readonly unknown[]>(handler: Guarded<Auth<Claims> | undefined, Rest>): Guarding<Rest> {
    return guarding<Auth<Claims> | undefined, Rest>(orGuest(signedIn), handler);
  }

  return Object.freeze(Object.assign(guard, { optional, refusal }));
}

function presentedProof(request: Request, body: "digest" | undefined, shown: Shown): PresentedProof {
  return {
    method: request.method,
    target: targetOf(request.url),
    proof: request.headers.get("dpop") ?? undefined,
    body: body === undefined ? undefined : () => bytesOf(request, shown),
    mac: request.headers.get("hufu-mac") ?? undefined,
    offerNonce: (nonce) => void shown.nonces.set("dpop-nonce", nonce),
    offerMacNonce: (nonce) => void shown.nonces.set("hufu-mac-nonce", nonce),
  };
}

async function bytesOf(request: Request, shown: Shown): Promise<Uint8Array> {
  const { bytes, unread } = await readAgain(request);
  shown.unread = unread;
  return bytes;
}

/** The next nonces (RFC 9449 §8.2). The headers of a response may be immutable, so it is made anew. */
function withNonces(response: Response, shown: Shown | undefined): Response {
  const missing = [...(shown?.nonces ?? [])].filter(([name]) => !response.headers.has(name));
  if (missing.length === 0) return response;
  const headers = new Headers(response.headers);
  for (const [name, nonce] of missing) headers.set(name, nonce);
  const { status, statusText } = response;
  return new Response(response.body, { status, statusText, headers });
}

import type { Context, Env, Handler, Hono, MiddlewareHandler, Next, Schema } from "hono";
import type { BlankInput } from "hono/types";
import { HufuError } from "../../core/errors/errors.ts";
import {
  authorizationHeader,
  macHeader,
  proofHeader,
  queryOf,
} from "../../http/authentication/credentials-in-request.ts";
import { answerRequest, type HttpBindings } from "../../http/create-http.ts";
import { pathOf, targetOf } from "../../http/messages/request-call.ts";
import { createRouter, type HufuEndpoints, type RouterOptions } from "../../http/router.ts";
import type { AnyClaims, Auth } from "../../verify/token-check/auth.ts";
import type { PresentedProof } from "../../verify/verifier.ts";
import { checkHufu } from "../check-hufu.ts";
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

export type { HufuEndpoints, RouterOptions } from "../../http/router.ts";
export type { Auth, ClientAuth, LegacyAuth, OwnerFilter, UserAuth } from "../../verify/token-check/auth.ts";
export type { Verifying } from "../guard.ts";
export type { Owner } from "../guard-options.ts";
export type { LegacyUser, VerifyLegacy } from "../legacy/legacy-options.ts";

/**
 * Puts all endpoints into a Hono application: the outermost one, because the issuer's path counts from the root.
 * @throws TypeError if this is no Hufu, such as the promise of one
 * @example
 * mount(app, hufu);
 */
export function mount<E extends Env, S extends Schema, BasePath extends string>(
  app: Hono<E, S, BasePath>,
  hufu: HufuEndpoints,
  options: RouterOptions = {},
): void {
  checkHufu(hufu);
  const router = createRouter(hufu, options);
  for (const pattern of router.patterns) {
    app.all(pattern, (c, next) =>
      // Hono decodes a path before it compares; the router takes it as it came.
      router.owns(pathOf(c.req.raw.url)) ? answerRequest(router, c.req.raw, bindingsOf(c)) : next(),
    );
  }
}

/** How guards of one application behave. */
export type GuardOptions = AnyGuardOptions<(error: HufuError, c: Context) => Response | Promise<Response>>;

/** What a route may say beside the permission. */
export type RouteOptions = AnyRouteOptions<readonly [c: Context]>;

/** What a handler behind a guard finds. */
interface SignedIn<Claims> {
  readonly Variables: { readonly auth: Auth<Claims> };
}

/** Stands before handlers. */
export interface Guard<Claims = AnyClaims> {
  /**
   * Lets callers through who have this permission; without one, signed-in users, and no back end. Handlers find them by
   * `c.get("auth")`.
   * @throws TypeError if it is no permission
   * @example
   * app.get("/orders/:id", guard("order:read", { owner: (c) => ownerOfOrder(c.req.param("id")) }), showOrder);
   */
  (permission?: string, options?: RouteOptions): MiddlewareHandler<{ Variables: { auth: Auth<Claims> } }>;
  /**
   * The same around a single handler. A step of its own costs Hono a third of what it can do with an empty route; this
   * costs a few per cent, so it is for routes that do little else.
   * @throws TypeError if it is no permission
   * @example
   * app.get("/orders", guard.around("order:read:own", (c) => c.json(ordersOf(c.get("auth").sub))));
   */
  around<E extends Env, Path extends string>(
    permission: string | undefined,
    handler: (c: Context<E & SignedIn<Claims>, Path>, next: Next) => Response | Promise<Response>,
    options?: RouteOptions,
  ): Handler<E & SignedIn<Claims>, Path, BlankInput, Response | Promise<Response>>;
  /** Lets guests through as well: no credentials, no `auth`. Bad credentials are still refused. */
  optional(): MiddlewareHandler<{ Variables: { auth: Auth<Claims> | undefined } }>;
  /**
   * The answer to a refusal that a handler has thrown, such as `auth.ownerFilter`; `undefined` for other errors.
   * @example
   * app.onError((error, c) => guard.refusal(error, c) ?? c.text("Something went wrong.", 500));
   */
  refusal(error: unknown, c: Context): Response | Promise<Response> | undefined;
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

  function refusal(error: unknown, c: Context): Response | Promise<Response> | undefined {
    if (!(error instanceof HufuError)) return undefined;
    return refusalResponse(error, onRefused && (() => onRefused(error, c)));
  }

  /** A fault is no refusal: it goes to the application's own error handler. */
  function refused(error: unknown, c: Context): Response | Promise<Response> {
    const response = refusal(error, c);
    if (response === undefined) throw error;
    return response;
  }

  function around<E extends Env, Path extends string>(
    permission: string | undefined,
    handler: (c: Context<E & SignedIn<Claims>, Path>, next: Next) => Response | Promise<Response>,
    options: RouteOptions = {},
  ): Handler<E & SignedIn<Claims>, Path, BlankInput, Response | Promise<Response>> {
    const admit = createAdmit<Context, Claims>(asked, { permission, ...checkRouteOptions(options) });
    const { body } = options;
    return (c, next) => {
      let auth: Auth<Claims> | Promise<Auth<Claims>>;
      try {
        auth = admitted(admit, c, body);
      } catch (error) {
        return refused(error, c);
      }
      if (auth instanceof Promise) {
        return auth.then(
          (known) => {
            c.set("auth", known);
            return handler(c, next);
          },
          (error: unknown) => refused(error, c),
        );
      }
      c.set("auth", auth);
      return handler(c, next);
    };
  }

  function guarding<Seen extends Auth<Claims> | undefined>(
    admit: AsksForMac & ((...asked: Parameters<Admit<Context, Claims>>) => Seen | Promise<Seen>),
    body?: "digest",
  ): MiddlewareHandler<{ Variables: { auth: Seen } }> {
    // Not async: a warm caller costs no promise of ours.
    return (c, next) => {
      let auth: Seen | Promise<Seen>;
      try {
        auth = admitted(admit, c, body);
      } catch (error) {
        return Promise.resolve(refused(error, c));
      }
      if (auth instanceof Promise) {
        return auth.then(
          (known) => {
            c.set("auth", known);
            return next();
          },
          (error: unknown) => refused(error, c),
        );
      }
      c.set("auth", auth);
      return next();
    };
  }

  const guard = (permission?: string, options: RouteOptions = {}): ReturnType<Guard<Claims>> =>
    guarding(createAdmit<Context, Claims>(asked, { permission, ...checkRouteOptions(options) }), options.body);
  const signedIn = createAdmit<Context, Claims>(asked, {});
  const optional: Guard<Claims>["optional"] = () => guarding(orGuest(signedIn));
  return Object.freeze(Object.assign(guard, { around, optional, refusal }));
}

function admitted<Seen>(
  admit: AsksForMac & ((...asked: Parameters<Admit<Context, unknown>>) => Seen),
  c: Context,
  body: "digest" | undefined,
): Seen {
  if (body !== undefined) assertUnread(c.req.raw);
  const authorization = authorizationOf(c);
  const presented = needsPresented(admit, authorization) ? () => presentedProof(c, body) : undefined;
  return admit(authorization, queryOf(c.req.raw.url), c, presented);
}

/** Node keeps repeated headers apart in its raw list; elsewhere they come joined, which the verifier notices. */
function authorizationOf(c: Context): string | undefined {
  const incoming = bindingsOf(c)?.incoming;
  if (incoming !== undefined) return authorizationHeader(incoming);
  return c.req.raw.headers.get("authorization") ?? undefined;
}

function presentedProof(c: Context, body: "digest" | undefined): PresentedProof {
  const { method, url, headers } = c.req.raw;
  const incoming = bindingsOf(c)?.incoming;
  return {
    method,
    target: targetOf(url),
    proof: incoming === undefined ? (headers.get("dpop") ?? undefined) : proofHeader(incoming),
    body: body === undefined ? undefined : () => rawBody(c),
    mac: incoming === undefined ? (headers.get("hufu-mac") ?? undefined) : macHeader(incoming),
    offerNonce: (nonce) => c.header("dpop-nonce", nonce),
    offerMacNonce: (nonce) => c.header("hufu-mac-nonce", nonce),
  };
}

function bindingsOf(c: Context): HttpBindings | undefined {
  const bindings: unknown = c.env;
  if (typeof bindings !== "object" || bindings === null || !("incoming" in bindings)) return undefined;
  return bindings as HttpBindings;
}

/** The body's bytes. Handlers behind the guard find them again. */
async function rawBody(c: Context): Promise<Uint8Array> {
  const { bytes, unread } = await readAgain(c.req.raw);
  c.req.raw = unread;
  return bytes;
}

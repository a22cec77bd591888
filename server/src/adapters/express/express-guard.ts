import type { IncomingMessage, ServerResponse } from "node:http";
import { HufuError } from "../../core/errors/errors.ts";
import { sendAnswer } from "../../http/messages/send-answer.ts";
import type { AnyClaims, Auth } from "../../verify/token-check/auth.ts";
import { letThrough } from "../caller.ts";
import { type Admit, acceptingLegacy, createAdmit, orGuest, type Verifying } from "../guard.ts";
import {
  type GuardOptions as AnyGuardOptions,
  type RouteOptions as AnyRouteOptions,
  checkGuardOptions,
  checkRouteOptions,
} from "../guard-options.ts";
import { nodeAdmission } from "../node-admission.ts";
import { keepRefusal } from "../node-answer.ts";
import { refusalAnswer } from "../refusal-answer.ts";
import { awaitHandlers } from "./async-handlers.ts";
import type { ExpressErrorHandler, ExpressRequest, ExpressResponse, Next, PlainHandler } from "./express-types.ts";

const ADVICE =
  'Put the guard before the parser: app.post("/path", guard("a:b", { proof: true, body: "digest" }), express.json(), handler)';

/**
 * How guards of one application behave. `onRefused: (error, request, response, next) => next(error)` leaves a refusal to the
 * application's error handlers.
 * @example
 * createGuard(hufu, { onRefused: (error, request, response) => response.json({ code: 1, message: error.reason }) });
 */
export type GuardOptions = AnyGuardOptions<
  (error: HufuError, request: ExpressRequest, response: ExpressResponse, next: Next) => unknown
>;

/** What a route may say beside the permission. */
export type RouteOptions<Request> = AnyRouteOptions<readonly [request: Request]>;

/** Stands before handlers. */
export interface Guard {
  /**
   * Lets callers through who have this permission; without one, signed-in users, and no back end.
   * The handlers behind it keep the types that Express infers from the path.
   * @throws TypeError if it is no permission
   * @example
   * app.get("/orders", guard("order:read:own"), listOrders);
   */
  (permission?: string): PlainHandler;
  /**
   * The same, where more is asked: whose the thing is, a key, a fresh authentication. Say of which route the owner's
   * request is.
   * @throws TypeError if it is no permission
   * @example
   * const owner = (request: Request<{ id: string }>) => ownerOfOrder(request.params.id);
   * app.get("/orders/:id", guard("order:read", { owner }), showOrder);
   */
  <Request extends ExpressRequest = ExpressRequest>(
    permission: string | undefined,
    options: RouteOptions<Request>,
  ): PlainHandler;
  /** Lets guests through as well: no credentials, no `request.auth`. Bad credentials are still refused. */
  optional(): PlainHandler;
  /** Error handler that answers refusals thrown by handlers, such as `auth.ownerFilter`; for `app.use`, at the end. */
  readonly refusals: ExpressErrorHandler;
}

/** `undefined` = a guest. */
type Admitted<Claims> = Auth<Claims> | undefined | Promise<Auth<Claims>>;

/**
 * Makes the guards of an application. Handlers find the caller in `request.auth`, or typed by `authOf(request)`.
 * @param verifying a Hufu in this process, or a verifier of one elsewhere
 * @throws TypeError if it is neither, or an option is unknown
 */
export function createGuard<Claims = AnyClaims>(verifying: Verifying<Claims>, options: GuardOptions = {}): Guard {
  const { onRefused } = checkGuardOptions(options);
  const asked = acceptingLegacy(verifying, options);

  function refuse(error: unknown, request: IncomingMessage, response: ServerResponse, next: Next): void {
    if (!(error instanceof HufuError) || response.headersSent) {
      next(error);
      return;
    }
    const answer = refusalAnswer(error);
    if (onRefused === undefined) {
      sendAnswer(response, answer);
      return;
    }
    keepRefusal(response, answer);
    // To Express nothing, or the name of a way out, is no error: it would call the handler.
    const fail: Next = (given) => next(!given || given === "route" || given === "router" ? error : given);
    try {
      const done = onRefused(error, request as ExpressRequest, response as ExpressResponse, fail);
      if (done instanceof Promise) done.catch(fail);
    } catch (caught) {
      fail(caught);
    }
  }

  function guarding(
    admit: (...asked: Parameters<Admit<IncomingMessage, Claims>>) => Admitted<Claims>,
    body?: "digest",
  ): PlainHandler {
    const decide = nodeAdmission(admit, body, ADVICE);
    return (request, response, next) => {
      let auth: Admitted<Claims>;
      try {
        auth = decide(request, response, request);
      } catch (error) {
        refuse(error, request, response, next);
        return;
      }
      if (auth instanceof Promise) {
        auth
          .then(
            (known) => {
              awaitHandlers(request);
              letThrough(request, known);
              next();
            },
            (error: unknown) => refuse(error, request, response, next),
          )
          .catch(next);
        return;
      }
      awaitHandlers(request);
      letThrough(request, auth);
      next();
    };
  }

  function guard<Request extends ExpressRequest = ExpressRequest>(
    permission?: string,
    options: RouteOptions<Request> = {},
  ): PlainHandler {
    const { owner, ...others } = checkRouteOptions(options);
    // The route's author knows the type of its requests. Asking for less here leaves its other handlers alone.
    const ownerOf = typeof owner === "function" ? (request: IncomingMessage) => owner(request as Request) : owner;
    return guarding(
      createAdmit<IncomingMessage, Claims>(asked, { permission, owner: ownerOf, ...others }),
      options.body,
    );
  }

  const signedIn = createAdmit<IncomingMessage, Claims>(asked, {});
  const optional = (): PlainHandler => guarding(orGuest(signedIn));
  const refusals: ExpressErrorHandler = (error, request, response, next) => refuse(error, request, response, next);
  return Object.freeze(Object.assign(guard, { optional, refusals }));
}

import type { IncomingMessage, ServerResponse } from "node:http";
import { HufuError } from "../../core/errors/errors.ts";
import type { Acr } from "../../core/step-up.ts";
import { authorizationHeader, proofHeader, queryOf } from "../../http/authentication/credentials-in-request.ts";
import { guardRefusal } from "../../http/errors/wire-error.ts";
import { newRequestId } from "../../http/messages/request-caller.ts";
import { sendAnswer } from "../../http/messages/send-answer.ts";
import type { AnyClaims, Auth } from "../../verify/token-check/auth.ts";
import type { PresentedProof } from "../../verify/verifier.ts";
import {
  checkGuardOptions,
  checkRouteOptions,
  createAdmit,
  mayBeBound,
  type Owner,
  orGuest,
  type Verifying,
} from "../guard.ts";
import { keepRefusal } from "../node-answer.ts";
import { awaitHandlers } from "./async-handlers.ts";
import { letThrough } from "./express-caller.ts";
import type { ExpressErrorHandler, ExpressRequest, ExpressResponse, Next, PlainHandler } from "./express-types.ts";
import { assertUnread, rawBody } from "./raw-body.ts";

/** How guards of one application behave. */
export interface GuardOptions {
  /**
   * Answers a refusal in the host's own words; status, challenge header and `Hufu-Reason` stay as they are, even if it sets them.
   * `(error, request, response, next) => next(error)` leaves it to the application's error handlers.
   * Default: the answer of docs/protocol.md §5.
   * @example
   * onRefused: (error, request, response) => response.json({ code: 1, message: error.reason })
   */
  readonly onRefused?: (error: HufuError, request: ExpressRequest, response: ExpressResponse, next: Next) => unknown;
}

/** What a route may say beside the permission. */
export interface RouteOptions<Request> {
  /** Whose the thing is; asked only of callers who may go no further than their own. */
  readonly owner?: (request: Request) => Owner | Promise<Owner>;
  /** The session must be bound to a key, and the request must prove it (RFC 9449). Default `false`. */
  readonly proof?: boolean;
  /** The user's authentication must be at least this strong: `platform` or `soter` (RFC 9470). Default `platform`. */
  readonly acr?: Acr;
  /** Most seconds since the user was authenticated. Default: no limit. */
  readonly maxAge?: number;
  /**
   * `digest`: the proof must also carry the RFC 9530 digest of the body, at most 1 MiB. Needs `proof: true`, and the guard
   * before every body parser; it puts the bytes back for them. Default: bodies are not proven.
   */
  readonly body?: "digest";
}

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

  function refuse(error: unknown, request: IncomingMessage, response: ServerResponse, next: Next): void {
    if (!(error instanceof HufuError) || response.headersSent) {
      next(error);
      return;
    }
    const requestId = newRequestId();
    const answer = guardRefusal(error, { requestId });
    const full = { ...answer, headers: { ...answer.headers, "x-request-id": requestId } };
    if (onRefused === undefined) {
      sendAnswer(response, full);
      return;
    }
    keepRefusal(response, full);
    try {
      const done = onRefused(error, request as ExpressRequest, response as ExpressResponse, next);
      if (done instanceof Promise) done.catch(next);
    } catch (caught) {
      next(caught);
    }
  }

  function guarding(
    admit: (
      authorization: string | undefined,
      query: string,
      request: IncomingMessage,
      presented?: () => PresentedProof,
    ) => Admitted<Claims>,
    body?: "digest",
  ): PlainHandler {
    return (request, response, next) => {
      let auth: Admitted<Claims>;
      try {
        if (body !== undefined) assertUnread(request);
        const authorization = authorizationHeader(request);
        const presented = mayBeBound(authorization) ? () => presentedProof(request, response, body) : undefined;
        auth = admit(authorization, queryOf(request.url ?? ""), request, presented);
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
    // Anyone who wrote the route knows what its requests are; asking for less here leaves its other handlers alone.
    const ownerOf = typeof owner === "function" ? (request: IncomingMessage) => owner(request as Request) : owner;
    return guarding(
      createAdmit<IncomingMessage, Claims>(verifying, { permission, owner: ownerOf, ...others }),
      options.body,
    );
  }

  const signedIn = createAdmit<IncomingMessage, Claims>(verifying, {});
  const optional = (): PlainHandler => guarding(orGuest(signedIn));
  const refusals: ExpressErrorHandler = (error, request, response, next) => refuse(error, request, response, next);
  return Object.freeze(Object.assign(guard, { optional, refusals }));
}

/** Express cuts off the path under which a router is mounted; the client's is kept in `originalUrl`. */
function presentedProof(
  request: IncomingMessage & { originalUrl?: string },
  response: ServerResponse,
  body: "digest" | undefined,
): PresentedProof {
  return {
    method: request.method ?? "",
    target: request.originalUrl ?? request.url ?? "",
    proof: proofHeader(request),
    body: body === undefined ? undefined : () => rawBody(request),
    offerNonce: (nonce) => response.setHeader("dpop-nonce", nonce),
  };
}

import type { IncomingMessage, ServerResponse } from "node:http";
import type { FastifyReply, FastifyRequest } from "fastify";
import { HufuError } from "../../core/errors/errors.ts";
import type { AnyClaims, Auth } from "../../verify/token-check/auth.ts";
import { asError } from "../as-error.ts";
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
import { sendReply } from "./fastify-answer.ts";

const ADVICE =
  'Make it an onRequest hook: app.post("/path", { onRequest: guard("a:b", { proof: true, body: "digest" }) }, handler)';

/**
 * How guards of one application behave. `onRefused` that throws the error leaves the refusal to the application's error handler.
 * @example
 * createGuard(hufu, { onRefused: (error, request, reply) => reply.send({ code: 1, message: error.reason }) });
 */
export type GuardOptions = AnyGuardOptions<(error: HufuError, request: FastifyRequest, reply: FastifyReply) => unknown>;

/** What a route may say beside the permission. */
export type RouteOptions<Request> = AnyRouteOptions<readonly [request: Request]>;

/** A hook that asks for nothing of Fastify's own types, so that it fits every route, schema and type provider. */
export type GuardHook = (
  request: { readonly raw: IncomingMessage },
  reply: { readonly raw: ServerResponse },
  done: (error?: Error) => void,
) => void;

/** Stands before handlers, as an `onRequest` hook: of a route, or of everything in a context. */
export interface Guard {
  /**
   * Lets callers through who have this permission; without one, signed-in users, and no back end.
   * @throws TypeError if it is no permission
   * @example
   * app.get("/orders", { onRequest: guard("order:read:own") }, listOrders);
   */
  (permission?: string): GuardHook;
  /**
   * The same, where more is asked: whose the thing is, a key, a fresh authentication. Say of which route the owner's
   * request is.
   * @throws TypeError if it is no permission
   * @example
   * const owner = (request: FastifyRequest<{ Params: { id: string } }>) => ownerOfOrder(request.params.id);
   * app.get("/orders/:id", { onRequest: guard("order:read", { owner }) }, showOrder);
   */
  <Request extends FastifyRequest = FastifyRequest>(
    permission: string | undefined,
    options: RouteOptions<Request>,
  ): GuardHook;
  /** Lets guests through as well: no credentials, no `findAuth(request)`. Bad credentials are still refused. */
  optional(): GuardHook;
  /**
   * Answers a refusal that a handler has thrown, such as `auth.ownerFilter`; `undefined` for other errors, and where an
   * answer has begun.
   * @example
   * app.setErrorHandler((error, request, reply) => guard.refusal(error, request, reply) ?? reply.send(error));
   */
  refusal(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply | undefined;
}

/** `undefined` = a guest. */
type Admitted<Claims> = Auth<Claims> | undefined | Promise<Auth<Claims>>;

/**
 * Makes the guards of an application. Handlers find the caller by `authOf(request)`.
 * @param verifying a Hufu in this process, or a verifier of one elsewhere
 * @throws TypeError if it is neither, or an option is unknown
 */
export function createGuard<Claims = AnyClaims>(verifying: Verifying<Claims>, options: GuardOptions = {}): Guard {
  const { onRefused } = checkGuardOptions(options);
  const asked = acceptingLegacy(verifying, options);

  function refusal(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply | undefined {
    if (!(error instanceof HufuError) || reply.raw.headersSent) return undefined;
    const answer = refusalAnswer(error);
    if (onRefused === undefined) return sendReply(reply, answer);
    keepRefusal(reply.raw, answer);
    const done = onRefused(error, request, reply.code(answer.status));
    // A promise of Fastify's own reply never rejects; one of the host's may, with nothing sent yet.
    if (done instanceof Promise) done.catch((failed: unknown) => reply.send(failed));
    return reply;
  }

  function refuse(error: unknown, request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void): void {
    try {
      if (refusal(error, request, reply) === undefined) done(asError(error));
    } catch (failed) {
      done(asError(failed));
    }
  }

  function guarding(
    admit: (...asked: Parameters<Admit<FastifyRequest, Claims>>) => Admitted<Claims>,
    body?: "digest",
  ): GuardHook {
    const decide = nodeAdmission(admit, body, ADVICE);
    return (plainRequest, plainReply, done) => {
      // Nothing but Fastify calls hooks.
      const request = plainRequest as FastifyRequest;
      const reply = plainReply as FastifyReply;
      let auth: Admitted<Claims>;
      try {
        auth = decide(request.raw, reply.raw, request);
      } catch (error) {
        refuse(error, request, reply, done);
        return;
      }
      if (auth instanceof Promise) {
        auth.then(
          (known) => {
            letThrough(request, known);
            done();
          },
          (error: unknown) => refuse(error, request, reply, done),
        );
        return;
      }
      letThrough(request, auth);
      done();
    };
  }

  function guard<Request extends FastifyRequest = FastifyRequest>(
    permission?: string,
    options: RouteOptions<Request> = {},
  ): GuardHook {
    const { owner, ...others } = checkRouteOptions(options);
    // The route's author knows the type of its requests.
    const ownerOf = typeof owner === "function" ? (request: FastifyRequest) => owner(request as Request) : owner;
    return guarding(
      createAdmit<FastifyRequest, Claims>(asked, { permission, owner: ownerOf, ...others }),
      options.body,
    );
  }

  const signedIn = createAdmit<FastifyRequest, Claims>(asked, {});
  const optional = (): GuardHook => guarding(orGuest(signedIn));
  return Object.freeze(Object.assign(guard, { optional, refusal }));
}

import { HufuError } from "../../core/errors/errors.ts";
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
import { answerKoa, incomingOf, type KoaContext, type KoaMiddleware } from "./koa-context.ts";

const ADVICE =
  'Put the guard before the parser: router.post("/path", guard("a:b", { proof: true, body: "digest" }), bodyParser(), handler)';

/**
 * How guards of one application behave. `onRefused` that throws the error leaves the refusal to the middleware around the guard.
 * @example
 * createGuard(hufu, { onRefused: (error, ctx) => { ctx.body = { code: 1, message: error.reason }; } });
 */
export type GuardOptions = AnyGuardOptions<(error: HufuError, ctx: KoaContext) => unknown>;

/** What a route may say beside the permission. */
export type RouteOptions<Context = KoaContext> = AnyRouteOptions<readonly [ctx: Context]>;

/** Stands before handlers. */
export interface Guard {
  /**
   * Lets callers through who have this permission; without one, signed-in users, and no back end.
   * @throws TypeError if it is no permission
   * @example
   * router.get("/orders/:id", guard("order:read", { owner: (ctx) => ownerOfOrder(ctx.params?.id) }), showOrder);
   */
  <Context extends KoaContext = KoaContext>(permission?: string, options?: RouteOptions<Context>): KoaMiddleware;
  /** Lets guests through as well: no credentials, no `findAuth(ctx)`. Bad credentials are still refused. */
  optional(): KoaMiddleware;
  /**
   * A middleware that answers refusals thrown behind it, such as `auth.ownerFilter`; others go on.
   * @example
   * app.use(guard.refusals);
   */
  readonly refusals: KoaMiddleware;
}

/** `undefined` = a guest. */
type Admitted<Claims> = Auth<Claims> | undefined | Promise<Auth<Claims>>;

/**
 * Makes the guards of an application. Handlers find the caller in `ctx.auth`, or typed by `authOf(ctx)`.
 * @param verifying a Hufu in this process, or a verifier of one elsewhere
 * @throws TypeError if it is neither, or an option is unknown
 */
export function createGuard<Claims = AnyClaims>(verifying: Verifying<Claims>, options: GuardOptions = {}): Guard {
  const { onRefused } = checkGuardOptions(options);
  const asked = acceptingLegacy(verifying, options);

  async function refuse(error: unknown, ctx: KoaContext): Promise<void> {
    if (!(error instanceof HufuError) || ctx.headerSent) throw error;
    const answer = refusalAnswer(error);
    if (onRefused === undefined) {
      answerKoa(ctx, answer);
      return;
    }
    keepRefusal(ctx.res, answer);
    ctx.status = answer.status;
    await onRefused(error, ctx);
  }

  function guarding(
    admit: (...asked: Parameters<Admit<KoaContext, Claims>>) => Admitted<Claims>,
    body?: "digest",
  ): KoaMiddleware {
    const decide = nodeAdmission(admit, body, ADVICE);
    // Not async: a warm caller costs no promise of ours.
    return (ctx, next) => {
      let auth: Admitted<Claims>;
      try {
        auth = decide(incomingOf(ctx), ctx.res, ctx);
      } catch (error) {
        return refuse(error, ctx);
      }
      if (auth instanceof Promise) {
        return auth.then(
          (known) => {
            letThrough(ctx, known);
            return next();
          },
          (error: unknown) => refuse(error, ctx),
        );
      }
      letThrough(ctx, auth);
      return next();
    };
  }

  function guard<Context extends KoaContext = KoaContext>(
    permission?: string,
    options: RouteOptions<Context> = {},
  ): KoaMiddleware {
    const { owner, ...others } = checkRouteOptions(options);
    // The route's author knows the type of its context.
    const ownerOf = typeof owner === "function" ? (ctx: KoaContext) => owner(ctx as Context) : owner;
    return guarding(createAdmit<KoaContext, Claims>(asked, { permission, owner: ownerOf, ...others }), options.body);
  }

  const signedIn = createAdmit<KoaContext, Claims>(asked, {});
  const optional = (): KoaMiddleware => guarding(orGuest(signedIn));
  const refusals: KoaMiddleware = async (ctx, next) => {
    try {
      await next();
    } catch (error) {
      await refuse(error, ctx);
    }
  };
  return Object.freeze(Object.assign(guard, { optional, refusals }));
}

// Decorators are plain functions here: what they note is read by the guard of HufuModule.
import { type CustomDecorator, createParamDecorator, type ExecutionContext, SetMetadata } from "@nestjs/common";
import { findAuth } from "../caller.ts";
import { createAdmit } from "../guard.ts";
import { type RouteOptions as AnyRouteOptions, checkRouteOptions } from "../guard-options.ts";
import type { NestRequest } from "./nest-types.ts";

/** Where a route's demand is kept. */
export const DEMAND = "hufu:demand";

/** What a route may say beside the permission. */
export type RouteOptions = AnyRouteOptions<readonly [request: NestRequest]>;

/** What a route or a controller demands of its callers. */
export type Demand =
  | { readonly guests: true }
  | { readonly guests: false; readonly permission: string | undefined; readonly options: RouteOptions };

/** Decorators check what they are given before there is a Hufu. */
const UNASKED = { check: neverAsked, checkWithMac: neverAsked };
function neverAsked(): never {
  throw new Error("a decorator asks nobody");
}

/**
 * Lets callers through who have this permission; without one, signed-in users, and no back end. On a method or a controller; the
 * method's counts.
 * @throws TypeError if it is no permission, or an option is unknown
 * @example
 * \@Get()
 * \@Guard("order:read:own")
 * list(\@CurrentAuth() auth: Auth) {}
 */
export function Guard(permission?: string, options: RouteOptions = {}): CustomDecorator {
  createAdmit(UNASKED, { permission, ...checkRouteOptions(options) });
  return SetMetadata(DEMAND, { guests: false, permission, options } satisfies Demand);
}

/**
 * Lets guests through as well: no credentials, no `auth`. Bad credentials are still refused. On a method or a controller.
 * @example
 * \@Public()
 * \@Get("menu")
 * menu(\@CurrentAuth() auth: Auth | undefined) {}
 */
export function Public(): CustomDecorator {
  return SetMetadata(DEMAND, { guests: true } satisfies Demand);
}

/** The caller, as a parameter of a handler; `undefined` for a guest at a public route. */
export const CurrentAuth: () => ParameterDecorator = createParamDecorator((_data: unknown, context: ExecutionContext) =>
  findAuth(context.switchToHttp().getRequest<NestRequest>()),
);

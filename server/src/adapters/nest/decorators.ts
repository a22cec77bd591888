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
 * @throws TypeError if it is no permission, an option is unknown, or the place has a `Guard` or `Public` already
 * @example
 * \@Get()
 * \@Guard("order:read:own")
 * list(\@CurrentAuth() auth: Auth) {}
 */
export function Guard(permission?: string, options: RouteOptions = {}): CustomDecorator {
  createAdmit(UNASKED, { permission, ...checkRouteOptions(options) });
  return demanding({ guests: false, permission, options });
}

/**
 * Lets guests through as well: no credentials, no `auth`. Bad credentials are still refused. On a method or a controller.
 * @throws TypeError if the place has a `Guard` or `Public` already
 * @example
 * \@Public()
 * \@Get("menu")
 * menu(\@CurrentAuth() auth: Auth | undefined) {}
 */
export function Public(): CustomDecorator {
  return demanding({ guests: true });
}

/** Of two on one place only one could count, and a reader would have to know which. */
function demanding(demand: Demand): CustomDecorator {
  const note = SetMetadata(DEMAND, demand);
  function decorate<T>(target: object, key?: string | symbol, descriptor?: TypedPropertyDescriptor<T>): void {
    const isSaid =
      key === undefined ? Reflect.hasOwnMetadata(DEMAND, target) : Reflect.hasOwnMetadata(DEMAND, target, key);
    if (isSaid) throw new TypeError(`${placeOf(target, key)}: @Guard or @Public is there already; keep one`);
    if (key === undefined) Reflect.apply(note, undefined, [target]);
    else {
      // By its name too: another decorator may put a function of its own in the method's place.
      Reflect.defineMetadata(DEMAND, demand, target, key);
      Reflect.apply(note, undefined, [target, key, descriptor]);
    }
  }
  return Object.assign(decorate, { KEY: DEMAND });
}

function placeOf(target: object, key: string | symbol | undefined): string {
  return key === undefined && "name" in target ? String(target.name) : `${target.constructor.name}.${String(key)}`;
}

/** The caller, as a parameter of a handler; `undefined` for a guest at a public route. */
export const CurrentAuth: () => ParameterDecorator = createParamDecorator((_data: unknown, context: ExecutionContext) =>
  findAuth(context.switchToHttp().getRequest<NestRequest>()),
);

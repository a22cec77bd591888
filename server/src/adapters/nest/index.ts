export type { HufuEndpoints, RouterOptions } from "../../http/router.ts";
export type { Auth, ClientAuth, OwnerFilter, UserAuth } from "../../verify/token-check/auth.ts";
export { authOf, findAuth } from "../caller.ts";
export type { Verifying } from "../guard.ts";
export type { Owner } from "../guard-options.ts";
export { CurrentAuth, Guard, Public, type RouteOptions } from "./decorators.ts";
export { type GuardOptions, HufuModule } from "./hufu-module.ts";
export { mount, type NestApp } from "./nest-mount.ts";
export type { NestRequest, NestResponse } from "./nest-types.ts";

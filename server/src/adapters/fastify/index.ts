export type { HufuEndpoints, RouterOptions } from "../../http/router.ts";
export type { Auth, ClientAuth, OwnerFilter, UserAuth } from "../../verify/token-check/auth.ts";
export { authOf, findAuth } from "../caller.ts";
export type { Verifying } from "../guard.ts";
export type { Owner } from "../guard-options.ts";
export type { Guard, GuardHook, GuardOptions, RouteOptions } from "./fastify-guard.ts";
export { createGuard } from "./fastify-guard.ts";
export type { FastifyApp } from "./fastify-mount.ts";
export { mount } from "./fastify-mount.ts";

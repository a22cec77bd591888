export type { HufuEndpoints, RouterOptions } from "../../http/router.ts";
export type { Auth, ClientAuth, LegacyAuth, OwnerFilter, UserAuth } from "../../verify/token-check/auth.ts";
export type { Verifying } from "../guard.ts";
export type { Owner } from "../guard-options.ts";
export type { LegacyUser, VerifyLegacy } from "../legacy/legacy-options.ts";
export type { Guard, Guarded, Guarding, GuardOptions, RouteOptions } from "./web-guard.ts";
export { createGuard } from "./web-guard.ts";
export type { HufuHandler } from "./web-handler.ts";
export { createHandler } from "./web-handler.ts";

export type { HufuEndpoints, RouterOptions } from "../../http/router.ts";
export type { Auth, ClientAuth, LegacyAuth, OwnerFilter, UserAuth } from "../../verify/token-check/auth.ts";
export { authOf, findAuth } from "../caller.ts";
export type { Verifying } from "../guard.ts";
export type { Owner } from "../guard-options.ts";
export type { LegacyUser, VerifyLegacy } from "../legacy/legacy-options.ts";
export type { Guard, GuardOptions, RouteOptions } from "./express-guard.ts";
export { createGuard } from "./express-guard.ts";
export type { ExpressApp } from "./express-mount.ts";
export { mount } from "./express-mount.ts";
export type {
  ExpressErrorHandler,
  ExpressHandler,
  ExpressRequest,
  ExpressResponse,
  Next,
  PlainHandler,
} from "./express-types.ts";

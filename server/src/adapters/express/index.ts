export type { HufuEndpoints, RouterOptions } from "../../http/router.ts";
export type { Auth, ClientAuth, OwnerFilter, UserAuth } from "../../verify/token-check/auth.ts";
export type { Owner, Verifying } from "../guard.ts";
export { authOf, findAuth } from "./express-caller.ts";
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

export { HufuError } from "../core/errors/errors.ts";
export type { EndWhy, Reason } from "../core/errors/reasons.ts";
export type { SessionId, UserId } from "../core/ids.ts";
export type { Logger } from "../core/log/log.ts";
export type { AppOptions } from "../platform/app-options.ts";
export type { Administration } from "../session/administration/administration.ts";
export type { Because, By, UserRef } from "../session/administration/check-arguments.ts";
export type { EncryptedData, UserData } from "../session/administration/user-data.ts";
export type { Hooks, SessionEndEvent, SignInEvent, UserClosedEvent } from "../session/hook-events.ts";
export type { Protocol } from "../session/protocol.ts";
export type { ResolveContext, ResolvedUser, ResolveIdentity, ResolveUser } from "../session/settings.ts";
export type { IssuedTicket } from "../session/tickets/issue-ticket.ts";
export type { RedeemedTicket } from "../session/tickets/redeem-ticket.ts";
export type { TicketPurpose, TicketRedemption } from "../session/tickets/ticket-input.ts";
export type { TicketHolder, Tickets } from "../session/tickets/tickets.ts";
export type { Auth } from "../verify/token-check/auth.ts";
export type { Verifier } from "../verify/verifier.ts";
export { createHufu } from "./create-hufu.ts";
export type { Hufu } from "./hufu.ts";
export type { Readiness } from "./node/readiness.ts";
export type { Environment, HufuOptions } from "./options/options.ts";
export type {
  RedisAddress,
  RedisClusterOptions,
  RedisCredentials,
  RedisSentinelOptions,
} from "./redis/redis-options.ts";

import { checkMembers } from "../core/arguments.ts";
import { concernedBy } from "../core/errors/concerning.ts";
import { HufuError } from "../core/errors/errors.ts";
import { checkLogger, type Logger } from "../core/log/log.ts";
import { createNotices, type Notices } from "../core/log/notices.ts";
import { type Meter, outcomeOf } from "../core/meter/meter.ts";
import { type Random, systemRandom } from "../core/random.ts";
import { type Clock, checkClock, systemClock } from "../core/time/clock.ts";
import type { Tracer } from "../core/tracer/tracer.ts";
import type { Limits } from "../limits/limits.ts";
import type { ProofCheck } from "../proof/proof-check.ts";
import type { RevocationFeed } from "../revocations/revocation-feed.ts";
import type { AdministrationCalls } from "../session/administration/calls.ts";
import type { RefusalLog } from "../session/administration/refusal-log.ts";
import type { Protocol } from "../session/protocol.ts";
import {
  type AccessLog,
  type AccessLogOptions,
  checkAccessLog,
  createAccessLog,
  type WatchedRequest,
} from "./access-log.ts";
import { ownChecker } from "./authentication/own-checker.ts";
import type { Checker } from "./authentication/signed-in-user.ts";
import type { Endpoint, Handler } from "./endpoint.ts";
import { adminEndpoints } from "./endpoints/admin/admin-endpoints.ts";
import { type Fitness, healthEndpoint, readyEndpoint } from "./endpoints/health-endpoints.ts";
import { introspectEndpoint } from "./endpoints/introspect-endpoint.ts";
import { jwksEndpoint } from "./endpoints/jwks-endpoint.ts";
import { meEndpoint } from "./endpoints/me-endpoint.ts";
import { metadataEndpoint, WELL_KNOWN } from "./endpoints/metadata-endpoint.ts";
import { myExportEndpoint } from "./endpoints/my-export-endpoint.ts";
import { myPhoneEndpoint } from "./endpoints/my-phone-endpoint.ts";
import { mySessionEndpoint, mySessionsEndpoint } from "./endpoints/my-sessions-endpoints.ts";
import { openapiEndpoint } from "./endpoints/openapi-endpoint.ts";
import { revocationsEndpoint } from "./endpoints/revocations-endpoint.ts";
import { revokeEndpoint } from "./endpoints/revoke-endpoint.ts";
import { rolesEndpoint } from "./endpoints/roles-endpoint.ts";
import { stepUpChallengeEndpoint, stepUpEndpoint } from "./endpoints/step-up-endpoint.ts";
import { redeemEndpoint, ticketsEndpoint } from "./endpoints/ticket-endpoints.ts";
import { tokenEndpoint } from "./endpoints/token-endpoint.ts";
import { answerToError, guardRefusal, methodRefusal, oauthRefusal } from "./errors/wire-error.ts";
import type { Answer, Call, StreamedAnswer } from "./messages/call.ts";
import { type RequestCaller, requestCaller } from "./messages/request-caller.ts";
import { createRoutes, type Route } from "./routes.ts";
import { tracedAnswer } from "./traced-answer.ts";

/** What of a Hufu is served over HTTP. */
export interface HufuEndpoints extends Fitness {
  readonly issuer: string;
  readonly verifier: Checker;
  readonly protocol: Protocol;
  /** Accepts the proofs of the token endpoint. */
  readonly tokenProofs: ProofCheck;
  readonly feed: RevocationFeed;
  readonly log: Logger;
  readonly notices: Notices;
  readonly meter: Meter;
  readonly tracer: Tracer;
  readonly limits: Limits;
  readonly administration: AdministrationCalls;
  readonly refusals: Pick<RefusalLog, "note" | "dropped">;
}

/** Where endpoints are mounted, and what is logged about requests. */
export interface RouterOptions {
  /** One debug line per request, warnings for what could not be answered, errors for faults. Default: Hufu's own log. */
  readonly log?: Logger;
  /** The path under which requests arrive, if a proxy in front changes it. Default: the issuer's path. */
  readonly path?: string;
  /** One line at level `info` for each request, in place of the one at `debug`. Default: false. */
  readonly accessLog?: boolean | AccessLogOptions;
  readonly clock?: Clock;
  readonly random?: Random;
}

/** All endpoints behind one question. */
export interface Router {
  /** The path under which the endpoints are; empty if that is the root. */
  readonly path: string;
  /** Where the metadata is, outside that path. @see RFC 8414 §3 */
  readonly metadataPath: string;
  /** Everything that `owns` may say yes to, as patterns of a router: `/me/sessions/:sid`, `/auth/*`. */
  readonly patterns: readonly string[];
  /** Is a path Hufu's to answer, if only with 404? At the root the unknown is left to the host. */
  owns(path: string): boolean;
  /** Never rejects: an internal error is answered too. */
  answer(call: Call): Promise<Answer | StreamedAnswer>;
}

const ROUTER_OPTIONS = ["log", "path", "accessLog", "clock", "random"] satisfies (keyof RouterOptions)[];
const PATH = /^(?:\/[A-Za-z0-9._~-]+)*$/;

/** @throws TypeError for an option that does not exist or makes no sense */
export function createRouter(hufu: HufuEndpoints, options: RouterOptions = {}): Router {
  checkMembers("options", options, ROUTER_OPTIONS);
  const { random = systemRandom } = options;
  const log = options.log === undefined ? hufu.log : checkLogger(options.log);
  const clock = options.clock === undefined ? systemClock : checkClock(options.clock);
  const notices = options.log === undefined ? hufu.notices : createNotices({ log, clock });
  const access = accessLogOf(hufu.protocol, options.accessLog, { log, clock });
  const path = options.path ?? issuerPath(hufu.issuer);
  if (typeof path !== "string" || !PATH.test(path))
    throw new TypeError(`path: "${path}" is no path such as "/auth", without a slash at the end`);
  const metadataPath = `${WELL_KNOWN}${issuerPath(hufu.issuer)}`;
  const metadata = metadataEndpoint(hufu.issuer);
  const endpoints = endpointsOf(hufu, ownChecker(hufu, path), metadata);
  const find = createRoutes(endpoints);
  const under = `${path}/`;
  const metadataRoute: Route = { endpoint: metadata, parameters: {} };

  const addressOf = (call: Call): string | undefined =>
    hufu.limits.addressOf(call.peer, call.header("x-forwarded-for"));

  function routeOf(fullPath: string): Route | undefined {
    if (fullPath.startsWith(under)) {
      const found = find(fullPath.slice(path.length));
      if (found !== undefined) return found;
    }
    return fullPath === metadataPath ? metadataRoute : undefined;
  }

  async function answered(
    call: Call,
    route: Route | undefined,
    caller: RequestCaller,
    watched: WatchedRequest | undefined,
  ): Promise<Answer | StreamedAnswer> {
    try {
      if (route === undefined) throw new HufuError("not_found");
      const { endpoint, parameters } = route;
      const handler = handlerOf(endpoint, call.method);
      if (handler === undefined) return methodRefusal(allowedBy(endpoint), caller.requestId, call.method === "OPTIONS");
      const answer = await handler(call, { caller, parameters });
      return call.method === "HEAD" && "stream" in answer ? withoutStream(answer) : answer;
    } catch (caught) {
      const form = route?.endpoint.refusals === "oauth" ? oauthRefusal : guardRefusal;
      const refusal = await withinLimits(caught, caller);
      watched?.refused(refusal);
      const answer = answerToError(refusal, form, caller, { log, notices });
      hufu.meter.count("hufu_refusals_total", { endpoint: placeOf(route), reason: outcomeOf(refusal) });
      if (route !== undefined && refusal instanceof HufuError) note(refusal, answer.status, route, caller.requestId);
      return answer;
    }
  }

  /** Lets an operator who knows the request's id find out why it was refused. */
  function note(refusal: HufuError, status: number, { endpoint }: Route, requestId: string): void {
    const { reason, why = null } = refusal;
    const { userId = null, sid = null } = concernedBy(refusal);
    hufu.refusals.note({ requestId, endpoint: endpoint.path, status, reason, why, userId, sid });
  }

  /** A forged request of an address that has sent too many is told to wait, not what is wrong with it. */
  async function withinLimits(caught: unknown, { address }: RequestCaller): Promise<unknown> {
    if (!(caught instanceof HufuError) || !caught.isForged) return caught;
    return hufu.limits.forged(address).then(
      () => caught,
      (limited: unknown) => limited,
    );
  }

  async function answerCall(call: Call): Promise<Answer | StreamedAnswer> {
    const startedAt = clock.monotonic();
    const caller = requestCaller(call.header("x-request-id"), addressOf(call), random);
    const route = routeOf(call.path);
    const watched = access?.watch(call);
    const answer = await answered(watched?.call ?? call, route, caller, watched);
    const ms = clock.monotonic() - startedAt;
    const status = String(answer.status);
    hufu.meter.time("hufu_http_request_duration_seconds", { endpoint: placeOf(route), status }, ms);
    // The path as we know it: what was typed may hold anything.
    const endpoint = route?.endpoint.path ?? null;
    const headers = { ...answer.headers, "x-request-id": caller.requestId };
    if (watched !== undefined) return watched.answered({ ...answer, headers }, { caller, endpoint });
    log.debug(
      {
        request_id: caller.requestId,
        caller_request_id: caller.theirRequestId,
        method: call.method,
        endpoint,
        status: answer.status,
        ms: Math.round(ms * 1000) / 1000,
      },
      "answered",
    );
    return { ...answer, headers };
  }

  return Object.freeze({
    path,
    metadataPath,
    patterns: Object.freeze(
      path === "" ? endpoints.map((endpoint) => patternOf(endpoint.path)) : [`${path}/*`, metadataPath],
    ),
    owns: (fullPath: string) =>
      path === "" ? routeOf(fullPath) !== undefined : fullPath === metadataPath || fullPath.startsWith(under),
    answer: hufu.tracer.isOn
      ? (call: Call) => tracedAnswer(hufu.tracer, call, routeOf(call.path)?.endpoint.path, () => answerCall(call))
      : answerCall,
  });
}

function endpointsOf(hufu: HufuEndpoints, verifier: Checker, metadata: Endpoint): readonly Endpoint[] {
  const { protocol, feed, limits } = hufu;
  return [
    tokenEndpoint(protocol, hufu.tokenProofs, hufu.issuer),
    revokeEndpoint(protocol),
    introspectEndpoint(protocol),
    metadata,
    jwksEndpoint(protocol),
    meEndpoint(protocol, verifier),
    myPhoneEndpoint(protocol, verifier),
    myExportEndpoint(protocol, verifier),
    mySessionsEndpoint(protocol, verifier),
    mySessionEndpoint(protocol, verifier),
    stepUpEndpoint(protocol, verifier),
    stepUpChallengeEndpoint(protocol, verifier),
    revocationsEndpoint({ feed, protocol, verifier, limits }),
    rolesEndpoint(protocol, verifier),
    ticketsEndpoint(protocol, verifier),
    redeemEndpoint(protocol, verifier),
    ...adminEndpoints({ verifier, calls: hufu.administration }, hufu),
    openapiEndpoint(hufu.issuer),
    healthEndpoint(),
    readyEndpoint(hufu),
  ];
}

/** The path as we know it, for a label. */
function placeOf(route: Route | undefined): string {
  return route?.endpoint.path ?? "none";
}

function accessLogOf(
  { findClient, isMiniProgram }: Pick<Protocol, "findClient" | "isMiniProgram">,
  given: RouterOptions["accessLog"],
  parts: { readonly log: Logger; readonly clock: Clock },
): AccessLog | undefined {
  const options = checkAccessLog(given);
  if (options === undefined) return undefined;
  const isClient = async (id: string): Promise<boolean> => findClient(id) !== undefined || isMiniProgram(id);
  return createAccessLog(options, { ...parts, isClient });
}

/** An answer to HEAD has no body, so its stream is closed unread. */
function withoutStream({ status, headers, stream }: StreamedAnswer): Answer {
  stream.close();
  return { status, headers, body: null };
}

/** HEAD is GET without the body, which a code that writes the answer leaves out. */
function handlerOf(endpoint: Endpoint, method: string): Handler | undefined {
  const wanted = method === "HEAD" ? "GET" : method;
  switch (wanted) {
    case "GET":
    case "POST":
    case "PUT":
    case "DELETE":
      return endpoint.methods[wanted];
    default:
      return undefined;
  }
}

function allowedBy({ methods }: Endpoint): string {
  return Object.keys(methods)
    .flatMap((method) => (method === "GET" ? ["GET", "HEAD"] : [method]))
    .join(", ");
}

function patternOf(path: string): string {
  return path.replaceAll(/\{([a-z]+)\}/g, ":$1");
}

function issuerPath(issuer: string): string {
  const { pathname } = new URL(issuer);
  return pathname === "/" ? "" : pathname;
}

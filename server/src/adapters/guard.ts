import { compileRequirement } from "../access/requirement.ts";
import { mistaken } from "../core/arguments.ts";
import { checkStepUpNeed } from "../core/check-step-up.ts";
import { HufuError } from "../core/errors/errors.ts";
import type { AnyClaims, Auth } from "../verify/token-check/auth.ts";
import { refuseTokenInQuery } from "../verify/token-check/credentials.ts";
import type { PresentedProof, Verifier } from "../verify/verifier.ts";
import { asError } from "./as-error.ts";
import { countedAdmit } from "./counted-admit.ts";
import type { Owner, RouteOptions } from "./guard-options.ts";
import { checkLegacyOptions, type LegacyOptions } from "./legacy/legacy-options.ts";
import { type LegacySurroundings, withLegacy } from "./legacy/with-legacy.ts";

/** Bytes of a body whose digest a guard checks; it has to hold the whole body in memory. */
export const RAW_BODY_MOST = 1_048_576;

type GuardVerifier<Claims> = Pick<Verifier<Claims>, "check" | "checkWithMac" | "meter">;

/** What a guard asks: a verifier, or a Hufu in this process, which has one. */
export type Verifying<Claims = AnyClaims> =
  | GuardVerifier<Claims>
  | ({ readonly verifier: GuardVerifier<Claims> } & LegacySurroundings);

/** What a guard lets through. */
export interface Admission<Request> extends RouteOptions<readonly [request: Request]> {
  /** As docs/protocol.md §11; absent = any signed-in user. A back end always needs a permission. */
  readonly permission?: string | undefined;
}

/** Marks a decision that looks at the whole request, with any kind of credentials. */
export interface AsksForMac {
  readonly asksForMac?: boolean;
}

/**
 * Decides about one request: who is calling, or the refusal, thrown or rejected. Nothing is awaited where nothing has
 * to be waited for.
 * @param authorization the one header; `undefined` if there was none
 * @param query what follows the `?`
 * @param presented asked only for credentials that are bound to a key, and where a request MAC is wanted
 * @throws HufuError as docs/protocol.md §5 lists
 */
export type Admit<Request, Claims> = AsksForMac &
  ((
    authorization: string | undefined,
    query: string,
    request: Request,
    presented?: () => PresentedProof,
  ) => Auth<Claims> | Promise<Auth<Claims>>);

/**
 * Makes the decision for one route. Where it stands decides what it asks for, never the text of a URL.
 * @throws TypeError if the permission is none, an option is of the wrong type, an owner is given without a permission, or a
 * request MAC is wanted where the verifier cannot ask the platform for its key
 */
export function createAdmit<Request, Claims = AnyClaims>(
  verifying: Verifying<Claims>,
  { permission, owner, proof = false, requestMac = false, body, acr, maxAge }: Admission<Request>,
): Admit<Request, Claims> {
  const verifier = verifierIn(verifying);
  if (owner !== undefined && typeof owner !== "function") throw mistaken("guard: owner", "a function", owner);
  if (typeof proof !== "boolean") throw mistaken("guard: proof", "true or false", proof);
  if (body !== undefined && body !== "digest") throw mistaken("guard: body", '"digest"', body);
  if (typeof requestMac !== "boolean") throw mistaken("guard: requestMac", "true or false", requestMac);
  if (body !== undefined && !proof && !requestMac) {
    throw new TypeError('guard: body: "digest" needs proof: true or requestMac: true, which carry it');
  }
  const { checkWithMac } = verifier;
  if (requestMac && checkWithMac === undefined) {
    throw new TypeError(
      "guard: requestMac works only in the process that runs createHufu: a verifier cannot ask WeChat for the user's key",
    );
  }
  const need = acr === undefined && maxAge === undefined ? undefined : checkStepUpNeed("guard", { acr, maxAge });
  if (permission !== undefined) compileRequirement(permission);
  else if (owner !== undefined) throw new TypeError("guard: an owner needs a permission to be held against");

  function admit(auth: Auth<Claims>, request: Request): Auth<Claims> | Promise<Auth<Claims>> {
    if (proof && auth.jkt === undefined) throw new HufuError("proof_missing");
    if (permission === undefined) {
      if (auth.kind !== "client") return auth;
      throw new HufuError("permission_denied", { detail: "a back end's token at a guard for users" });
    }
    if (owner === undefined) {
      if (auth.can(permission)) return auth;
      throw denied(permission);
    }
    const reach = auth.reach(permission);
    if (reach === "all") return auth;
    if (reach === undefined) throw denied(permission);
    const whose = askOwner(owner, request);
    return whose instanceof Promise
      ? whose.then((known) => own(auth, permission, known), failed)
      : own(auth, permission, whose);
  }

  /** Asked last: a caller who may not do it at all need not authenticate again to learn that. */
  function admitFresh(auth: Auth<Claims>, request: Request): Auth<Claims> | Promise<Auth<Claims>> {
    const admitted = admit(auth, request);
    return admitted instanceof Promise ? admitted.then(fresh) : fresh(admitted);
  }
  function fresh(auth: Auth<Claims>): Auth<Claims> {
    if (need !== undefined) auth.requireStepUp(need);
    return auth;
  }

  const decide = need === undefined ? admit : admitFresh;

  const admitting: Admit<Request, Claims> = (authorization, query, request, presented) => {
    if (query !== "") refuseTokenInQuery(query);
    const auth =
      requestMac && checkWithMac !== undefined
        ? checkWithMac(authorization, presented ?? unseen)
        : verifier.check(authorization, presented);
    return auth instanceof Promise ? auth.then((known) => decide(known, request)) : decide(auth, request);
  };
  const counted = countedAdmit(admitting, "meter" in verifying ? verifying.meter : undefined);
  return Object.assign(counted, { asksForMac: requestMac });
}

/** The same, which also accepts credentials of before while the options say so. @throws TypeError */
export function acceptingLegacy<Claims>(verifying: Verifying<Claims>, options: LegacyOptions): Verifying<Claims> {
  const plan = checkLegacyOptions(options);
  if (plan === undefined) return verifying;
  const verifier = verifierIn(verifying);
  const surroundings: LegacySurroundings = "verifier" in verifying ? verifying : { meter: verifying.meter };
  return { ...surroundings, verifier: { ...verifier, ...withLegacy(verifier, plan, surroundings) } };
}

function unseen(): never {
  throw new TypeError("guard: requestMac: this adapter does not hand over the request");
}

/** Must an adapter say how to read proof and MAC? Only if the credentials may be bound to a key, or a MAC is wanted. */
export function needsPresented(admit: AsksForMac, authorization: string | undefined): boolean {
  if (admit.asksForMac === true) return true;
  // D or d, as in DPoP; anything else that begins so is refused anyway.
  return authorization !== undefined && (authorization.charCodeAt(0) | 0x20) === 0x64;
}

/** Lets those through as well who show nothing at all. A token in the URL is a credential, though a refused one. */
export function orGuest<Request, Claims>(
  admit: Admit<Request, Claims>,
): (...asked: Parameters<Admit<Request, Claims>>) => ReturnType<Admit<Request, Claims>> | undefined {
  return (authorization, query, request, presented) => {
    if (authorization !== undefined) return admit(authorization, query, request, presented);
    refuseTokenInQuery(query);
    return undefined;
  };
}

/** @throws TypeError if it is neither a verifier nor has one: a guard without one would guard nothing */
function verifierIn<Claims>(verifying: Verifying<Claims>): GuardVerifier<Claims> {
  // A forgotten await brings a promise, or nothing at all.
  const given: Verifying<Claims> | null | undefined = verifying;
  const verifier = typeof given === "object" && given !== null && "verifier" in given ? given.verifier : given;
  if (typeof verifier?.check !== "function") {
    throw new TypeError("createGuard: this is not a Hufu; did you forget await? (A verifier would do as well.)");
  }
  return verifier;
}

function askOwner<Request>(
  owner: (request: Request) => Owner | Promise<Owner>,
  request: Request,
): Owner | Promise<Owner> {
  try {
    return owner(request);
  } catch (error) {
    return failed(error);
  }
}

function failed(thrown: unknown): never {
  throw asError(thrown);
}

function own<Claims>(auth: Auth<Claims>, permission: string, owner: Owner): Auth<Claims> {
  if (auth.can(permission, { owner })) return auth;
  throw denied(permission);
}

function denied(permission: string): HufuError {
  return new HufuError("permission_denied", { scope: permission });
}

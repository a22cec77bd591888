import { compileGrants, type Grants } from "../../access/grants.ts";
import type { Reach } from "../../access/permission.ts";
import { compileRequirement } from "../../access/requirement.ts";
import { checkStepUpNeed } from "../../core/check-step-up.ts";
import { HufuError } from "../../core/errors/errors.ts";
import type { SessionId, UserId } from "../../core/ids.ts";
import { meetsNeed, type StepUpNeed } from "../../core/step-up.ts";
import { systemClock, toSeconds } from "../../core/time/clock.ts";
import {
  type AccessClaims,
  type ClientClaims,
  isUserClaims,
  type UserClaims,
} from "../../token/access-token/access-claims.ts";

/** The back end's own claims, where their type is not given. */
export type AnyClaims = Readonly<Record<string, unknown>>;

/** Whose the thing is that a permission is asked for. */
export interface OwnedThing {
  /** The back end's own id of the owner, as in `uid`; `null` or `undefined` = no owner. */
  readonly owner?: string | null | undefined;
}

/** What a list may show: everything, or only what belongs to `owner`. */
export type OwnerFilter = { readonly reach: "all" } | { readonly reach: "own"; readonly owner: string };

interface CommonAuth {
  readonly clientId: string;
  readonly roles: readonly string[];
  readonly permissions: readonly string[];
  /** Id of the access token. */
  readonly jti: string;
  /** Epoch seconds. */
  readonly expiresAt: number;
  /** Policy version of the token. */
  readonly pol: number;
  /** Thumbprint of the key that the session is bound to; the request came with a proof of it. */
  readonly jkt: string | undefined;

  /**
   * May the caller do this? With a second argument the thing's owner decides: `all` is enough for every user's things,
   * `own` for the caller's own, and a thing without an owner belongs to no user.
   * @throws TypeError if the text is no permission, or the owner is neither text nor missing
   */
  can(permission: string, thing?: OwnedThing): boolean;
  /** How far the caller may go with this resource and action; a reach in the text changes nothing. */
  reach(permission: string): Reach | undefined;
  /** Is this the caller's own id: `uid` where there is one, else `sub`? Back ends own nothing. */
  owns(owner: string | null | undefined): boolean;
  /**
   * What a list may show the caller.
   * @throws HufuError `permission_denied` if that is nothing
   */
  ownerFilter(permission: string): OwnerFilter;
  /**
   * Refuses unless the user's authentication is strong and fresh enough, for handlers that know only then what they need:
   * `if (amount > 10_000) auth.requireStepUp({ acr: "soter", maxAge: 120 })`.
   * @throws HufuError `step_up_required`; `permission_denied` for a back end, which cannot step up
   * @throws TypeError for an unknown acr, or a `maxAge` that is no whole number of seconds
   */
  requireStepUp(need: StepUpNeed): void;
}

/** A signed-in user, as a handler sees it. */
export interface UserAuth<Claims = AnyClaims> extends CommonAuth {
  readonly kind: "user";
  readonly sub: UserId;
  /** The back end's own id of this user, if it gave one. */
  readonly uid: string | undefined;
  readonly openid: string | undefined;
  readonly sid: SessionId;
  /** How the user was authenticated: `platform` silently, `soter` by finger or face. */
  readonly acr: string;
  /** The methods behind it, as RFC 8176 names them. */
  readonly amr: readonly string[];
  /** When that was, in epoch seconds. A refresh never moves it. */
  readonly authTime: number;
  /** Authorization version of the token. */
  readonly ver: number;
  /** What the back end put into the token; empty if that was nothing. Its shape is not checked. */
  readonly claims: Readonly<Partial<Claims>>;
}

/** A back end that called with its own token. */
export interface ClientAuth extends CommonAuth {
  readonly kind: "client";
  readonly sub: `client:${string}`;
  readonly uid: undefined;
  readonly openid: undefined;
  readonly sid: undefined;
  readonly acr: undefined;
  readonly amr: undefined;
  readonly authTime: undefined;
  readonly ver: undefined;
  readonly claims: Readonly<Record<string, never>>;
}

/**
 * A user whom the back end's own verifier of before has recognised (`legacy` of a guard). It may do what that verifier
 * said, and never what asks for more than a credential: `proof`, `requestMac`, `acr` and `maxAge` refuse it.
 */
export interface LegacyAuth extends CommonAuth {
  readonly kind: "legacy";
  readonly sub: `legacy:${string}`;
  /** The back end's own id of this user. */
  readonly uid: string;
  readonly openid: undefined;
  readonly sid: undefined;
  readonly acr: undefined;
  readonly amr: undefined;
  readonly authTime: undefined;
  readonly ver: undefined;
  readonly claims: Readonly<Record<string, never>>;
}

/** Who is calling and what they may do. Frozen, and the same object for every request with the same token. */
export type Auth<Claims = AnyClaims> = UserAuth<Claims> | ClientAuth | LegacyAuth;

const NONE: Readonly<Record<string, never>> = Object.freeze({});
const NO_ROLES: readonly string[] = Object.freeze([]);

/**
 * Makes what handlers see of a verified token.
 * @param permissions what the caller may do by now, which may differ from what the token lists
 * @param seconds the time, in epoch seconds
 */
export function createAuth<Claims = AnyClaims>(
  claims: AccessClaims,
  permissions: readonly string[],
  seconds: () => number = () => toSeconds(systemClock.now()),
): Auth<Claims> {
  const grants = compileGrants(permissions);
  // One literal each: it is made for every token that is new, and thousands of them are kept.
  return isUserClaims(claims) ? userAuth(claims, grants, seconds) : clientAuth(claims, grants);
}

function userAuth<Claims>(claims: UserClaims, grants: Grants, seconds: () => number): UserAuth<Claims> {
  const { owns, reach, can, ownerFilter } = abilities(grants, claims.uid ?? claims.sub);
  return Object.freeze({
    kind: "user",
    sub: claims.sub,
    uid: claims.uid,
    openid: claims.openid,
    sid: claims.sid,
    acr: claims.acr,
    amr: frozenList(claims.amr),
    authTime: claims.auth_time,
    ver: claims.ver,
    // The host says what its claims are; here they are only handed on.
    claims: (claims.claims === undefined ? NONE : frozenCopy(claims.claims)) as Readonly<Partial<Claims>>,
    clientId: claims.client_id,
    roles: frozenList(claims.roles),
    permissions: grants.permissions,
    jti: claims.jti,
    expiresAt: claims.exp,
    pol: claims.pol,
    jkt: claims.cnf?.jkt,
    owns,
    reach,
    can,
    ownerFilter,
    requireStepUp(need: StepUpNeed): void {
      checkStepUpNeed("need", need);
      if (meetsNeed({ acr: claims.acr, authTime: claims.auth_time }, need, seconds())) return;
      throw new HufuError("step_up_required", { stepUp: need, isBound: claims.cnf !== undefined });
    },
  });
}

function clientAuth(claims: ClientClaims, grants: Grants): ClientAuth {
  const { owns, reach, can, ownerFilter } = abilities(grants, undefined);
  return Object.freeze({
    kind: "client",
    sub: claims.sub,
    uid: undefined,
    openid: undefined,
    sid: undefined,
    acr: undefined,
    amr: undefined,
    authTime: undefined,
    ver: undefined,
    claims: NONE,
    clientId: claims.client_id,
    roles: frozenList(claims.roles),
    permissions: grants.permissions,
    jti: claims.jti,
    expiresAt: claims.exp,
    pol: claims.pol,
    jkt: undefined,
    owns,
    reach,
    can,
    ownerFilter,
    requireStepUp(need: StepUpNeed): void {
      checkStepUpNeed("need", need);
      throw new HufuError("permission_denied", { detail: "a back end's token where a user has to step up" });
    },
  });
}

/** @param until when this is over, in epoch seconds */
export function createLegacyAuth(uid: string, permissions: readonly string[], until: number): LegacyAuth {
  const grants = compileGrants(permissions);
  const { owns, reach, can, ownerFilter } = abilities(grants, uid);
  return Object.freeze({
    kind: "legacy",
    sub: `legacy:${uid}`,
    uid,
    openid: undefined,
    sid: undefined,
    acr: undefined,
    amr: undefined,
    authTime: undefined,
    ver: undefined,
    claims: NONE,
    clientId: "",
    roles: NO_ROLES,
    permissions: grants.permissions,
    jti: "",
    expiresAt: until,
    pol: 0,
    jkt: undefined,
    owns,
    reach,
    can,
    ownerFilter,
    requireStepUp(need: StepUpNeed): void {
      checkStepUpNeed("need", need);
      throw new HufuError("permission_denied", { detail: "a legacy credential where a user has to step up" });
    },
  });
}

type Abilities = Pick<CommonAuth, "can" | "reach" | "owns" | "ownerFilter">;

function abilities(grants: Grants, self: string | undefined): Abilities {
  function owns(owner: string | null | undefined): boolean {
    if (owner !== undefined && owner !== null && typeof owner !== "string") {
      throw new TypeError(`an owner is text or missing, not of type ${typeof owner}; ids in tokens are text`);
    }
    return owner !== undefined && owner !== "" && owner === self;
  }
  function reach(permission: string): Reach | undefined {
    const { resource, action } = compileRequirement(permission);
    return grants.reach(resource, action);
  }
  return {
    owns,
    reach,
    can(permission: string, thing?: OwnedThing): boolean {
      if (thing === undefined) return grants.allows(permission);
      const mine = owns(thing.owner);
      const granted = reach(permission);
      return granted === "all" || (granted === "own" && mine);
    },
    ownerFilter(permission: string): OwnerFilter {
      const granted = reach(permission);
      if (granted === "all") return { reach: "all" };
      if (granted === "own" && self !== undefined) return { reach: "own", owner: self };
      throw new HufuError("permission_denied", { scope: permission });
    },
  };
}

function frozenList(list: readonly string[] = NO_ROLES): readonly string[] {
  return Object.isFrozen(list) ? list : Object.freeze([...list]);
}

/** One request must not change what the next one with the same token sees. The values come from JSON. */
function frozenCopy(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return Object.freeze(value.map(frozenCopy));
  return Object.freeze(Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, frozenCopy(inner)])));
}

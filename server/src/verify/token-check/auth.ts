import { compileGrants, type Grants } from "../../access/grants.ts";
import type { Reach } from "../../access/permission.ts";
import { compileRequirement } from "../../access/requirement.ts";
import { checkStepUpNeed } from "../../core/check-step-up.ts";
import { HufuError } from "../../core/errors/errors.ts";
import type { SessionId, UserId } from "../../core/ids.ts";
import { meetsNeed, type StepUpNeed } from "../../core/step-up.ts";
import { systemClock, toSeconds } from "../../core/time/clock.ts";
import { type AccessClaims, isUserClaims, type UserClaims } from "../../token/access-token/access-claims.ts";

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

/**
 * Who is calling and what they may do. Frozen, and the same object for every request with the same token. Call its methods on it:
 * `auth.can(…)`, not `const { can } = auth`.
 */
export type Auth<Claims = AnyClaims> = UserAuth<Claims> | ClientAuth | LegacyAuth;

const NONE: Readonly<Record<string, never>> = Object.freeze({});
const NO_ROLES: readonly string[] = Object.freeze([]);

/** The claims of every caller. */
type CallerClaims = Pick<AccessClaims, "client_id" | "roles" | "jti" | "exp" | "pol" | "cnf">;

/** What all callers have. A class, because guards keep thousands of these, which so share their methods. */
abstract class Caller implements Omit<CommonAuth, "requireStepUp"> {
  declare readonly clientId: string;
  declare readonly roles: readonly string[];
  declare readonly permissions: readonly string[];
  declare readonly jti: string;
  declare readonly expiresAt: number;
  declare readonly pol: number;
  declare readonly jkt: string | undefined;
  readonly #grants: Grants;
  readonly #ownId: string | undefined;
  readonly #token: object | undefined;

  /**
   * @param ownId what owners are compared with; `undefined` owns nothing
   * @param token what {@link tokenBehind} returns
   */
  constructor(claims: CallerClaims, grants: Grants, ownId: string | undefined, token: object | undefined) {
    this.#grants = grants;
    this.#ownId = ownId;
    this.#token = token;
    this.clientId = claims.client_id;
    this.roles = frozenList(claims.roles);
    this.permissions = grants.permissions;
    this.jti = claims.jti;
    this.expiresAt = claims.exp;
    this.pol = claims.pol;
    this.jkt = claims.cnf?.jkt;
  }

  static tokenBehind(auth: object): object | undefined {
    return #token in auth ? auth.#token : undefined;
  }

  owns(owner: string | null | undefined): boolean {
    if (owner !== undefined && owner !== null && typeof owner !== "string") {
      throw new TypeError(`an owner is text or missing, not of type ${typeof owner}; ids in tokens are text`);
    }
    return owner !== undefined && owner !== "" && owner === this.#ownId;
  }

  reach(permission: string): Reach | undefined {
    const { resource, action } = compileRequirement(permission);
    return this.#grants.reach(resource, action);
  }

  can(permission: string, thing?: OwnedThing): boolean {
    if (thing === undefined) return this.#grants.allows(permission);
    const mine = this.owns(thing.owner);
    const granted = this.reach(permission);
    return granted === "all" || (granted === "own" && mine);
  }

  ownerFilter(permission: string): OwnerFilter {
    const granted = this.reach(permission);
    if (granted === "all") return { reach: "all" };
    if (granted === "own" && this.#ownId !== undefined) return { reach: "own", owner: this.#ownId };
    throw new HufuError("permission_denied", { scope: permission });
  }
}

class SignedInUser<Claims> extends Caller implements UserAuth<Claims> {
  declare readonly kind: "user";
  declare readonly sub: UserId;
  declare readonly uid: string | undefined;
  declare readonly openid: string | undefined;
  declare readonly sid: SessionId;
  declare readonly acr: string;
  declare readonly amr: readonly string[];
  declare readonly authTime: number;
  declare readonly ver: number;
  declare readonly claims: Readonly<Partial<Claims>>;
  readonly #seconds: () => number;

  constructor(claims: UserClaims, grants: Grants, seconds: () => number, token: object | undefined) {
    super(claims, grants, claims.uid ?? claims.sub, token);
    this.#seconds = seconds;
    this.kind = "user";
    this.sub = claims.sub;
    this.uid = claims.uid;
    this.openid = claims.openid;
    this.sid = claims.sid;
    this.acr = claims.acr;
    this.amr = frozenList(claims.amr);
    this.authTime = claims.auth_time;
    this.ver = claims.ver;
    // The host says what its claims are; here they are only handed on.
    this.claims = (claims.claims === undefined ? NONE : frozenCopy(claims.claims)) as Readonly<Partial<Claims>>;
    Object.freeze(this);
  }

  requireStepUp(need: StepUpNeed): void {
    checkStepUpNeed("need", need);
    if (meetsNeed({ acr: this.acr, authTime: this.authTime }, need, this.#seconds())) return;
    throw new HufuError("step_up_required", { stepUp: need, isBound: this.jkt !== undefined });
  }
}

/** A caller without a session, which cannot step up. */
class SessionlessCaller<Kind extends "client" | "legacy", Uid extends string | undefined> extends Caller {
  declare readonly kind: Kind;
  declare readonly sub: `${Kind}:${string}`;
  declare readonly uid: Uid;
  declare readonly openid: undefined;
  declare readonly sid: undefined;
  declare readonly acr: undefined;
  declare readonly amr: undefined;
  declare readonly authTime: undefined;
  declare readonly ver: undefined;
  declare readonly claims: Readonly<Record<string, never>>;

  constructor(
    { kind, sub, uid }: { readonly kind: Kind; readonly sub: `${Kind}:${string}`; readonly uid: Uid },
    claims: CallerClaims,
    grants: Grants,
    token: object | undefined,
  ) {
    super(claims, grants, uid, token);
    this.kind = kind;
    this.sub = sub;
    this.uid = uid;
    this.openid = undefined;
    this.sid = undefined;
    this.acr = undefined;
    this.amr = undefined;
    this.authTime = undefined;
    this.ver = undefined;
    this.claims = NONE;
    Object.freeze(this);
  }

  requireStepUp(need: StepUpNeed): void {
    checkStepUpNeed("need", need);
    throw new HufuError("permission_denied", {
      detail: `only a signed-in user can step up; the kind of this caller is ${this.kind}`,
    });
  }
}

/**
 * Makes what handlers see of a verified token.
 * @param permissions what the caller may do by now, which may differ from what the token lists
 * @param seconds the time, in epoch seconds
 * @param token what {@link tokenBehind} returns
 */
export function createAuth<Claims = AnyClaims>(
  claims: AccessClaims,
  permissions: readonly string[],
  seconds: () => number = () => toSeconds(systemClock.now()),
  token?: object,
): Auth<Claims> {
  const grants = compileGrants(permissions);
  if (isUserClaims(claims)) return new SignedInUser<Claims>(claims, grants, seconds, token);
  return new SessionlessCaller({ kind: "client", sub: claims.sub, uid: undefined }, claims, grants, token);
}

/** The verified token from which an auth was made; `undefined` for a copy of an auth, and for what is none. */
export function tokenBehind(auth: object): object | undefined {
  return Caller.tokenBehind(auth);
}

/** @param until when this is over, in epoch seconds */
export function createLegacyAuth(uid: string, permissions: readonly string[], until: number): LegacyAuth {
  const claims = { client_id: "", jti: "", exp: until, pol: 0 };
  const who = { kind: "legacy", sub: `legacy:${uid}`, uid } as const;
  return new SessionlessCaller(who, claims, compileGrants(permissions), undefined);
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

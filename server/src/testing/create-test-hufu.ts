import { parsePermission } from "../access/permission.ts";
import { permissionsOf } from "../access/role-permissions.ts";
import { checkMembers, mistaken } from "../core/arguments.ts";
import { newSessionId, newUserId, type SessionId, type UserId } from "../core/ids.ts";
import { systemRandom } from "../core/random.ts";
import { type Clock, systemClock, toSeconds } from "../core/time/clock.ts";
import type { AccessClaims, UserClaims } from "../token/access-token/access-claims.ts";
import { newTokenId, signAccessToken } from "../token/access-token/sign-access-token.ts";
import { importVerificationKey } from "../token/keys/verification-key.ts";
import { createLocalVerifier } from "../verify/local-verifier.ts";
import { createRevocationList } from "../verify/revocation-list/revocation-list.ts";
import type { Verifier } from "../verify/verifier.ts";
import { testingKey } from "./testing-key.ts";

/** What the tokens of a test are issued with. */
export interface TestHufuOptions {
  /** Default `https://hufu.test`. */
  readonly issuer?: string;
  /** Default: the issuer. */
  readonly audience?: string;
  /** What each role allows. If given, a user of any other role is a mistake. */
  readonly roles?: Readonly<Record<string, readonly string[]>>;
  /** Default: this machine's. */
  readonly clock?: Clock;
}

/** Who is signed in. Everything is optional: the default is a fresh user without roles. */
export interface TestUser {
  readonly roles?: readonly string[];
  /** Beside what the roles allow. */
  readonly permissions?: readonly string[];
  /** The host's own id of the user. */
  readonly uid?: string;
  readonly openid?: string;
  /** The host's own claims. */
  readonly claims?: Readonly<Record<string, unknown>>;
  /** Default: a fresh one. */
  readonly sub?: UserId;
  /** The app's client id. Default `wx-test`. */
  readonly clientId?: string;
}

/** What a signed-in user's requests carry. */
export interface TestSession {
  readonly accessToken: string;
  /** The value of the `Authorization` header. */
  readonly authorization: `Bearer ${string}`;
  readonly sub: UserId;
  readonly sid: SessionId;
}

/** What a back end's requests carry. */
export interface TestClientSession {
  readonly accessToken: string;
  readonly authorization: `Bearer ${string}`;
  readonly sub: `client:${string}`;
}

/** Signed-in users for a host's own tests, without a server, a database or a network. */
export interface TestHufu<Claims = Readonly<Record<string, unknown>>> {
  /**
   * For the guards under test, in the place of `hufu.verifier` or `createVerifier(…)`. There is no platform here, so guards
   * with `requestMac` take a signed-in user for enough.
   */
  readonly verifier: Verifier<Claims>;
  /** Lets pass. */
  signedIn(user?: TestUser): TestSession;
  /** Is refused with `token_expired`. */
  expired(user?: TestUser): TestSession;
  /** The user's roles changed since: is refused with `token_stale`. */
  stale(user?: TestUser): TestSession;
  /** An administrator ended the session: is refused with `token_revoked`, why `kicked`. */
  kicked(user?: TestUser): TestSession;
  /** A back end's own token. */
  client(client?: { readonly id?: string; readonly permissions?: readonly string[] }): TestClientSession;
}

const USER = ["roles", "permissions", "uid", "openid", "claims", "sub", "clientId"] satisfies (keyof TestUser)[];
const LIFE_S = 600;
const AN_HOUR_S = 3600;
/** Longer than any test process, in milliseconds. */
const FOR_GOOD_MS = 365 * 86_400_000;

/**
 * Makes tokens and the verifier that takes them, both with a key that everybody knows: production refuses it.
 * @throws TypeError where `NODE_ENV` is `production`, for an unknown or mistaken option, for an invalid permission, and
 * for a role that `roles` does not define
 *
 * @example
 * const hufu = createTestHufu({ roles: { member: ["order:read:own"] } });
 * const guard = createGuard(hufu.verifier);
 * const { authorization } = hufu.signedIn({ roles: ["member"], uid: "42" });
 */
export function createTestHufu<Claims = Readonly<Record<string, unknown>>>(
  options: TestHufuOptions = {},
): TestHufu<Claims> {
  checkMembers("createTestHufu: options", options, ["issuer", "audience", "roles", "clock"]);
  const { issuer = "https://hufu.test", audience = issuer, clock = systemClock } = options;
  refuseInProduction();
  const key = testingKey();
  const verification = importVerificationKey(key.publicJwk);
  const table = new Map(Object.entries(options.roles ?? {}));
  for (const [role, permissions] of table) checkTexts(`roles.${role}`, permissions).forEach(parsePermission);
  const revocations = createRevocationList({ clock });
  const find = (kid: string) => (kid === key.kid ? verification : undefined);
  const verifier = createLocalVerifier<Claims>({
    issuer,
    audience,
    keys: { find, seek: async (kid) => find(kid) },
    revocations,
    permissionsOf: (roles) => permissionsOf(roles, table),
  });

  function common(iat: number, exp: number): Pick<AccessClaims, "iss" | "aud" | "iat" | "exp" | "jti" | "pol"> {
    return { iss: issuer, aud: audience, iat, exp, jti: newTokenId(systemRandom), pol: 1 };
  }

  function session(user: TestUser = {}, age = 0): TestSession {
    const iat = toSeconds(clock.now()) - age;
    const { roles = [], permissions = [], uid, openid, claims, clientId = "wx-test" } = user;
    checkMembers("user", user, USER);
    checkTexts("user.roles", roles);
    checkTexts("user.permissions", permissions);
    if (uid !== undefined && typeof uid !== "string") throw mistaken("user.uid", "text", uid);
    const sub = user.sub ?? newUserId(systemRandom, clock.now());
    const sid = newSessionId(systemRandom, clock.now());
    const unknown = options.roles === undefined ? undefined : roles.find((role) => !table.has(role));
    if (unknown !== undefined) throw new TypeError(`roles: this test has no role "${unknown}"`);
    permissions.forEach(parsePermission);
    const token: UserClaims = {
      ...common(iat, iat + LIFE_S),
      sub,
      sid,
      client_id: clientId,
      uid,
      openid,
      roles,
      permissions: [...new Set([...permissionsOf(roles, table), ...permissions])],
      ver: 1,
      auth_time: iat,
      acr: "platform",
      amr: ["swk"],
      claims,
    };
    return Object.freeze({ ...carried(signAccessToken(key, token)), sub, sid });
  }

  return Object.freeze<TestHufu<Claims>>({
    verifier: Object.freeze<Verifier<Claims>>({
      ...verifier,
      checkWithMac: async (authorization) => verifier.check(authorization),
    }),
    signedIn: (user) => session(user),
    expired: (user) => session(user, AN_HOUR_S),
    stale(user): TestSession {
      const made = session(user);
      const { sub } = made;
      const until = clock.now() + FOR_GOOD_MS;
      revocations.apply([{ revocation: { sub, ver: 2, why: "roles_changed" }, until }]);
      return made;
    },
    kicked(user): TestSession {
      const made = session(user);
      const { sid } = made;
      revocations.apply([{ revocation: { sid, why: "kicked" }, until: clock.now() + FOR_GOOD_MS }]);
      return made;
    },
    client(client = {}): TestClientSession {
      checkMembers("client", client, ["id", "permissions"]);
      const { id = "test-client", permissions = [] } = client;
      checkTexts("client.permissions", permissions).forEach(parsePermission);
      const iat = toSeconds(clock.now());
      const sub = `client:${id}` as const;
      const token = signAccessToken(key, { ...common(iat, iat + LIFE_S), sub, client_id: id, permissions });
      return Object.freeze({ ...carried(token), sub });
    },
  });
}

/** A single text where a list belongs would be read letter by letter. */
function checkTexts(name: string, value: unknown): readonly string[] {
  if (Array.isArray(value) && value.every((text) => typeof text === "string")) return value;
  throw mistaken(name, "a list of texts", value);
}

function carried(accessToken: string): Pick<TestSession, "accessToken" | "authorization"> {
  return { accessToken, authorization: `Bearer ${accessToken}` };
}

/** Everybody has the key that signs these tokens. */
function refuseInProduction(): void {
  if (process.env["NODE_ENV"] !== "production") return;
  throw new TypeError(
    "createTestHufu: NODE_ENV is production, and anybody can sign its tokens; use createHufu or createVerifier",
  );
}

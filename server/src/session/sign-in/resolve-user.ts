import { describeValue, EXTERNAL_ID_MOST } from "../../core/arguments.ts";
import { HufuError } from "../../core/errors/errors.ts";
import { isReservedId } from "../../core/ids.ts";
import { within } from "../../core/time/deadline.ts";
import { isWellFormed } from "../../core/well-formed.ts";
import type { PlatformPhone } from "../../platform/platform.ts";
import type { HostClaims } from "../../store/records.ts";
import type { SessionContext } from "../context.ts";
import { isRoleName, ROLES_MOST } from "../role-name.ts";
import type { ResolvedUser, ResolveIdentity } from "../settings.ts";
import { unknownRole } from "../unknown-role.ts";

const CLAIMS_MOST_BYTES = 1024;
const MEMBERS: readonly string[] = ["userId", "roles", "claims", "deny"] satisfies (keyof ResolvedUser)[];

/** The host's word about an identity, checked. */
export interface HostWord {
  readonly externalId: string | null;
  readonly roles: readonly string[] | null;
  readonly claims: HostClaims | null;
}

export interface HostQuestion {
  readonly identity: ResolveIdentity;
  readonly context: unknown;
  readonly phone: PlatformPhone | null;
  readonly knownUser: string | null;
  readonly questionId: string;
}

/**
 * Asks the host about an identity, within the deadline.
 * @throws HufuError `sign_in_denied`; `host_unavailable` when it fails, is late or answers nonsense
 */
export async function askHost(context: SessionContext, question: HostQuestion): Promise<HostWord | null> {
  const { resolveUser, resolveTimeoutMs } = context.settings;
  if (resolveUser === null) return null;
  let answer: ResolvedUser | null | undefined;
  try {
    const { identity, ...rest } = question;
    const limit = { ms: resolveTimeoutMs, what: "resolveUser", pause: context.pause };
    answer = await within(limit, (signal) => resolveUser(identity, { ...rest, signal }));
  } catch (cause) {
    throw hostUnavailable("resolveUser failed", cause);
  }
  if (answer === null || answer === undefined) return { externalId: null, roles: null, claims: null };
  if (typeof answer !== "object" || Array.isArray(answer)) throw hostUnavailable("resolveUser answered no object");
  // Hosts whose answers come out of JSON say `null` where they mean nothing.
  const { userId, roles = null, claims = null, deny = null } = answer;
  if (deny !== null) throw new HufuError("sign_in_denied", { detail: String(deny).slice(0, 200) });
  if (userId === undefined) refuseMisspelled(answer);
  return {
    externalId: externalIdOf(userId),
    roles: roles === null ? null : await checkedRoles(context, roles),
    claims: claims === null ? null : checkedClaims(claims),
  };
}

/** A misspelled `userId` would make a second account for a user whom the host knows. */
function refuseMisspelled(answer: ResolvedUser): void {
  const unknown = Object.keys(answer).find((name) => !MEMBERS.includes(name));
  if (unknown === undefined) return;
  throw hostUnavailable(`resolveUser answered no userId, but a member named ${describeValue(unknown)}`);
}

/** Numbers and bigints count as their text. */
function externalIdOf(userId: unknown): string | null {
  if (userId === undefined || userId === null) return null;
  // Any other value has a text that many users would share, such as "[object Object]", and sharing it merges them.
  const isText = typeof userId === "string" || typeof userId === "bigint" || Number.isSafeInteger(userId);
  if (!isText) throw badUserId(`must be text, a whole number below 2^53 or a bigint, not ${describeValue(userId)}`);
  const text = String(userId);
  if (!isWellFormed(text)) throw badUserId("holds NUL or half a character, which databases store in different ways");
  if (text === "" || text.length > EXTERNAL_ID_MOST) {
    throw badUserId(`has ${text.length} characters, and 1 to ${EXTERNAL_ID_MOST} are allowed`);
  }
  if (isReservedId(text))
    throw badUserId("looks like an id of Hufu (u_ and 22 characters) or of a back end (client:…)");
  return text;
}

function badUserId(what: string): HufuError {
  return hostUnavailable(`resolveUser answered a userId that ${what}`);
}

/** A host that owns roles may have some that allow nothing here. Elsewhere an unknown role is a spelling mistake. */
async function checkedRoles(
  { settings, policy }: SessionContext,
  roles: readonly string[],
): Promise<readonly string[]> {
  const ok = Array.isArray(roles) && roles.length <= ROLES_MOST && roles.every(isRoleName);
  if (!ok) throw hostUnavailable("resolveUser answered roles that are no list of at most 32 names");
  const unknown = settings.rolesFrom === "host" ? undefined : await unknownRole(policy, roles);
  if (unknown !== undefined) throw hostUnavailable(`resolveUser answered an unknown role: ${unknown}`);
  return [...new Set(roles)];
}

function checkedClaims(claims: HostClaims): HostClaims {
  if (typeof claims !== "object" || claims === null || Array.isArray(claims)) {
    throw hostUnavailable("resolveUser answered claims that are no object");
  }
  const text = jsonOf(claims);
  if (Buffer.byteLength(text) > CLAIMS_MOST_BYTES) throw hostUnavailable("resolveUser answered claims of over 1 KiB");
  // What is stored is what JSON keeps of it, so that every later token says the same.
  return JSON.parse(text);
}

/** As it will be read back: an object, even where a `toJSON` made another value of it. */
function jsonOf(claims: HostClaims): string {
  let text: unknown;
  try {
    // Ids of 64 bits are text, as `userId` is.
    text = JSON.stringify(claims, (_, value: unknown) => (typeof value === "bigint" ? String(value) : value));
  } catch (cause) {
    throw hostUnavailable("resolveUser answered claims that are no JSON", cause);
  }
  if (typeof text === "string" && text.startsWith("{")) return text;
  throw hostUnavailable("resolveUser answered claims that are no JSON object");
}

function hostUnavailable(detail: string, cause?: unknown): HufuError {
  return new HufuError("host_unavailable", { retryAfter: 1, detail, cause });
}

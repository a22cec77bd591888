import { readPermission } from "../../access/permission.ts";
import { checkMembers, describeValue, EXTERNAL_ID_MOST, mistaken } from "../../core/arguments.ts";
import { HufuError } from "../../core/errors/errors.ts";
import { isReservedId } from "../../core/ids.ts";
import { isWellFormed } from "../../core/well-formed.ts";

const PERMISSIONS_MOST = 200;

/** What a verifier of before says of a credential that is good. */
export interface LegacyUser {
  /** Your own id of the user: what `resolveUser` answers as `userId`. */
  readonly userId: string | number | bigint;
  /** All that the credential lets its user do. Default: nothing; the guard adds none. */
  readonly permissions?: readonly string[];
}

/**
 * Your verifier of before. It gets the one credential of the `Authorization` header, without `Bearer`, and nothing else of
 * the request: what it cannot see, such as an openid in another header, it cannot trust.
 * @returns the user; `null` if the credential is not good. What it throws is an outage, 503
 */
export type VerifyLegacy = (
  credential: string,
  context: { /** Fires when the deadline of 3 s has passed. */ readonly signal: AbortSignal },
) => LegacyUser | null | undefined | Promise<LegacyUser | null | undefined>;

/** How long a guard still accepts credentials of before. Both or neither. */
export interface LegacyOptions {
  /** Recognises credentials that are not Hufu's. Default: none are accepted. */
  readonly legacy?: VerifyLegacy | undefined;
  /** When that ends: a `Date`, or a time such as `2027-03-31T00:00:00+08:00`. */
  readonly until?: Date | string | undefined;
}

/** Checked. */
export interface LegacyPlan {
  readonly verify: VerifyLegacy;
  /** Epoch milliseconds. */
  readonly untilMs: number;
}

/** @throws TypeError for one without the other, or an invalid time */
export function checkLegacyOptions({ legacy, until }: LegacyOptions): LegacyPlan | undefined {
  if (legacy === undefined && until === undefined) return undefined;
  if (typeof legacy !== "function")
    throw mistaken("createGuard: options.legacy", "a function, as until is given", legacy);
  if (until === undefined) {
    throw new TypeError("createGuard: options.until: say until when credentials of before are accepted");
  }
  const untilMs = until instanceof Date ? until.getTime() : timeOf(until);
  if (Number.isNaN(untilMs)) {
    throw mistaken(
      "createGuard: options.until",
      "a Date, or a time with its offset such as 2027-03-31T00:00:00+08:00",
      until,
    );
  }
  return { verify: legacy, untilMs };
}

/** A day alone would end at another hour in each zone. */
function timeOf(text: unknown): number {
  const isTime = typeof text === "string" && /^\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)$/.test(text);
  return isTime ? Date.parse(text) : Number.NaN;
}

/** @throws HufuError `host_unavailable` for an answer that makes no sense */
export function checkLegacyUser(answer: LegacyUser): { readonly uid: string; readonly permissions: readonly string[] } {
  const { userId, permissions = [] } = members(answer);
  const isText = typeof userId === "string" || typeof userId === "bigint" || Number.isSafeInteger(userId);
  const uid = isText ? String(userId) : "";
  if (uid === "" || uid.length > EXTERNAL_ID_MOST || !isWellFormed(uid) || isReservedId(uid)) {
    throw nonsense(`userId must be your own id, text of 1 to ${EXTERNAL_ID_MOST} characters or a whole number`);
  }
  if (!Array.isArray(permissions) || permissions.length > PERMISSIONS_MOST) {
    throw nonsense(`permissions must be a list of at most ${PERMISSIONS_MOST}`);
  }
  const wrong = permissions.find((permission: unknown) => readPermission(String(permission)) === undefined);
  if (wrong !== undefined) throw nonsense(`${describeValue(wrong)} is no permission`);
  return { uid, permissions };
}

function members(answer: LegacyUser): Readonly<Record<string, unknown>> {
  try {
    return checkMembers("answer", answer, ["userId", "permissions"]);
  } catch (cause) {
    throw nonsense("it must be { userId, permissions }, or null", cause);
  }
}

function nonsense(what: string, cause?: unknown): HufuError {
  return new HufuError("host_unavailable", { retryAfter: 1, detail: `legacy: the verifier's answer: ${what}`, cause });
}

import { HufuError } from "../../core/errors/errors.ts";
import type { Logger } from "../../core/log/log.ts";
import { createStderrLog } from "../../core/log/stderr-log.ts";
import type { Meter } from "../../core/meter/meter.ts";
import type { LegacyOutcome } from "../../core/meter/metrics.ts";
import { type Clock, systemClock, toSeconds } from "../../core/time/clock.ts";
import { within } from "../../core/time/deadline.ts";
import { type Auth, createLegacyAuth } from "../../verify/token-check/auth.ts";
import type { Verifier } from "../../verify/verifier.ts";
import { checkLegacyUser, type LegacyPlan, type VerifyLegacy } from "./legacy-options.ts";

const ANSWER_MS = 3000;
/** Credentials that are looked at side by side. */
const AT_ONCE_MOST = 1000;
const CREDENTIAL_MOST = 8192;
/** An openid and a unionid have 28 characters, ids of users fewer. A credential that cannot be guessed has more. */
const CREDENTIAL_LEAST = 32;
const VISIBLE = /^[\x21-\x7e]+$/;

/** What of a Hufu in this process says whether a user is banned. */
export interface KnowsBans {
  find(user: {
    readonly externalId: string;
  }): Promise<
    { readonly user: { readonly status: string; readonly ban: { readonly until: number | null } | null } } | undefined
  >;
}

/** What a guard has besides. */
export interface LegacySurroundings {
  readonly log?: Logger | undefined;
  readonly meter?: Meter | undefined;
  readonly users?: KnowsBans | undefined;
  readonly clock?: Pick<Clock, "now"> | undefined;
}

/**
 * The same check, which hands credentials that are not Hufu's to the verifier of before. A token of Hufu's that is over,
 * revoked or forged is refused as ever.
 */
export function withLegacy<Claims>(
  { check }: Pick<Verifier<Claims>, "check">,
  { verify, untilMs }: LegacyPlan,
  { log = createStderrLog(), meter, users, clock = systemClock }: LegacySurroundings,
): Pick<Verifier<Claims>, "check"> {
  let underWay = 0;
  const ended = new Date(untilMs).toISOString();

  async function legacy(authorization: string, refusal: unknown): Promise<Auth<Claims>> {
    const count = (outcome: LegacyOutcome): void => meter?.count("hufu_legacy_credentials_total", { outcome });
    const credential = credentialIn(authorization);
    if (credential === undefined) throw refusal;
    if (clock.now() >= untilMs) {
      count("over");
      throw new HufuError("token_expired", { detail: `legacy credentials were accepted until ${ended}` });
    }
    if (underWay >= AT_ONCE_MOST) throw unavailable("too many credentials wait for the verifier");
    underWay += 1;
    try {
      const answer = await ask(verify, credential);
      if (answer === null || answer === undefined) {
        count("refused");
        throw refusal;
      }
      const { uid, permissions } = checkLegacyUser(answer);
      // An id that comes back as it was sent was not verified.
      if (uid === credential) throw unavailable("the verifier answers the credential itself as userId");
      await refuseBanned(users, uid, clock.now());
      count("accepted");
      return createLegacyAuth(uid, permissions, toSeconds(untilMs));
    } catch (error) {
      if (error instanceof HufuError && error.reason === "host_unavailable") {
        count("failed");
        log.error({ err: error }, "the legacy verifier of a guard failed: the request was answered 503");
      }
      throw error;
    } finally {
      underWay -= 1;
    }
  }

  function orLegacy(authorization: string | undefined, error: unknown): Promise<Auth<Claims>> {
    // Only what is no token of Hufu's at all.
    const isOther = error instanceof HufuError && error.reason === "token_malformed";
    if (!isOther || authorization === undefined) throw error;
    return legacy(authorization, error);
  }

  return {
    check(authorization, presented) {
      try {
        const auth = check(authorization, presented);
        return auth instanceof Promise ? auth.catch((error: unknown) => orLegacy(authorization, error)) : auth;
      } catch (error) {
        return orLegacy(authorization, error);
      }
    },
  };
}

/** One credential, with `Bearer` or bare; `undefined` for what can be none. */
function credentialIn(authorization: string): string | undefined {
  const credential = authorization.replace(/^bearer /i, "");
  const isOne =
    credential.length >= CREDENTIAL_LEAST && credential.length <= CREDENTIAL_MOST && VISIBLE.test(credential);
  return isOne && !isOtherSecret(credential) ? credential : undefined;
}

/** Hufu's refresh tokens are never passed to `verify`. */
function isOtherSecret(credential: string): boolean {
  return /^hr\d\./.test(credential);
}

async function ask(verify: VerifyLegacy, credential: string) {
  try {
    return await within({ ms: ANSWER_MS, what: "legacy" }, async (signal) => verify(credential, { signal }));
  } catch (cause) {
    throw unavailable("the verifier failed", cause);
  }
}

async function refuseBanned(users: KnowsBans | undefined, externalId: string, now: number): Promise<void> {
  const found = await users?.find({ externalId });
  if (found === undefined) return;
  const { ban, status } = found.user;
  const isBanned = ban !== null && (ban.until === null || ban.until > now);
  if (isBanned || status === "closed") throw new HufuError("token_revoked", { detail: "the user is banned" });
}

function unavailable(detail: string, cause?: unknown): HufuError {
  return new HufuError("host_unavailable", { retryAfter: 1, detail: `legacy: ${detail}`, cause });
}

import { HufuError } from "../../core/errors/errors.ts";
import { systemRandom } from "../../core/random.ts";
import { systemClock, toSeconds } from "../../core/time/clock.ts";
import { refreshRefusal, tokenRefusal } from "../../session/liveness.ts";
import { decideRefresh } from "../../session/refresh/refresh-decision.ts";
import { openStoredKey } from "../../session/signing-keys/open-stored-key.ts";
import { isUserClaims } from "../../token/access-token/access-claims.ts";
import {
  checkAccessClaims,
  checkAccessSignature,
  type ParsedAccessToken,
} from "../../token/access-token/verify-access-token.ts";
import { isPublished } from "../../token/keys/key-stage.ts";
import { importVerificationKey } from "../../token/keys/verification-key.ts";
import { createRefreshTokens, parentTagOf } from "../../token/refresh-token.ts";
import { createSealedBox } from "../../token/sealing/sealed-box.ts";
import { createRevocationList } from "../../verify/revocation-list/revocation-list.ts";
import type { Deployment } from "../config/open-deployment.ts";
import { relativeToNow } from "../output/time-in-words.ts";

/** What a deployment's database says of a token, in plain words: nothing in `faults`, and it is worth something. */
export interface Judgement {
  readonly facts: readonly string[];
  readonly faults: readonly string[];
}

/** An access token: signature, issuer, audience, and whether session and user still stand. */
export async function judgeAccessToken(token: ParsedAccessToken, deployment: Deployment): Promise<Judgement> {
  const { settings } = deployment.options;
  const { claims } = token;
  const { keys, now } = await deployment.store.keys.list();
  const stored = keys.find((key) => key.kid === token.kid);
  if (stored === undefined) return fault("This deployment has no key of that kid: somebody else signed it, or nobody.");
  if (stored.revokedAt !== null) return fault(`Its key was revoked ${relativeToNow(stored.revokedAt, now)}.`);
  if (!isPublished(stored, now)) return fault("Its key is no longer published: no token of it can be alive.");
  const key = openStoredKey(createSealedBox(deployment.secrets, systemRandom), stored);
  if (key === "sealed") return fault("Its key is sealed with a secret that the configuration does not list.");
  if (key === "false") return fault("The row of its key is not the key that its kid names: somebody else wrote it.");
  try {
    checkAccessSignature(token, importVerificationKey(key.publicJwk));
  } catch (error) {
    if (!(error instanceof HufuError)) throw error;
    return fault("Its signature is wrong: it was changed, or somebody else made it.");
  }
  const facts = ["Its signature is right: this deployment made it."];
  const faults: string[] = [];
  try {
    checkAccessClaims(claims, { issuer: settings.issuer, audience: settings.audience, now: toSeconds(now) });
  } catch (error) {
    if (!(error instanceof HufuError)) throw error;
    if (error.reason === "token_issuer")
      faults.push(`Its issuer is not that of the configuration, ${settings.issuer}.`);
    if (error.reason === "token_audience")
      faults.push(`It is not for the configuration's audience, ${settings.audience}.`);
    // Its times are judged without the deployment too.
  }
  const list = createRevocationList({ clock: systemClock });
  list.apply((await deployment.store.revocations.live()).entries);
  const listed = list.verdict(claims, token.kid);
  if (!isUserClaims(claims)) {
    if (listed !== undefined) faults.push(`It was revoked (${listed.why}).`);
    return { facts, faults };
  }
  const found = await deployment.store.sessions.findForMint(claims.sid);
  if (found === undefined) return { facts, faults: [...faults, "The database does not know its session."] };
  const refusal = tokenRefusal(found, claims.ver, claims.pol);
  if (refusal?.reason === "token_stale")
    faults.push("It is stale: the user's roles changed; a refresh brings a new one.");
  else if (refusal !== undefined) faults.push(`Its session has ended, why: ${refusal.why ?? "unknown"}.`);
  else if (listed !== undefined) faults.push(`It was revoked (${listed.why}).`);
  else facts.push("Its session is active.");
  return { facts, faults };
}

/** A refresh token: whether we made it, and what a refresh with it would meet. */
export async function judgeRefreshToken(text: string, deployment: Deployment): Promise<Judgement> {
  const { store, secrets, options } = deployment;
  const token = createRefreshTokens(secrets).parse(text);
  if (token === undefined) {
    return fault(
      "It is not genuine: changed, not copied whole, or made with a secret that the configuration does not list.",
    );
  }
  const facts = ["It is genuine: this deployment made it."];
  const found = await store.sessions.findForMint(token.sessionId);
  if (found === undefined) return { facts, faults: ["The database does not know its session."] };
  const refusal = refreshRefusal(found);
  if (refusal !== undefined) {
    const { endWhy, endedBy } = found.session;
    const why =
      found.session.status === "ended" ? ` The session ended: ${endWhy ?? "unknown"}, by ${endedBy ?? "unknown"}.` : "";
    return { facts, faults: [`A refresh with it is refused with ${refusal.reason}.${why}`] };
  }
  const verdict = decideRefresh(found.session, token, "", found.now, {
    idleMs: options.settings.idleMs,
    newestKeyId: secrets.newest.id,
    parentTagOf,
  });
  facts.push(`Its session is active, at generation ${found.session.generation}.`);
  if (verdict.answer === "child") return { facts: [...facts, "A refresh with it would succeed."], faults: [] };
  if (verdict.answer === "superseded") {
    return { facts, faults: ["A later token is in use already (refresh_token_superseded); the session lives."] };
  }
  return {
    facts,
    faults: [
      "It is an old one: a refresh with it means that two hold it, and would end the session (refresh_token_reused), " +
        "unless it repeats the attempt that won in the last minute.",
    ],
  };
}

function fault(what: string): Judgement {
  return { facts: [], faults: [what] };
}

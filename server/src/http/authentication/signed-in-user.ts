import { HufuError } from "../../core/errors/errors.ts";
import type { StepUpNeed } from "../../core/step-up.ts";
import type { Self } from "../../session/self.ts";
import type { Auth } from "../../verify/token-check/auth.ts";
import { refuseTokenInQuery } from "../../verify/token-check/credentials.ts";
import type { PresentedProof } from "../../verify/verifier.ts";
import type { Call } from "../messages/call.ts";
import { onlyCredential } from "./credentials-in-request.ts";

/** What a change of account or number asks of the user's authentication. */
export const FRESH: StepUpNeed = Object.freeze({ maxAge: 300 });

/** What our own pages ask of a verifier. */
export interface Checker {
  check(authorization: string | undefined, presented?: () => PresentedProof): Auth<unknown> | Promise<Auth<unknown>>;
}

/**
 * The user whose access token came with the request.
 * @param needOf what the page asks of this user's authentication
 * @throws HufuError as docs/protocol.md §5 lists; `permission_denied` for a back end
 */
export async function signedInUser(
  verifier: Checker,
  call: Call,
  needOf?: (self: Self) => StepUpNeed | undefined | Promise<StepUpNeed | undefined>,
): Promise<Self> {
  refuseTokenInQuery(call.query);
  const auth = await verifier.check(onlyCredential(call.authorization), () => presentedProof(call));
  call.noteClient?.(auth.clientId);
  if (auth.kind !== "user") throw new HufuError("permission_denied", { detail: "a back end has no pages of its own" });
  const self = { userId: auth.sub, sid: auth.sid, ver: auth.ver, pol: auth.pol };
  const need = await needOf?.(self);
  if (need !== undefined) auth.requireStepUp(need);
  return self;
}

/** What a verifier may ask of a request to one of our own endpoints. */
export function presentedProof(call: Call): PresentedProof {
  return { method: call.method, target: call.path, proof: call.header("dpop") };
}

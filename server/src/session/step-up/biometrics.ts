import { Buffer } from "node:buffer";
import { type Caller, USER } from "../../core/caller.ts";
import { HufuError } from "../../core/errors/errors.ts";
import { auditRecord } from "../../store/audit-record.ts";
import type { Session } from "../../store/records.ts";
import { parseStrictObject } from "../../token/jws/strict-json.ts";
import type { SessionContext } from "../context.ts";
import { useChallenge } from "./challenges.ts";

/** What the phone gave for a finger or face. */
export interface BiometricProof {
  readonly factor: "soter";
  readonly challenge: string;
  /** `resultJSON` of the phone, byte for byte. */
  readonly jsonString: string;
  /** `resultJSONSignature` of the phone. */
  readonly jsonSignature: string;
  /** If it is given, the challenge must have been made for it. */
  readonly operation?: string | undefined;
}

/** How the user confirmed, and what. */
export interface Confirmed {
  /** As RFC 8176 names it. */
  readonly amr: readonly string[];
  readonly operation: string;
}

/**
 * Was it this session's user who confirmed this challenge just now? The platform checks signature and user alone; that
 * the signed text holds our challenge is compared here.
 * @throws HufuError `challenge_invalid`, `biometrics_refused`, or that the platform does not answer
 */
export async function confirmBiometrics(
  context: SessionContext,
  session: Session,
  proof: BiometricProof,
  caller: Caller = USER,
): Promise<Confirmed> {
  const { challenge, jsonString, jsonSignature, operation } = proof;
  const app = await context.findApp(session.clientId);
  if (app === undefined) throw new HufuError("client_unknown");
  const signed = parseStrictObject(Buffer.from(jsonString, "utf8"));
  // Before the platform is asked, and before the challenge is spent.
  if (signed?.["raw"] !== challenge || !isCounter(signed["counter"])) throw new HufuError("challenge_invalid");
  return useChallenge(context, session.id, challenge, async (facts) => {
    if (operation !== undefined && operation !== facts.operation) throw new HufuError("challenge_invalid");
    const platform = context.findPlatform(session.platform);
    if (!(await platform.verifyBiometrics(app, session.openid, jsonString, jsonSignature))) {
      const { userId, id: sid } = session;
      const what = { userId, sid, app: session.app, why: "biometrics_refused" };
      await context.store.audit.append([auditRecord(caller, { action: "session.step_up_refused", ...what })]);
      throw new HufuError("biometrics_refused");
    }
    return { amr: [typeof signed["fp_n"] === "string" ? "fpt" : "face"], operation: facts.operation };
  });
}

/** The hardware counts its signatures; documentation and phones disagree on whether that is a number or text. */
function isCounter(value: unknown): boolean {
  return Number.isSafeInteger(value) || (typeof value === "string" && /^\d{1,19}$/.test(value));
}

import { bodyOf, headerOf, textOf } from "../runtime/platform-answer.ts";
import type { PlatformAnswer } from "../runtime/runtime.ts";

const REASON = "hufu-reason";

/** Why a request was refused: a reason of docs/protocol.md, or empty. */
export function reasonOf(answer: PlatformAnswer): string {
  if (wantsNonce(answer)) return "proof_nonce";
  return headerOf(answer.header, REASON) || textOf(bodyOf(answer)["reason"]);
}

/** Also of a resource server that is not Hufu's. @see RFC 9449 §9 */
function wantsNonce(answer: PlatformAnswer): boolean {
  const challenge = headerOf(answer.header, "www-authenticate") || "";
  return bodyOf(answer)["error"] === "use_dpop_nonce" || /\berror="use_dpop_nonce"/.test(challenge);
}

/** An answer in the words of a server that knows nothing of proofs, for the client's core. What it was stays readable. */
export function inOtherWords(answer: PlatformAnswer, statusCode: number, reason: string): PlatformAnswer {
  const body = bodyOf(answer);
  const was = reasonOf(answer);
  const header: Record<string, unknown> = {};
  for (const name of Object.keys(answer.header)) if (name.toLowerCase() !== REASON) header[name] = answer.header[name];
  header[REASON] = reason;
  const data = Object.assign({ request_id: "" }, body, {
    reason,
    error_description: `${was}: ${textOf(body["error_description"])}`,
  });
  return Object.assign({}, answer, { statusCode, header, data });
}

/** An answer that is given without asking the server. */
export function ownAnswer(statusCode: number, reason: string, why: string): PlatformAnswer {
  const data = { reason, error_description: why, request_id: "client" };
  return { statusCode, header: { [REASON]: reason }, data };
}

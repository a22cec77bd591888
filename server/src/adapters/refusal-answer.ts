import type { HufuError } from "../core/errors/errors.ts";
import { guardRefusal } from "../http/errors/wire-error.ts";
import type { Answer } from "../http/messages/call.ts";
import { newRequestId } from "../http/messages/request-caller.ts";

/** The answer to a refusal by a guard, with an id of its own (docs/protocol.md §5). */
export function refusalAnswer(error: HufuError): Answer {
  const requestId = newRequestId();
  const answer = guardRefusal(error, { requestId });
  return { ...answer, headers: { ...answer.headers, "x-request-id": requestId } };
}

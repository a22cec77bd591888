import { toSeconds } from "../../core/time/clock.ts";
import type { ExplainedRequest } from "../../session/administration/explain-request.ts";
import { instantInWords } from "../output/time-in-words.ts";
import { endInWords, sessionJson } from "./session-on-paper.ts";

/** A refused request for scripts: the shape that docs/guides/operations.md promises. */
export function requestJson({ refusal, session }: ExplainedRequest): object | null {
  if (refusal === undefined) return null;
  const { requestId, at, node, endpoint, status, reason, why } = refusal;
  return {
    request_id: requestId,
    at: toSeconds(at),
    node,
    endpoint,
    status,
    reason,
    why,
    session: session === undefined ? null : sessionJson(session),
  };
}

/** The same for people: what was refused, when and where, and what became of the session. */
export function requestText({ refusal, session }: ExplainedRequest, now: number): string {
  if (refusal === undefined) return "";
  const { endpoint, status, reason, why, at, node } = refusal;
  const refused = `${endpoint} answered ${status} ${reason}${why === null ? "" : ` (${why})`}`;
  const ended =
    session === undefined
      ? "Its session is not known, or no longer kept."
      : `Session ${session.session.id} ${endInWords(session, now)}.`;
  return `${refused}, ${instantInWords(at, now)}, on ${node}.\n${ended}\n`;
}

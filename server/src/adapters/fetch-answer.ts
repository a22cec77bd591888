import { mistaken } from "../core/arguments.ts";
import type { HufuError } from "../core/errors/errors.ts";
import type { Answer } from "../http/messages/call.ts";
import { keptHeaders } from "./kept-headers.ts";
import { refusalAnswer } from "./refusal-answer.ts";

/** A refusal as a response: the host's own words, if it has any, with the status and the headers that must stay. */
export function refusalResponse(
  error: HufuError,
  onRefused: (() => Response | Promise<Response>) | undefined,
): Response | Promise<Response> {
  const answer = refusalAnswer(error);
  if (onRefused === undefined) return new Response(answer.body, { status: answer.status, headers: answer.headers });
  const own = onRefused();
  return own instanceof Promise ? own.then((response) => keptIn(response, answer)) : keptIn(own, answer);
}

/** @throws TypeError if the host has answered nothing: in other frameworks it answers by what it is given */
function keptIn(response: Response, answer: Answer): Response {
  // Of another realm or a polyfill it is a response too.
  if (typeof response !== "object" || response === null || !("headers" in response)) {
    throw mistaken("createGuard: options.onRefused", "a function that returns a Response", response);
  }
  const headers = new Headers(response.headers);
  for (const [name, value] of keptHeaders(answer)) headers.set(name, value);
  return new Response(response.body, { status: answer.status, headers });
}

import type { IncomingMessage, ServerResponse } from "node:http";
import { nodeCall } from "../http/messages/node-call.ts";
import { sendAnswer } from "../http/messages/send-answer.ts";
import type { Router } from "../http/router.ts";

/** A handler as Connect has them: it answers what is ours, and passes on the rest. */
export function nodeEndpoints(
  router: Router,
  isOurs: (path: string) => boolean = router.owns,
): (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => void {
  return (request, response, next) => {
    const call = nodeCall(request);
    if (isOurs(call.path)) router.answer(call).then((answer) => sendAnswer(response, answer), next);
    else next();
  };
}

import type { IncomingMessage, ServerResponse } from "node:http";
import { nodeCall } from "./messages/node-call.ts";
import { sendAnswer } from "./messages/send-answer.ts";
import { createRouter, type HufuEndpoints, type RouterOptions } from "./router.ts";

/**
 * All endpoints as a listener of `node:http`, without a framework between.
 * @example
 * createServer(createNodeListener(hufu)).listen(8080);
 */
export function createNodeListener(
  hufu: HufuEndpoints,
  options: RouterOptions = {},
): (request: IncomingMessage, response: ServerResponse) => void {
  const router = createRouter(hufu, options);
  return (request, response) => {
    // The router never rejects, and a response whose connection is closed ignores what is written.
    void router.answer(nodeCall(request)).then((answer) => sendAnswer(response, answer));
  };
}

import type { IncomingMessage, ServerResponse } from "node:http";
import { nodeCall } from "./messages/node-call.ts";
import { sendAnswer } from "./messages/send-answer.ts";
import { createFrontDoor, type FrontDoorOptions, type Host } from "./router.ts";

/**
 * All endpoints as a listener of `node:http`, without a framework between.
 * @example
 * createServer(createNodeListener(hufu)).listen(8080);
 */
export function createNodeListener(
  hufu: Host,
  options: FrontDoorOptions = {},
): (request: IncomingMessage, response: ServerResponse) => void {
  const door = createFrontDoor(hufu, options);
  return (request, response) => {
    // The front door never rejects, and a response whose connection has gone takes whatever is written.
    void door.answer(nodeCall(request)).then((answer) => sendAnswer(response, answer));
  };
}

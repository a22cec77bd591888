import type { ServerResponse } from "node:http";
import type { Answer } from "./call.ts";

/** Writes an answer to a response of `node:http`, unless something else has answered already. */
export function sendAnswer(response: ServerResponse, { status, headers, body }: Answer): void {
  if (response.headersSent) return;
  if (body !== null) response.setHeader("content-length", Buffer.byteLength(body));
  response.writeHead(status, headers);
  response.end(body ?? undefined);
}

import type { ServerResponse } from "node:http";

/** Sends a whole body. Does nothing if the caller has gone. */
export function reply(response: ServerResponse, status: number, contentType: string, body: string): void {
  if (response.destroyed || response.headersSent) return;
  response.writeHead(status, { "content-type": contentType, "content-length": Buffer.byteLength(body) });
  response.end(body);
}

/** Sends JSON as the control endpoints do: indented, for people who use curl. */
export function replyJson(response: ServerResponse, status: number, value: unknown): void {
  reply(response, status, "application/json", `${JSON.stringify(value, undefined, 2)}\n`);
}

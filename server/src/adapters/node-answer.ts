import type { ServerResponse } from "node:http";
import type { Answer } from "../http/messages/call.ts";
import { keptHeaders } from "./kept-headers.ts";

/**
 * Prepares a response for the host's own words: status, challenge and `Hufu-Reason` stay what they are, even if they are set
 * afterwards; the rest are only a beginning.
 */
export function keepRefusal(response: ServerResponse, answer: Answer): void {
  const kept = keptHeaders(answer);
  response.statusCode = answer.status;
  for (const [name, value] of Object.entries(answer.headers)) {
    if (name !== "content-type") response.setHeader(name, value);
  }
  const writeHead = response.writeHead.bind(response);
  // The last moment at which anything can be changed, for implicit headers too.
  response.writeHead = (_status: number, message?: unknown, more?: unknown): typeof response => {
    for (const [name, value] of pairsIn(typeof message === "string" ? more : message)) response.setHeader(name, value);
    for (const [name, value] of kept) response.setHeader(name, value);
    return writeHead(answer.status);
  };
}

/** The headers that `writeHead` takes: an object, or names and values in turn. */
function pairsIn(headers: unknown): readonly (readonly [string, string | string[]])[] {
  if (typeof headers !== "object" || headers === null) return [];
  const entries: readonly (readonly [unknown, unknown])[] = Array.isArray(headers)
    ? headers.flatMap((name, at) => (at % 2 === 0 ? [[name, headers[at + 1]] as const] : []))
    : Object.entries(headers);
  return entries.flatMap(([name, value]) => {
    if (value === undefined || value === null) return [];
    return [[String(name), Array.isArray(value) ? value.map(String) : String(value)] as const];
  });
}

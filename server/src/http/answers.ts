import type { Answer } from "./call.ts";

/**
 * What a front door says to every browser that strays here: guess no types, run nothing, show this in no frame, tell
 * nobody where you came from. There are no CORS headers: mini programs need none, and a browser on another origin has
 * no business here. `Strict-Transport-Security` speaks for the whole host name, so it is left to the host.
 */
const COMMON = {
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
} as const;

const PRIVATE_JSON = Object.freeze({
  ...COMMON,
  "content-type": "application/json",
  // RFC 6749 §5.1 asks for both.
  "cache-control": "no-store",
  pragma: "no-cache",
});

const PRIVATE_EMPTY = Object.freeze({ ...COMMON, "cache-control": "no-store", pragma: "no-cache" });

/** JSON for this caller alone. */
export function privateJson(status: number, value: object, headers?: Readonly<Record<string, string>>): Answer {
  return {
    status,
    headers: headers === undefined ? PRIVATE_JSON : { ...PRIVATE_JSON, ...headers },
    body: JSON.stringify(value),
  };
}

/** Nothing, for this caller alone. */
export function privateEmpty(status: number): Answer {
  return { status, headers: PRIVATE_EMPTY, body: null };
}

/** JSON that anybody may keep for a while, with the ETag by which it is asked for again. */
export function publicJson(body: string, etag: string, maxAgeSeconds: number): Answer {
  return { status: 200, headers: publicHeaders(etag, maxAgeSeconds, true), body };
}

/** What was kept is still true. */
export function notModified(etag: string, maxAgeSeconds: number): Answer {
  return { status: 304, headers: publicHeaders(etag, maxAgeSeconds, false), body: null };
}

function publicHeaders(etag: string, maxAgeSeconds: number, json: boolean): Record<string, string> {
  return {
    ...COMMON,
    ...(json ? { "content-type": "application/json" } : {}),
    "cache-control": `public, max-age=${maxAgeSeconds}`,
    etag,
  };
}

import type { Answer, BodyStream, StreamedAnswer } from "./call.ts";

/**
 * Headers for a browser that opens an endpoint: guess no types, run nothing, show this in no frame, send no referrer.
 * There are no CORS headers: mini programs need none, and pages of another origin must not read these answers.
 * `Strict-Transport-Security` concerns the whole host name, so it is left to the back end.
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

/** JSON that may be kept as `cacheControl` says, with the ETag by which it is asked for again. */
export function keptJson(body: string, etag: string, cacheControl: string): Answer {
  return { status: 200, headers: { ...keptHeaders(etag, cacheControl), "content-type": "application/json" }, body };
}

/** What was kept is still true. */
export function notModified(etag: string, cacheControl: string): Answer {
  return { status: 304, headers: keptHeaders(etag, cacheControl), body: null };
}

/** Events for this caller alone: no cache, no buffering, no compression on the way. */
export function eventStream(stream: BodyStream): StreamedAnswer {
  return {
    status: 200,
    headers: {
      ...COMMON,
      "content-type": "text/event-stream",
      "cache-control": "no-store, no-transform",
      // nginx collects an answer before it hands it on, unless told so.
      "x-accel-buffering": "no",
    },
    stream,
  };
}

function keptHeaders(etag: string, cacheControl: string): Record<string, string> {
  return { ...COMMON, "cache-control": cacheControl, etag };
}

import { type JsonObject, parseStrictObject } from "../token/strict-json.ts";

/** Longest wait for a whole answer, in milliseconds. */
export const ANSWER_MS = 5000;
/** Longest answer in bytes. */
export const ANSWER_BYTES = 131_072;

/**
 * One GET of one JSON object: bounded in time and size, redirects not followed.
 * Rejects with an Error that says what went wrong and never quotes the answer.
 * @param stop ends the wait from outside
 */
export async function fetchJson(fetch: typeof globalThis.fetch, url: URL, stop: AbortSignal): Promise<JsonObject> {
  const late = new AbortController();
  const ended = AbortSignal.any([late.signal, stop]);
  const timer = setTimeout(() => late.abort(new Error(`no answer within ${ANSWER_MS} ms`)), ANSWER_MS);
  timer.unref();
  try {
    // A `fetch` that does not mind its signal must not hold us up either.
    return await Promise.race([readObject(fetch, url, ended), whenAborted(ended)]);
  } finally {
    clearTimeout(timer);
  }
}

async function readObject(fetch: typeof globalThis.fetch, url: URL, signal: AbortSignal): Promise<JsonObject> {
  const response = await fetch(url, { headers: { accept: "application/json" }, redirect: "error", signal });
  if (response.status !== 200 || response.redirected) {
    await response.body?.cancel();
    throw new Error(`answered with status ${response.status}${response.redirected ? " after a redirect" : ""}`);
  }
  const object = parseStrictObject(await readBounded(response));
  if (object === undefined) throw new Error("the answer is not a JSON object");
  return object;
}

async function readBounded(response: Response): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > ANSWER_BYTES) throw new Error(`the answer is longer than ${ANSWER_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function whenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    else signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

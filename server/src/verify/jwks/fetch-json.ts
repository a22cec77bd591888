import { within } from "../../core/deadline.ts";
import { readBounded } from "../../core/read-bounded.ts";
import { type JsonObject, parseStrictObject } from "../../token/strict-json.ts";

/** Longest wait for a whole answer, in milliseconds. */
export const ANSWER_MS = 5000;
/** Longest answer in bytes. */
export const ANSWER_BYTES = 131_072;

/** One question to an issuer. */
export interface Question {
  /** Default GET. */
  readonly method?: "GET" | "POST";
  /** Beside `accept`. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: URLSearchParams;
  /** Default `ANSWER_MS`. */
  readonly mostMs?: number;
  /** Default `ANSWER_BYTES`. */
  readonly mostBytes?: number;
}

/** What it answered. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** The body where the status is 200; any other body is not read. */
  readonly object: JsonObject | undefined;
}

/**
 * One GET of one JSON object: bounded in time and size, redirects not followed.
 * Rejects with an Error that says what went wrong and never quotes the answer.
 * @param stop ends the wait from outside
 */
export async function fetchJson(fetch: typeof globalThis.fetch, url: URL, stop: AbortSignal): Promise<JsonObject> {
  const { object, status } = await fetchAnswer(fetch, url, {}, stop);
  if (object === undefined) throw new Error(`answered with status ${status}`);
  return object;
}

/**
 * One question and what was answered to it, bounded as `fetchJson` is. A status that is not 200 is an answer too.
 * @param stop ends the wait from outside
 */
export async function fetchAnswer(
  fetch: typeof globalThis.fetch,
  url: URL,
  question: Question,
  stop: AbortSignal,
): Promise<Answer> {
  const { mostMs = ANSWER_MS } = question;
  return within({ ms: mostMs, signals: [stop] }, (signal) => readAnswer(fetch, url, question, signal));
}

async function readAnswer(
  fetch: typeof globalThis.fetch,
  url: URL,
  question: Question,
  signal: AbortSignal,
): Promise<Answer> {
  const { method = "GET", headers = {}, body = null, mostBytes = ANSWER_BYTES } = question;
  const response = await fetch(url, {
    method,
    headers: { accept: "application/json", ...headers },
    body,
    redirect: "error",
    signal,
  });
  if (response.redirected) {
    await response.body?.cancel();
    throw new Error(`answered with status ${response.status} after a redirect`);
  }
  if (response.status !== 200) {
    await response.body?.cancel();
    return { status: response.status, headers: response.headers, object: undefined };
  }
  const bytes = await readBounded(response.body, mostBytes);
  if (bytes === undefined) throw new Error(`the answer is longer than ${mostBytes} bytes`);
  const object = parseStrictObject(bytes);
  if (object === undefined) throw new Error("the answer is not a JSON object");
  return { status: response.status, headers: response.headers, object };
}

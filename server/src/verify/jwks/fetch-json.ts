import { readBounded } from "../../core/read-bounded.ts";
import { within } from "../../core/time/deadline.ts";
import { type JsonObject, parseStrictObject } from "../../token/jws/strict-json.ts";

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
 * Rejects with an Error that names the URL, says what went wrong and never quotes the answer.
 * @param stop ends the wait from outside
 */
export async function fetchJson(
  fetch: typeof globalThis.fetch,
  url: URL,
  stop: AbortSignal,
  headers: Readonly<Record<string, string>> = {},
): Promise<JsonObject> {
  const { object, status } = await fetchAnswer(fetch, url, { headers }, stop);
  if (object === undefined) throw fetchFault("GET", url, new Error(`answered with status ${status}`));
  return object;
}

/** What went wrong with a request, with its URL. An error of `fetch` says why only in its cause. */
export function fetchFault(method: string, url: URL, cause: unknown): Error {
  const why = cause instanceof Error ? cause.message : String(cause);
  const code = cause instanceof Error ? codeOf(cause.cause) : undefined;
  return new Error(`${method} ${url.href}: ${why}${code === undefined ? "" : ` (${code})`}`, { cause });
}

function codeOf(cause: unknown): string | undefined {
  return cause instanceof Error && "code" in cause && typeof cause.code === "string" ? cause.code : undefined;
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
  const { method = "GET", mostMs = ANSWER_MS } = question;
  try {
    return await within({ ms: mostMs, signals: [stop] }, (signal) => readAnswer(fetch, url, question, signal));
  } catch (error) {
    throw fetchFault(method, url, error);
  }
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

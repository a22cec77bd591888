import { networkCodes } from "../core/errors/network-codes.ts";
import { readBounded } from "../core/read-bounded.ts";
import type { Clock } from "../core/time/clock.ts";
import { within } from "../core/time/deadline.ts";
import { serverOf } from "../core/tracer/server-of.ts";
import { silentTracer, type Tracer } from "../core/tracer/tracer.ts";
import { createMessageSigner, type Message } from "./sign-message.ts";

/** Where signed messages go. */
export interface SignedTarget {
  readonly url: string;
  /** `whsec_…`, the newest first. */
  readonly secrets: readonly string[];
  /** For one request with its answer, in milliseconds. */
  readonly timeoutMs: number;
}

/** What a message is sent with. */
export interface PostEnvironment {
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
  /** Default: no spans. */
  readonly tracer?: Tracer;
  readonly pause: (ms: number, signal?: AbortSignal) => Promise<void>;
}

/** What became of one request. */
export type PostOutcome =
  | { readonly kind: "answer"; readonly status: number; readonly body: Buffer }
  | {
      readonly kind: "fault";
      readonly what: "timeout" | "network" | "redirect" | "too_large" | "status" | "stopped";
      /** For the log: no header and no byte of the answer. */
      readonly detail: string;
      /** Of the answer, if one began: also where its body broke or did not end. */
      readonly status?: number;
    };

/** One signed POST. Never throws: every outcome is a value. `stop` ends it early. */
export type PostMessage = (message: Message, stop?: AbortSignal) => Promise<PostOutcome>;

/**
 * @param answerBytes most bytes of the answer that are read; beyond them the connection is cut
 */
export function createPostMessage(
  { url, secrets, timeoutMs }: SignedTarget,
  environment: PostEnvironment,
  answerBytes: number,
): PostMessage {
  const { fetch, clock, pause, tracer = silentTracer } = environment;
  const facts = { "http.request.method": "POST", ...serverOf(url) };
  const sign = createMessageSigner(secrets);

  async function ask(
    message: Message,
    trace: Readonly<Record<string, string>>,
    signal: AbortSignal,
    onStatus: (status: number) => void,
  ): Promise<PostOutcome> {
    const response = await fetch(url, {
      method: "POST",
      headers: { ...trace, ...sign(message, clock.now()), "content-type": "application/json", "user-agent": "hufu" },
      body: message.body,
      // The URL is the operator's word; an answer must not choose another one.
      redirect: "manual",
      signal,
    });
    const { status } = response;
    onStatus(status);
    if (response.type === "opaqueredirect" || (status >= 300 && status < 400)) {
      await response.body?.cancel();
      return {
        kind: "fault",
        what: "redirect",
        detail: `answered ${status}, a redirect, which is not followed`,
        status,
      };
    }
    const body = await readBounded(response.body, answerBytes);
    if (!response.ok) return { kind: "fault", what: "status", detail: `answered ${status}`, status };
    if (body !== undefined) return { kind: "answer", status, body };
    return { kind: "fault", what: "too_large", detail: `answered ${status} with over ${answerBytes} bytes`, status };
  }

  async function askInTime(
    message: Message,
    headers: Readonly<Record<string, string>>,
    stop: AbortSignal | undefined,
  ): Promise<PostOutcome> {
    const limit = { ms: timeoutMs, what: "it", pause, ...(stop === undefined ? {} : { signals: [stop] }) };
    let isLate = false;
    let begun: { readonly status?: number } = {};
    try {
      return await within(limit, (signal) => {
        signal.addEventListener("abort", () => (isLate = true), { once: true });
        return ask(message, headers, signal, (status) => (begun = { status }));
      });
    } catch (error) {
      if (stop?.aborted === true) return { kind: "fault", what: "stopped", detail: "this node stops", ...begun };
      if (isLate) return { kind: "fault", what: "timeout", detail: `did not answer within ${timeoutMs} ms`, ...begun };
      return { kind: "fault", what: "network", detail: networkDetail(error), ...begun };
    }
  }

  return (message, stop) =>
    tracer.call("POST", facts, async (span, headers) => {
      const outcome = await askInTime(message, headers, stop);
      const { status } = outcome;
      span.add({
        ...(status === undefined ? {} : { "http.response.status_code": status }),
        ...(outcome.kind === "fault" ? { "error.type": outcome.what } : {}),
      });
      return outcome;
    });
}

/** The system's codes alone: a message may repeat the URL, or what the receiver sent. */
function networkDetail(error: unknown): string {
  const codes = networkCodes(error);
  return codes.length > 0 ? `could not be asked: ${codes.join(" ")}` : "the connection broke";
}

import type { Logger } from "../../core/log/log.ts";
import type { Meter } from "../../core/meter/meter.ts";
import { readBounded } from "../../core/read-bounded.ts";
import type { Clock } from "../../core/time/clock.ts";
import { type Deadline, within } from "../../core/time/deadline.ts";
import { serverOf } from "../../core/tracer/server-of.ts";
import type { Tracer } from "../../core/tracer/tracer.ts";
import { type CallGate, NoRoom } from "../call-gate.ts";
import type { App } from "../platform.ts";
import { networkFault } from "./network-fault.ts";
import { classifyWeChatError } from "./wechat-errors.ts";
import type { WeChatFault, WeChatOutcome } from "./wechat-outcome.ts";
import { unreadable } from "./wechat-outcome.ts";
import { reportCall } from "./wechat-report.ts";

/** The part of `fetch` that platforms use. */
export type PlatformFetch = (url: string, init: RequestInit) => Promise<Response>;

export interface WeChatRequest {
  readonly app: App;
  /** What the log calls it. */
  readonly name: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /**
   * Sent as JSON by POST; `"empty"` = a POST with nothing in it; without one the request is a GET. WeChat answers the wrong
   * method with a misleading errcode.
   */
  readonly body?: Readonly<Record<string, unknown>> | "empty";
  /** The deadline of everything that this request is a part of. */
  readonly within: AbortSignal;
}

/** One request to WeChat. Never throws: every outcome is a value. */
export type WeChatCall = (request: WeChatRequest) => Promise<WeChatOutcome>;

export interface WeChatCallOptions {
  readonly fetch: PlatformFetch;
  readonly clock: Clock;
  readonly log: Logger;
  readonly meter: Meter;
  readonly tracer: Tracer;
  readonly gate: CallGate;
  readonly deadline: Deadline;
  /** For one request with its answer, in milliseconds. */
  readonly timeoutMs: number;
}

const ANSWER_BYTES = 64 * 1024;
const TIMEOUT: WeChatFault = Object.freeze({ kind: "fault", what: "timeout", detail: "no answer within the deadline" });
const UTF8 = new TextDecoder("utf-8", { fatal: true });

/** Asks WeChat once, within `timeoutMs` and the request's own deadline, and follows no redirect. */
export function createWeChatCall(options: WeChatCallOptions): WeChatCall {
  const { fetch, clock, log, meter, tracer, gate, deadline, timeoutMs } = options;

  async function ask(
    request: WeChatRequest,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<WeChatOutcome> {
    const url = `${request.app.endpoint}${request.path}?${new URLSearchParams(request.query)}`;
    const response = await fetch(url, { ...toInit(request.body, headers), redirect: "manual", signal });
    if (response.type === "opaqueredirect" || (response.status >= 300 && response.status < 400)) {
      await response.body?.cancel();
      return unreadable("a redirect", response.status);
    }
    return toOutcome(response.status, textOf(await readBounded(response.body, ANSWER_BYTES)));
  }

  async function askInTime(request: WeChatRequest, headers: Readonly<Record<string, string>>): Promise<WeChatOutcome> {
    const signals = [request.within, deadline(timeoutMs)];
    try {
      return await within({ signals }, (signal) => ask(request, headers, signal));
    } catch (error) {
      if (signals.some(({ aborted }) => aborted)) return TIMEOUT;
      throw error;
    }
  }

  /** Query and body hold secrets and codes: a span says only where the request goes, and what it came to. */
  function traced(request: WeChatRequest): Promise<WeChatOutcome> {
    if (!tracer.isOn) return askInTime(request, {});
    const method = request.body === undefined ? "GET" : "POST";
    const facts = { "http.request.method": method, "url.template": request.path, ...serverOf(request.app.endpoint) };
    return tracer.call(`${method} ${request.path}`, facts, async (span, headers) => {
      const outcome = await askInTime(request, headers).catch((error: unknown) => networkFault(error));
      const what = classOf(outcome);
      if (what !== "ok") span.add({ "error.type": what });
      return outcome;
    });
  }

  return async (request) => {
    const started = clock.monotonic();
    const outcome = await gate
      .pass(request.within, () => traced(request))
      .catch((error: unknown): WeChatOutcome => {
        if (error instanceof NoRoom) meter.count("hufu_limits_hit_total", { limit: "platformCalls" });
        return networkFault(error);
      });
    const ms = clock.monotonic() - started;
    const labels = { platform: "wechat", call: request.name, outcome: classOf(outcome) };
    meter.time("hufu_platform_call_duration_seconds", labels, ms);
    reportCall(log, request, outcome, Math.round(ms));
    return outcome;
  };
}

function classOf(outcome: WeChatOutcome): string {
  if (outcome.kind === "fault") return outcome.what;
  const { errcode = 0 } = outcome;
  return errcode === 0 ? "ok" : classifyWeChatError(errcode);
}

function toInit(body: WeChatRequest["body"], headers: Readonly<Record<string, string>>): RequestInit {
  if (body === undefined) return { method: "GET", headers };
  if (body === "empty") return { method: "POST", headers };
  const type = { "content-type": "application/json" };
  return { method: "POST", headers: { ...headers, ...type }, body: JSON.stringify(body) };
}

/** The content type is not asked: jscode2session says text/plain. Nor is the status, if the body names an error. */
function toOutcome(status: number, text: string | undefined): WeChatOutcome {
  if (text === undefined) return unreadable(`status ${status}, too long or not UTF-8`, status);
  const fields = parseObject(text);
  if (fields === undefined) return unreadable(`status ${status}, not a JSON object`, status);
  const errcode = toErrcode(fields["errcode"]);
  if (errcode === null) return unreadable(`status ${status}, an errcode that is no number`, status);
  if (status >= 400 && (errcode === undefined || errcode === 0))
    return unreadable(`status ${status}, no errcode`, status);
  return { kind: "answer", errcode, rid: findRid(fields["errmsg"]), fields };
}

/** `undefined` for a body that was too long or is not UTF-8. */
function textOf(bytes: Buffer | undefined): string | undefined {
  try {
    return bytes === undefined ? undefined : UTF8.decode(bytes);
  } catch {
    return undefined;
  }
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

function toErrcode(value: unknown): number | undefined | null {
  if (value === undefined) return undefined;
  const errcode = typeof value === "string" && /^-?\d{1,9}$/.test(value) ? Number(value) : value;
  return Number.isSafeInteger(errcode) ? (errcode as number) : null;
}

/** Both spellings that WeChat has used: `rid: 626d6eea-742b9141-407c26f8` and `req_id: …`. */
const RID = /\brid: ([0-9a-f]{8}(?:-[0-9a-f]{8}){1,3})\b|\breq_id: ([A-Za-z0-9._-]{1,24})(?![A-Za-z0-9._-])/;

function findRid(errmsg: unknown): string | undefined {
  if (typeof errmsg !== "string") return undefined;
  const match = RID.exec(errmsg);
  return match?.[1] ?? match?.[2];
}

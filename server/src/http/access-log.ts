import { checkMembers, mistaken } from "../core/arguments.ts";
import { HufuError } from "../core/errors/errors.ts";
import type { Reason } from "../core/errors/reasons.ts";
import type { Logger } from "../core/log/log.ts";
import type { Clock } from "../core/time/clock.ts";
import type { Answer, BodyStream, Call, StreamedAnswer } from "./messages/call.ts";
import type { RequestCaller } from "./messages/request-caller.ts";

/** What an access log has beside the usual. */
export interface AccessLogOptions {
  /** The caller's `User-Agent`, its first 256 characters. Default: false. */
  readonly userAgent?: boolean;
}

/** Writes one line for each request. */
export interface AccessLog {
  watch(call: Call): WatchedRequest;
}

/** A request while it is answered. */
export interface WatchedRequest {
  /** The same request, for endpoints to say whose it is. */
  readonly call: Call;
  refused(refusal: unknown): void;
  /** Writes the line: now, or when the stream of the answer has ended. */
  answered<Some extends Answer | StreamedAnswer>(answer: Some, about: AnsweredRequest): Some;
}

interface AnsweredRequest {
  readonly caller: RequestCaller;
  /** The path as the protocol writes it; `null` for a path that is not Hufu's. */
  readonly endpoint: string | null;
}

export interface AccessLogParts {
  readonly log: Logger;
  readonly clock: Clock;
  /** A caller can send any `client_id`: only a registered one is written. */
  isClient(id: string): Promise<boolean>;
}

const USER_AGENT_MOST = 256;
/** Longer than any method that there is. */
const METHOD_MOST = 16;

/** @throws TypeError for what is neither a boolean nor options */
export function checkAccessLog(value: unknown): AccessLogOptions | undefined {
  if (value === undefined || value === false) return undefined;
  if (value === true) return {};
  const { userAgent } = checkMembers("accessLog", value, ["userAgent"]);
  if (userAgent !== undefined && typeof userAgent !== "boolean")
    throw mistaken("accessLog.userAgent", "true or false", userAgent);
  return userAgent === undefined ? {} : { userAgent };
}

export function createAccessLog(options: AccessLogOptions, { log, clock, isClient }: AccessLogParts): AccessLog {
  async function known(id: string | undefined): Promise<string | null> {
    if (id === undefined) return null;
    return (await isClient(id).catch(() => false)) ? id : null;
  }

  return Object.freeze<AccessLog>({
    watch(call) {
      const startedAt = clock.monotonic();
      let clientId: string | undefined;
      let reason: Reason | null = null;

      async function write(status: number, bytes: number, { caller, endpoint }: AnsweredRequest): Promise<void> {
        const ms = Math.round((clock.monotonic() - startedAt) * 1000) / 1000;
        const agent = options.userAgent === true ? call.header("user-agent")?.slice(0, USER_AGENT_MOST) : undefined;
        const fields = {
          request_id: caller.requestId,
          caller_request_id: caller.theirRequestId,
          method: call.method.slice(0, METHOD_MOST),
          endpoint,
          status,
          ms,
          bytes,
          client_id: await known(clientId),
          reason,
          user_agent: agent,
        };
        log.info(fields, "request");
      }

      return {
        call: {
          ...call,
          noteClient(id) {
            clientId = id;
          },
        },
        refused(refusal) {
          if (refusal instanceof HufuError) ({ reason } = refusal);
        },
        answered(answer, about) {
          if ("stream" in answer) {
            const stream = counted(answer.stream, (bytes) => void write(answer.status, bytes, about));
            return { ...answer, stream };
          }
          const body = call.method === "HEAD" ? null : answer.body;
          void write(answer.status, body === null ? 0 : Buffer.byteLength(body), about);
          return answer;
        },
      };
    },
  });
}

/** The same stream; `ended` is told once how many bytes it had. A reader that goes away takes no more of it. */
function counted({ chunks, close }: BodyStream, ended: (bytes: number) => void): BodyStream {
  let bytes = 0;
  let isOver = false;
  function end(): void {
    if (!isOver) ended(bytes);
    isOver = true;
  }
  async function* passed(): AsyncGenerator<string> {
    try {
      for await (const chunk of chunks) {
        bytes += Buffer.byteLength(chunk);
        yield chunk;
      }
    } finally {
      end();
    }
  }
  return {
    chunks: passed(),
    close() {
      close();
      end();
    },
  };
}

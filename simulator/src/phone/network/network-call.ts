import type { Life } from "../environment/lives.ts";
import type { Failure } from "../wx/callbacks.ts";
import type { OutgoingRequest } from "./http-exchange.ts";

/** Which of the three kinds of calls. */
export type CallName = "request" | "uploadFile" | "downloadFile";

/** What is known of an answer before its body. */
export interface AnswerHead {
  readonly status: number;
  readonly header: Readonly<Record<string, string>>;
  readonly cookies: readonly string[];
}

/** A call as it is handed to the network. */
export interface NetworkCall {
  readonly name: CallName;
  /** As the mini program wrote it. */
  readonly address: string;
  readonly request: OutgoingRequest;
  /** Phone milliseconds. */
  readonly timeout: number;
  readonly life: Life;
  readonly headers?: (head: AnswerHead) => void;
  readonly chunk?: ((chunk: Buffer) => void) | undefined;
  readonly arrived: (answer: AnswerHead & { readonly body: Buffer }) => void;
  readonly failed: (failure: Failure) => void;
}

const INTERRUPTED = 600_003;
const UNKNOWN = 600_000;
const TIMED_OUT = 5;

/**
 * How a call fails that the network lets down.
 * @see https://developers.weixin.qq.com/miniprogram/dev/framework/usability/PublicErrno.html
 */
export const networkFailures: {
  readonly unknown: (name: string, words?: string) => Failure;
  readonly interrupted: (name: string) => Failure;
  readonly timeout: (name: string) => Failure;
  readonly abort: (name: string) => Failure;
} = Object.freeze({
  unknown: (name: string, words = ""): Failure => ({ errMsg: `${name}:fail ${words}`, errno: UNKNOWN }),
  interrupted: (name: string): Failure => ({ errMsg: `${name}:fail interrupted`, errno: INTERRUPTED }),
  timeout: (name: string): Failure => ({ errMsg: `${name}:fail timeout`, errno: TIMED_OUT }),
  abort: (name: string): Failure => ({ errMsg: `${name}:fail abort` }),
});

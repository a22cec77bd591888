/** WeChat answered with a JSON object. */
export interface WeChatAnswer {
  readonly kind: "answer";
  /** Absent on most successes; `0` means success too. */
  readonly errcode: number | undefined;
  /** WeChat's id of the request, for the log: WeChat can look it up for seven days. */
  readonly rid: string | undefined;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** WeChat did not answer, or not in a way that means anything. */
export interface WeChatFault {
  readonly kind: "fault";
  /**
   * - `unreachable`: the request surely never arrived (connection refused, name not found)
   * - `timeout`, `reset`: it may have arrived, and a single-use code in it may be burnt
   * - `local`: this process could not call for lack of its own resources
   * - `untrusted`: the certificate is not trusted, or no TLS is spoken there; it stays so until an operator acts
   * - `unreadable`: something answered that is not the API (HTML, half a JSON, a redirect, too much)
   */
  readonly what: "unreachable" | "timeout" | "reset" | "local" | "untrusted" | "unreadable";
  /** For the log alone; holds no part of the request. */
  readonly detail: string;
  /** Of an unreadable answer. */
  readonly status?: number | undefined;
}

export type WeChatOutcome = WeChatAnswer | WeChatFault;

/** For an answer that is well-formed JSON, but lacks what the call promises. */
export function unreadable(detail: string, status?: number): WeChatFault {
  return Object.freeze({ kind: "fault", what: "unreadable", detail, status });
}

import type { Answer, Call, StreamedAnswer } from "./messages/call.ts";
import type { RequestCaller } from "./messages/request-caller.ts";

/** What a handler knows beside the request itself. */
export interface Visit {
  /** Who asks, before any credential is looked at: a user of some kind, in a request with this id. */
  readonly caller: RequestCaller;
  /** What stands in the path where the endpoint has `{name}`, percent-decoded. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** Answers a request, or throws the `HufuError` that says why not. */
export type Handler = (call: Call, visit: Visit) => Answer | Promise<Answer | StreamedAnswer>;

export type Method = "GET" | "POST" | "PUT" | "DELETE";

/** One endpoint of docs/protocol.md §1. */
export interface Endpoint {
  /** Path under the issuer, such as `/me/sessions/{sid}`. */
  readonly path: string;
  readonly methods: Readonly<Partial<Record<Method, Handler>>>;
  /** How it refuses: as RFC 6749 §5.2 has it, or with a challenge as docs/protocol.md §5 has it. */
  readonly refusals: "oauth" | "guard";
}

/** A body as it came: text, or the members that a body parser in front of us has made of it. */
export type Body = string | Readonly<Record<string, unknown>>;

/** A request as endpoints see it, independent of the framework that received it. */
export interface Call {
  /** Upper case, as it came. */
  readonly method: string;
  /** Path of the URL as it came: percent-encoding kept, no query. */
  readonly path: string;
  /** What follows the `?`, as it came; empty if there is nothing. */
  readonly query: string;
  /** The header of this lower-case name. */
  header(name: string): string | undefined;
  /** The address at the other end of the connection, where it is known. */
  readonly peer: string | undefined;
  /** Every `Authorization` header of the request. */
  readonly authorization: readonly string[];
  /** Called with the `client_id` of the request, named or proved, if the access log wants it. */
  readonly noteClient?: (id: string) => void;
  /**
   * Reads the body, at most once.
   * @param most bytes
   * @throws HufuError `body_too_large`, `parameter_invalid` if it breaks off or is not UTF-8
   */
  readBody(most: number): Promise<Body>;
}

/** An answer before it is put on the wire. */
export interface Answer extends AnswerHead {
  /** `null` = none. */
  readonly body: string | null;
}

/** An answer whose body goes on for as long as its reader stays. */
export interface StreamedAnswer extends AnswerHead {
  readonly stream: BodyStream;
}

/** Text as it comes about, at the reader's pace. */
export interface BodyStream {
  readonly chunks: AsyncIterable<string>;
  /** The reader has gone: what waits for news ends. May be called again. */
  close(): void;
}

interface AnswerHead {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
}

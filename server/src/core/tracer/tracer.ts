/** What a span may say. Names of OpenTelemetry's semantic conventions; no value is a secret, an id or a client's text. */
export interface SpanFacts {
  readonly "http.request.method"?: string;
  /** The path as our table has it. */
  readonly "http.route"?: string;
  readonly "http.response.status_code"?: number;
  readonly "server.address"?: string;
  readonly "server.port"?: number;
  /** A path without parameters. */
  readonly "url.template"?: string;
  /** A status, or what went wrong, in one word. */
  readonly "error.type"?: string;
}

/** A piece of work that is under way. */
export interface Span {
  /** An `error.type` makes it one that failed. */
  add(facts: SpanFacts): void;
}

/** Where parts report what calls what, and how long it takes. Never throws by itself. */
export interface Tracer {
  /** False if spans are discarded. */
  readonly isOn: boolean;
  /**
   * A request that came in. It continues the trace that its headers name, unless one is under way here.
   * @param header the value of the header of this lower-case name
   */
  serve<Answer>(
    name: string,
    facts: SpanFacts,
    header: (name: string) => string | undefined,
    work: (span: Span) => Promise<Answer>,
  ): Promise<Answer>;
  /**
   * A request that goes out.
   * @param work gets the headers by which the other side continues the trace: `traceparent`, `tracestate`
   */
  call<Answer>(
    name: string,
    facts: SpanFacts,
    work: (span: Span, headers: Readonly<Record<string, string>>) => Promise<Answer>,
  ): Promise<Answer>;
}

const NO_SPAN: Span = Object.freeze({ add: () => undefined });
const NO_HEADERS: Readonly<Record<string, string>> = Object.freeze({});

/** Discards everything. */
export const silentTracer: Tracer = Object.freeze<Tracer>({
  isOn: false,
  serve: (_name, _facts, _header, work) => work(NO_SPAN),
  call: (_name, _facts, work) => work(NO_SPAN, NO_HEADERS),
});

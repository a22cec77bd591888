import type { Tracer } from "../core/tracer/tracer.ts";
import type { Answer, Call, StreamedAnswer } from "./messages/call.ts";

const METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"]);

/**
 * Answers within a span that is named by method and route, and says nothing that the caller has written.
 * @see https://opentelemetry.io/docs/specs/semconv/http/http-spans/
 */
export function tracedAnswer(
  tracer: Tracer,
  call: Call,
  route: string | undefined,
  answer: () => Promise<Answer | StreamedAnswer>,
): Promise<Answer | StreamedAnswer> {
  const method = METHODS.has(call.method) ? call.method : "_OTHER";
  const verb = method === "_OTHER" ? "HTTP" : method;
  const name = route === undefined ? verb : `${verb} ${route}`;
  const facts = { "http.request.method": method, ...(route === undefined ? {} : { "http.route": route }) };
  return tracer.serve(
    name,
    facts,
    (header) => call.header(header),
    async (span) => {
      const answered = await answer();
      const { status } = answered;
      // What the client did wrong is no failure of the server.
      span.add({
        "http.response.status_code": status,
        ...(status >= 500 ? { "error.type": String(status) } : {}),
      });
      return answered;
    },
  );
}

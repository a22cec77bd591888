import type { Context, Span as OtelSpan } from "@opentelemetry/api";
import { type Span, silentTracer, type Tracer } from "../core/tracer/tracer.ts";

type Api = Pick<
  typeof import("@opentelemetry/api"),
  "context" | "propagation" | "trace" | "SpanKind" | "SpanStatusCode"
>;

/** Where every version 1 of the API keeps what an SDK has registered. */
const REGISTERED = Symbol.for("opentelemetry.js.api.1");
/** A trace crosses to others, and nothing else that a caller may have put beside it: not `baggage`. */
const PASSED_ON: ReadonlySet<string> = new Set(["traceparent", "tracestate"]);

/**
 * Spans for the OpenTelemetry SDK that this process has registered. Without an SDK, or without the package
 * `@opentelemetry/api`, spans are discarded. Without an SDK the package is not loaded.
 */
export async function openTracer(): Promise<Tracer> {
  if (Reflect.get(globalThis, REGISTERED) === undefined) return silentTracer;
  const api: Api | undefined = await import("@opentelemetry/api").catch(() => undefined);
  return api === undefined ? silentTracer : tracerOn(api);
}

function tracerOn({ context, propagation, trace, SpanKind, SpanStatusCode }: Api): Tracer {
  const tracer = trace.getTracer("hufu");

  function spanOf(span: OtelSpan): Span {
    return {
      add({ "error.type": errorType, ...facts }) {
        span.setAttributes(facts);
        if (errorType === undefined) return;
        span.setAttribute("error.type", errorType);
        span.setStatus({ code: SpanStatusCode.ERROR });
      },
    };
  }

  async function during<Answer>(span: OtelSpan, parent: Context, work: (inside: Context) => Promise<Answer>) {
    const inside = trace.setSpan(parent, span);
    try {
      return await context.with(inside, () => work(inside));
    } catch (error) {
      // Its text may hold anything.
      spanOf(span).add({ "error.type": error instanceof Error ? error.name : "unknown" });
      throw error;
    } finally {
      span.end();
    }
  }

  return Object.freeze<Tracer>({
    isOn: true,
    serve(name, facts, header, work) {
      const active = context.active();
      const parent =
        trace.getSpan(active) === undefined
          ? propagation.extract(active, header, {
              keys: () => [...PASSED_ON],
              get: (from, key) => from(key.toLowerCase()),
            })
          : active;
      const span = tracer.startSpan(name, { kind: SpanKind.SERVER, attributes: { ...facts } }, parent);
      return during(span, parent, () => work(spanOf(span)));
    },
    call(name, facts, work) {
      const parent = context.active();
      const span = tracer.startSpan(name, { kind: SpanKind.CLIENT, attributes: { ...facts } }, parent);
      return during(span, parent, (inside) => {
        const headers: Record<string, string> = {};
        propagation.inject(inside, headers, {
          set(into, key, value) {
            if (PASSED_ON.has(key.toLowerCase())) into[key.toLowerCase()] = value;
          },
        });
        return work(spanOf(span), headers);
      });
    },
  });
}

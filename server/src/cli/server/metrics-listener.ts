import type { RequestListener, ServerResponse } from "node:http";
import type { Registry } from "prom-client";
import type { Logger } from "../../core/log/log.ts";
import type { ConnectionCapacity } from "./connection-capacity.ts";
import { startHttpServer } from "./http-server.ts";

/** Where Prometheus reads. */
export interface ScrapeListener {
  readonly url: string;
  /** Answers what is under way, for half a second at most, and gives the port free. */
  close(): Promise<void>;
}

/** Where Prometheus reads the metrics of a process. */
export interface MetricsListener extends ScrapeListener {
  /** What is read; it has the metrics of the process and of Node already. */
  readonly registry: Registry;
}

/** What is read: a registry of prom-client, or what several come to. */
export type Scraped = Pick<Registry, "contentType" | "metrics">;

/** The one path that is served. */
export const METRICS_PATH = "/metrics";
/** Prometheus opens one connection, a pair of them two. */
const CAPACITY: ConnectionCapacity = { served: 16, most: 20 };
/** A reader that takes longer for its answer is cut off. Prometheus gives up after ten seconds. */
const ANSWER_MS = 10_000;
const CLOSE_MS = 500;
const GRACE_MS = 0;

/**
 * Serves `/metrics` and nothing else, on a port of its own.
 * @param around what stands around the answers, such as an access log
 * @throws Failure if the address cannot be had
 */
export async function startMetricsListener(
  { host, port }: { readonly host: string; readonly port: number },
  log: Pick<Logger, "warn">,
  around: (listener: RequestListener) => RequestListener = (listener) => listener,
): Promise<MetricsListener> {
  const { Registry, collectDefaultMetrics } = await import("prom-client");
  const registry = new Registry();
  const listener = await listenForScrapes({ host, port }, registry, log, around);
  collectDefaultMetrics({ register: registry });
  return Object.freeze<MetricsListener>({
    url: listener.url,
    registry,
    async close() {
      await listener.close();
      registry.clear();
    },
  });
}

/**
 * The same for what is read elsewhere.
 * @throws Failure if the address cannot be had
 */
export async function listenForScrapes(
  { host, port }: { readonly host: string; readonly port: number },
  scraped: Scraped,
  log: Pick<Logger, "warn">,
  around: (listener: RequestListener) => RequestListener = (listener) => listener,
): Promise<ScrapeListener> {
  const server = await startHttpServer(host, port, { capacity: CAPACITY, what: "metrics: " });
  server.answerWith(around(answerScrapes(scraped, log)));
  return Object.freeze<ScrapeListener>({
    url: server.url,
    close: async () => void (await server.drain(CLOSE_MS, GRACE_MS)),
  });
}

/** Readers that come at the same time get one text. */
export function answerScrapes(registry: Scraped, log: Pick<Logger, "warn">): RequestListener {
  let reading: Promise<string> | undefined;
  const read = (): Promise<string> => {
    reading ??= registry.metrics().finally(() => {
      reading = undefined;
    });
    return reading;
  };
  return (request, response) => {
    request.resume();
    const tooLong = setTimeout(() => response.destroy(), ANSWER_MS);
    response.once("close", () => clearTimeout(tooLong));
    const [path] = (request.url ?? "").split("?", 1);
    if (path !== METRICS_PATH) return send(response, 404, "Only /metrics is here.\n");
    if (request.method !== "GET" && request.method !== "HEAD") {
      response.setHeader("allow", "GET, HEAD");
      return send(response, 405, "Use GET.\n");
    }
    read().then(
      (text) => send(response, 200, text, registry.contentType),
      (err: unknown) => {
        log.warn({ err }, "metrics could not be read, and a reader was answered 500; please report it with this line");
        send(response, 500, "The metrics could not be read.\n");
      },
    );
  };
}

function send(response: ServerResponse, status: number, text: string, type = "text/plain; charset=utf-8"): void {
  response.writeHead(status, {
    "content-type": type,
    "content-length": Buffer.byteLength(text),
    "cache-control": "no-store",
  });
  // Node leaves the body out where the request was HEAD.
  response.end(text);
}

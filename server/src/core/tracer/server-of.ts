import type { SpanFacts } from "./tracer.ts";

/** Host and port of a URL, and no more of it. */
export function serverOf(url: string): Pick<SpanFacts, "server.address" | "server.port"> {
  const { hostname, port, protocol } = new URL(url);
  return { "server.address": hostname, "server.port": port === "" ? (protocol === "http:" ? 80 : 443) : Number(port) };
}

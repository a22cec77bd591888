import type { ServerConfig } from "./config-schema.ts";

/** Where the server of a configuration is, as this machine reaches it, with its path; `undefined` for a free port. */
export function localAddress({
  issuer,
  listen: { host, port, path },
}: Pick<ServerConfig, "issuer" | "listen">): string | undefined {
  if (port === 0) return undefined;
  const reached = host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "::1" : host;
  const authority = reached.includes(":") ? `[${reached}]` : reached;
  return `http://${authority}:${port}${path ?? new URL(issuer).pathname.replace(/\/$/, "")}`;
}

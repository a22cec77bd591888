import { compileGrants } from "../../access/grants.ts";
import { basicAuthorization } from "../../verify/issuer/basic-credentials.ts";
import type { ServerConfig } from "../config/config-schema.ts";
import { type Finding, finding } from "./finding.ts";
import { whyUnreachable } from "./unreachable.ts";

const WHAT = "feed";
const PERMISSION = "hufu.revocations:read";
/** A beat comes every second. */
const SILENCE_MS = 4000;
const ANSWER_MS = 5000;

/**
 * Is the revocation feed a stream when it arrives, and does the `Authorization` header get through? Asked as one of the
 * configured clients, whose secret is in the configuration.
 */
export async function checkFeed({
  issuer,
  clients = [],
}: Pick<ServerConfig, "issuer" | "clients">): Promise<readonly Finding[]> {
  const client = clients.find(({ permissions }) => compileGrants(permissions).allows(PERMISSION));
  if (client === undefined) return [];
  const stop = new AbortController();
  const late = setTimeout(() => stop.abort(new Error("late")), ANSWER_MS + SILENCE_MS);
  try {
    const token = await ownToken(issuer, { clientId: client.id, clientSecret: client.secret }, stop.signal);
    if (typeof token !== "string") return [token];
    return [await readStream(`${issuer}/revocations`, token, stop)];
  } catch (error) {
    return [finding(WHAT, "error", `${issuer}/revocations cannot be read: ${whyUnreachable(error).text}`)];
  } finally {
    clearTimeout(late);
    stop.abort();
  }
}

async function ownToken(
  issuer: string,
  client: { readonly clientId: string; readonly clientSecret: string },
  signal: AbortSignal,
): Promise<string | Finding> {
  const url = `${issuer}/oauth/token`;
  const response = await fetch(url, {
    method: "POST",
    headers: { authorization: basicAuthorization(client) },
    body: new URLSearchParams({ grant_type: "client_credentials" }),
    redirect: "manual",
    signal,
  });
  const body: unknown = await response.json().catch(() => undefined);
  if (typeof body === "object" && body !== null && "access_token" in body && typeof body.access_token === "string")
    return body.access_token;
  const why =
    response.status === 401
      ? "the server runs with another secret for this client, or the proxy drops the Authorization header"
      : "let the proxy send POST requests there as they come";
  return finding(WHAT, "error", `${url} answered ${response.status} to the client ${client.clientId}: ${why}`);
}

/** Ends with the first piece of the stream, which the server sends at once. */
async function readStream(url: string, token: string, stop: AbortController): Promise<Finding> {
  const silence = setTimeout(() => stop.abort(new Error("silent")), SILENCE_MS);
  const headers = { accept: "text/event-stream", authorization: `Bearer ${token}` };
  try {
    const response = await fetch(url, { headers, redirect: "manual", signal: stop.signal });
    const type = response.headers.get("content-type") ?? "";
    if (response.status !== 200 || !type.startsWith("text/event-stream")) {
      const reason = response.headers.get("hufu-reason");
      const said = reason === null ? String(response.status) : `${response.status} ${reason}`;
      const why =
        reason === "token_missing"
          ? "the proxy drops the Authorization header"
          : "let the proxy send that path as it comes";
      return finding(WHAT, "error", `${url} answered ${said}, and not with a stream: ${why}`);
    }
    const first = await response.body?.getReader().read();
    if (first?.done === false) return finding(WHAT, "ok", `${url} is a stream that arrives at once`);
    return finding(WHAT, "error", `${url} ended at once: verifiers elsewhere need a stream that stays open`);
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    const text = `${url} is held back, nothing arrived within ${SILENCE_MS / 1000} s: turn buffering and compression of this path off in the proxy (nginx: proxy_buffering off)`;
    return finding(WHAT, "error", text);
  } finally {
    clearTimeout(silence);
  }
}

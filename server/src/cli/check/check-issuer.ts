import { type Finding, finding } from "./finding.ts";

const WHAT = "issuer";
const ANSWER_MS = 5000;
/** The HTTP header Date has whole seconds, and the answer takes its time. */
const SKEW_MOST_MS = 10_000;

/** Is the issuer reached from here, as clients and verifiers reach it, and does it say that it is this issuer? */
export async function checkIssuer(issuer: string, now: () => number): Promise<readonly Finding[]> {
  const url = `${issuer}/.well-known/oauth-authorization-server`;
  let response: Response;
  try {
    response = await fetch(url, { signal: AbortSignal.timeout(ANSWER_MS), redirect: "error" });
  } catch (error) {
    const why = deepest(error);
    const text = `${url} is not reached from here (${why}); start the server, and check DNS, certificate and proxy`;
    return [finding(WHAT, "warning", text)];
  }
  const claimed = await issuerIn(response);
  if (response.status !== 200 || claimed === undefined) {
    const text = `${url} answered ${response.status} without metadata; let the proxy forward the issuer's path to hufu serve`;
    return [finding(WHAT, "warning", text)];
  }
  if (claimed !== issuer) {
    return [finding(WHAT, "error", `${url} says that the issuer is ${claimed}; write the same issuer on all nodes`)];
  }
  return [finding(WHAT, "ok", `${url} answers`), ...clockOf(response, now())];
}

async function issuerIn(response: Response): Promise<string | undefined> {
  const metadata: unknown = await response.json().catch(() => undefined);
  if (typeof metadata !== "object" || metadata === null || !("issuer" in metadata)) return undefined;
  return typeof metadata.issuer === "string" ? metadata.issuer : undefined;
}

function clockOf(response: Response, now: number): readonly Finding[] {
  const skewMs = now - Date.parse(response.headers.get("date") ?? "");
  if (!(Math.abs(skewMs) > SKEW_MOST_MS)) return [];
  const side = skewMs > 0 ? "ahead of" : "behind";
  const seconds = Math.round(Math.abs(skewMs) / 1000);
  return [finding("clock", "error", `this machine is ${seconds} s ${side} the server of ${WHAT}; set both by NTP`)];
}

function deepest(error: unknown): string {
  if (!(error instanceof Error)) return "no answer";
  return error.cause instanceof Error ? deepest(error.cause) : error.message;
}

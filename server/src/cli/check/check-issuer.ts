import type { ServerConfig } from "../config/config-schema.ts";
import { localAddress } from "../config/local-address.ts";
import { askPublic } from "./ask-public.ts";
import { checkFeed } from "./check-feed.ts";
import { clockFinding } from "./clock-finding.ts";
import { type Finding, finding } from "./finding.ts";
import { faultOfAnswer } from "./issuer-answer.ts";
import { whyUnreachable } from "./unreachable.ts";

const WHAT = "issuer";
const WELL_KNOWN = "/.well-known/oauth-authorization-server";

/** What of a configuration says where clients and verifiers reach the server, and where it listens. */
export type PublicPlace = Pick<ServerConfig, "issuer" | "listen" | "clients">;

/**
 * Is the issuer reached from here, as clients and verifiers reach it, and is it this server that answers: metadata, keys,
 * and the revocation feed as a stream? What is wrong while a server runs here is an error of what stands before it.
 * @param kids the keys of this deployment's database; `undefined` where they are not known
 */
export async function checkIssuer(
  place: PublicPlace,
  now: () => number,
  kids: readonly string[] | undefined,
): Promise<readonly Finding[]> {
  const { issuer } = place;
  const url = `${issuer}${WELL_KNOWN}`;
  let headers: Headers;
  try {
    const answer = await askPublic(url);
    headers = answer.headers;
    const fault = faultOfAnswer(url, issuer, answer);
    if (fault !== undefined) return [await blamed(place, fault, typeof answer.object?.["issuer"] === "string")];
  } catch (error) {
    const { text, isLasting } = whyUnreachable(error);
    return [await blamed(place, `${url} is not reached from here: ${text}`, isLasting)];
  }
  return [
    finding(WHAT, "ok", `${url} answers`),
    ...clockOf(headers, now()),
    ...(await checkStandardPlace(issuer)),
    ...(await checkKeys(issuer, kids)),
    ...(await checkFeed(place)),
  ];
}

/** If the server runs here and is not reached, the proxy is wrong. If it does not run here, the cause is unknown. */
async function blamed(place: PublicPlace, fault: string, isLasting: boolean): Promise<Finding> {
  const local = localAddress(place);
  if (local === undefined) return finding(WHAT, isLasting ? "error" : "warning", fault);
  const isUp = await askPublic(`${local}/healthz`).then(
    ({ status }) => status === 200,
    () => false,
  );
  if (isUp) return finding(WHAT, "error", `${fault} (hufu serve itself answers at ${local})`);
  const start = `no hufu serve answers at ${local}: start it, and check again`;
  return finding(WHAT, isLasting ? "error" : "warning", `${fault} (${start})`);
}

function clockOf(headers: Headers, now: number): readonly Finding[] {
  const skewMs = Date.parse(headers.get("date") ?? "") - now;
  if (Number.isNaN(skewMs)) return [];
  const found = clockFinding(`the server of ${WHAT}`, skewMs);
  return found.level === "ok" ? [] : [found];
}

/** Between host and path, where RFC 8414 §3.1 looks. Our own verifiers find the copy below the issuer too. */
async function checkStandardPlace(issuer: string): Promise<readonly Finding[]> {
  const { origin, pathname } = new URL(issuer);
  if (pathname === "/") return [];
  const url = `${origin}${WELL_KNOWN}${pathname}`;
  const isThere = await askPublic(url).then(
    ({ status, object }) => status === 200 && object?.["issuer"] === issuer,
    () => false,
  );
  if (isThere) return [];
  const text = `${url} is not this server's metadata: verifiers of other makers look there (RFC 8414); let the proxy send that path to hufu serve too`;
  return [finding(WHAT, "warning", text)];
}

async function checkKeys(issuer: string, kids: readonly string[] | undefined): Promise<readonly Finding[]> {
  const url = `${issuer}/.well-known/jwks.json`;
  const answer = await askPublic(url).catch(() => undefined);
  const published = kidsIn(answer?.object);
  if (published.length === 0) {
    const status = answer === undefined ? "not at all" : String(answer.status);
    return [
      finding(WHAT, "error", `${url} answered ${status}, without keys: nobody can check a token; mend the proxy`),
    ];
  }
  if (kids === undefined || kids.length === 0 || published.some((kid) => kids.includes(kid))) return [];
  const text = `${url} holds no key of this database: another deployment answers there; compare database on all nodes, and mend where the proxy sends this path`;
  return [finding(WHAT, "error", text)];
}

function kidsIn(jwks: Readonly<Record<string, unknown>> | undefined): readonly string[] {
  const keys: unknown = jwks?.["keys"];
  if (!Array.isArray(keys)) return [];
  return keys.flatMap((key: unknown) =>
    typeof key === "object" && key !== null && "kid" in key && typeof key.kid === "string" ? [key.kid] : [],
  );
}

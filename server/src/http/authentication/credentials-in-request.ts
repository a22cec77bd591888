import type { IncomingMessage } from "node:http";
import { HufuError } from "../../core/errors/errors.ts";

const NAME = "authorization";

/** What of a Node request names its headers. */
export type WithHeaders = Pick<IncomingMessage, "headers" | "rawHeaders">;

/** `Bearer a, Bearer b`: two headers, joined as the Fetch standard and some shims join them. */
const BETWEEN_TWO = /,\s*(?=[A-Za-z]+ )/;

/**
 * The `Authorization` headers as they came. Node's own `headers` keeps only the first one, so a second credential
 * would go unseen; what imitates Node (serverless-http, test shims) may leave `rawHeaders` empty.
 */
export function authorizationHeaders({ headers, rawHeaders }: WithHeaders): readonly string[] {
  const found: string[] = [];
  for (let at = 0; at < (rawHeaders?.length ?? 0); at += 2) {
    if (isAuthorization(rawHeaders[at])) found.push(rawHeaders[at + 1] ?? "");
  }
  return isEmpty(rawHeaders) ? parsedCredentials(headers) : found;
}

/** The value of the `DPoP` header. Node joins several by a comma, which no proof can hold. */
export function proofHeader({ headers }: Pick<IncomingMessage, "headers">): string | undefined {
  const { dpop } = headers;
  return typeof dpop === "string" ? dpop : dpop?.join(", ");
}

/** The value of the `Hufu-Mac` header. Several are joined as above, and then refused. */
export function macHeader({ headers }: Pick<IncomingMessage, "headers">): string | undefined {
  const mac = headers["hufu-mac"];
  return typeof mac === "string" ? mac : mac?.join(", ");
}

/**
 * The one `Authorization` header, without making a list: guards ask this on every request.
 * @throws HufuError `credentials_repeated`
 */
export function authorizationHeader(request: WithHeaders): string | undefined {
  const { rawHeaders } = request;
  let found: string | undefined;
  for (let at = 0; at < (rawHeaders?.length ?? 0); at += 2) {
    if (!isAuthorization(rawHeaders[at])) continue;
    if (found !== undefined) throw new HufuError("credentials_repeated");
    found = rawHeaders[at + 1] ?? "";
  }
  return isEmpty(rawHeaders) ? onlyCredential(parsedCredentials(request.headers)) : found;
}

/** Several credentials in one `Authorization` text. */
export function splitCredentials(text: string): readonly string[] {
  return text.split(BETWEEN_TWO);
}

/** @throws HufuError `credentials_repeated` */
export function onlyCredential(authorization: readonly string[]): string | undefined {
  if (authorization.length > 1) throw new HufuError("credentials_repeated");
  return authorization[0];
}

/** What follows the `?` of a request target. */
export function queryOf(target: string): string {
  const mark = target.indexOf("?");
  return mark === -1 ? "" : target.slice(mark + 1);
}

function isEmpty(rawHeaders: readonly string[] | undefined): boolean {
  return rawHeaders === undefined || rawHeaders.length === 0;
}

/** Names in any case, and lists, as imitations of Node have them. */
function parsedCredentials(headers: IncomingMessage["headers"] | undefined): readonly string[] {
  const found: string[] = [];
  for (const name of Object.keys(headers ?? {})) {
    if (!isAuthorization(name)) continue;
    const value: unknown = headers?.[name];
    for (const text of Array.isArray(value) ? value : [value]) {
      if (typeof text === "string") found.push(...splitCredentials(text));
    }
  }
  return found;
}

function isAuthorization(name: string | undefined): boolean {
  if (name === undefined || name.length !== NAME.length) return false;
  // The two usual spellings need no copy.
  return name === "Authorization" || name === NAME || name.toLowerCase() === NAME;
}

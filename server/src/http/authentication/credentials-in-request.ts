import { HufuError } from "../../core/errors.ts";

const NAME = "authorization";

/**
 * The `Authorization` headers as they came. Node's own `headers` keeps only the first one, so a second credential
 * would go unseen.
 * @param rawHeaders names and values in turn, as Node gives them
 */
export function authorizationHeaders(rawHeaders: readonly string[]): readonly string[] {
  const found: string[] = [];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    if (isAuthorization(rawHeaders[at])) found.push(rawHeaders[at + 1] ?? "");
  }
  return found;
}

/**
 * The one `Authorization` header, without making a list: guards ask this on every request.
 * @throws HufuError `credentials_repeated`
 */
export function authorizationHeader(rawHeaders: readonly string[]): string | undefined {
  let found: string | undefined;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    if (!isAuthorization(rawHeaders[at])) continue;
    if (found !== undefined) throw new HufuError("credentials_repeated");
    found = rawHeaders[at + 1] ?? "";
  }
  return found;
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

function isAuthorization(name: string | undefined): boolean {
  return name !== undefined && name.length === NAME.length && (name === "Authorization" || name.toLowerCase() === NAME);
}

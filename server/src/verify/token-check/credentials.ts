import { HufuError } from "../../core/errors/errors.ts";
import type { AccessClaims } from "../../token/access-token/access-claims.ts";

/** How a token was presented (docs/protocol.md §5). */
export type Scheme = "Bearer" | "DPoP";

export interface Credentials {
  readonly scheme: Scheme;
  readonly token: string;
}

/** Two headers that something on the way has joined into one. */
const JOINED = /,\s*(?:bearer|dpop|basic)\s/i;

/**
 * Reads an `Authorization` header: the scheme in any case, exactly one space, the token. Whether the token is one is
 * not looked at here. A header that came twice is for the adapter to notice; what was joined by a comma is noticed here.
 * @throws HufuError `token_missing` without a header, `credentials_repeated`, else `token_malformed`
 * @see RFC 6750 §2.1, RFC 9449 §7.1
 */
export function readAuthorization(header: string | undefined): Credentials {
  if (header === undefined) throw new HufuError("token_missing");
  const space = header.startsWith("Bearer ") ? 6 : header.indexOf(" ");
  const scheme = space === 6 || space === 4 ? schemeOf(header.slice(0, space)) : undefined;
  if (scheme === undefined || space === header.length - 1 || header.includes(" ", space + 1)) {
    throw new HufuError(JOINED.test(header) ? "credentials_repeated" : "token_malformed");
  }
  return { scheme, token: header.slice(space + 1) };
}

/**
 * A token in a URL ends up in logs and histories, so it is refused even if the header has one too.
 * @param query what follows the `?`, as it came
 * @throws HufuError `token_in_query`
 * @see RFC 6750 §2.3, RFC 9700 §4.3.2
 */
export function refuseTokenInQuery(query: string): void {
  // Most queries need no decoding to see that it is not there.
  if (!query.includes("access_token") && !query.includes("%")) return;
  if (new URLSearchParams(query).has("access_token")) throw new HufuError("token_in_query");
}

/**
 * A bound token counts only with its proof, and an unbound one only as Bearer.
 *
 * A bound token as Bearer is `proof_missing`: that is what is missing. An unbound token as DPoP is `token_malformed`: it
 * fits neither of the two forms that a header may have, and no proof would change that. The proof itself is checked
 * afterwards, by the verifier.
 * @throws HufuError `proof_missing`, `token_malformed`
 * @see RFC 9449 §7.1 and §7.2
 */
export function refuseWrongScheme(claims: AccessClaims, scheme: Scheme): void {
  if (scheme === "Bearer" && claims.cnf !== undefined) throw new HufuError("proof_missing");
  if (scheme === "DPoP" && claims.cnf === undefined) {
    throw new HufuError("token_malformed", { detail: "an unbound token with the DPoP scheme" });
  }
}

function schemeOf(text: string): Scheme | undefined {
  if (text === "Bearer") return text;
  const lower = text.toLowerCase();
  return lower === "bearer" ? "Bearer" : lower === "dpop" ? "DPoP" : undefined;
}

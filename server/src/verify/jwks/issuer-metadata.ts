import type { JsonObject } from "../../token/jws/strict-json.ts";
import type { IssuerAddress } from "../issuer-address.ts";
import { fetchJson } from "./fetch-json.ts";

/** What an issuer's description names that we use. */
export type EndpointName = "jwks_uri" | "token_endpoint" | "introspection_endpoint";

/**
 * The issuer's description of itself, from where RFC 8414 puts it, else from the copy below the issuer: a proxy that
 * forwards only the issuer's path does not forward the standard place.
 * @throws Error that names every URL that was asked and what was wrong there
 */
export async function fetchMetadata(
  fetch: typeof globalThis.fetch,
  { issuer, descriptions }: IssuerAddress,
  stop: AbortSignal,
): Promise<JsonObject> {
  const faults: Error[] = [];
  for (const url of descriptions) {
    try {
      const metadata = await fetchJson(fetch, url, stop);
      if (metadata["issuer"] === issuer) return metadata;
      faults.push(new Error(`GET ${url.href}: this is another issuer's metadata, not that of ${issuer}`));
    } catch (error) {
      faults.push(error instanceof Error ? error : new Error(String(error)));
    }
    if (stop.aborted) break;
  }
  const [first] = faults;
  if (faults.length === 1 && first !== undefined) throw first;
  throw new AggregateError(faults, faults.map(({ message }) => message).join("; "));
}

/**
 * One of the issuer's endpoints, from its own description, as this process reaches it. It must be https or have the
 * issuer's own origin, and the description must be this issuer's, character by character: another one's would bring
 * another one's keys.
 * @throws Error that says what is wrong
 * @see RFC 8414 §3.3
 */
export function readEndpoint(metadata: JsonObject, name: EndpointName, address: IssuerAddress): URL {
  const { issuer } = address;
  if (metadata["issuer"] !== issuer) throw new Error(`the metadata is another issuer's, not that of ${issuer}`);
  const uri = metadata[name];
  const url = typeof uri === "string" ? URL.parse(uri) : null;
  if (url === null) throw new Error(`the metadata of ${issuer} has no ${name}`);
  if (url.protocol !== "https:" && url.origin !== new URL(issuer).origin) {
    throw new Error(`the ${name} of ${issuer} is neither https nor of the issuer's own origin`);
  }
  if (url.username !== "" || url.password !== "") throw new Error(`the ${name} of ${issuer} has a user name in it`);
  return address.reach(url);
}

import type { JsonObject } from "../../token/strict-json.ts";

/**
 * Where an issuer describes itself: the well-known part goes between host and path.
 * @see RFC 8414 §3.1
 */
export function issuerMetadataUrl(issuer: string): URL {
  const { origin, pathname } = new URL(issuer);
  const path = pathname === "/" ? "" : pathname;
  return new URL(`/.well-known/oauth-authorization-server${path}`, origin);
}

/** What an issuer's description names that we use. */
export type EndpointName = "jwks_uri" | "token_endpoint" | "introspection_endpoint";

/**
 * One of the issuer's endpoints, from its own description. It must be https or have the issuer's own origin, and the
 * description must be this issuer's, character by character: another one's would bring another one's keys.
 * @throws Error that says what is wrong
 * @see RFC 8414 §3.3
 */
export function readEndpoint(metadata: JsonObject, name: EndpointName, issuer: string): URL {
  if (metadata["issuer"] !== issuer) throw new Error("the metadata is another issuer's");
  const uri = metadata[name];
  const url = typeof uri === "string" ? URL.parse(uri) : null;
  if (url === null) throw new Error(`the metadata has no ${name}`);
  if (url.protocol !== "https:" && url.origin !== new URL(issuer).origin) {
    throw new Error(`the ${name} is neither https nor of the issuer's own origin`);
  }
  if (url.username !== "" || url.password !== "") throw new Error(`the ${name} has a user name in it`);
  return url;
}

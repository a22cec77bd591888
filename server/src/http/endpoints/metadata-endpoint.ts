import { ACRS } from "../../core/step-up.ts";
import { PROOF_ALGORITHMS } from "../../proof/proof-key.ts";
import type { Endpoint } from "../endpoint.ts";
import { createKeptByEtag, PUBLIC } from "./kept-by-etag.ts";
import { GRANT_TYPES } from "./token-endpoint.ts";

/** Where RFC 8414 §3 looks, before the path of the issuer. */
export const WELL_KNOWN = "/.well-known/oauth-authorization-server";

const CONFIDENTIAL = ["client_secret_basic", "client_secret_post"];

/** `GET /.well-known/oauth-authorization-server`: RFC 8414. */
export function metadataEndpoint(issuer: string): Endpoint {
  const keptByEtag = createKeptByEtag(PUBLIC);
  const metadata = metadataOf(issuer);
  return {
    path: WELL_KNOWN,
    refusals: "guard",
    methods: { GET: (call) => keptByEtag(call, metadata) },
  };
}

function metadataOf(issuer: string): object {
  return Object.freeze({
    issuer,
    token_endpoint: `${issuer}/oauth/token`,
    revocation_endpoint: `${issuer}/oauth/revoke`,
    introspection_endpoint: `${issuer}/oauth/introspect`,
    jwks_uri: `${issuer}/.well-known/jwks.json`,
    // RFC 8414 §2 requires it, and there is no authorization endpoint.
    response_types_supported: [],
    grant_types_supported: GRANT_TYPES,
    token_endpoint_auth_methods_supported: ["none", ...CONFIDENTIAL],
    revocation_endpoint_auth_methods_supported: ["none", ...CONFIDENTIAL],
    introspection_endpoint_auth_methods_supported: CONFIDENTIAL,
    // RFC 9470 §7 takes it from OpenID Connect.
    acr_values_supported: ACRS,
    dpop_signing_alg_values_supported: PROOF_ALGORITHMS,
  });
}

import type { Protocol } from "../session/protocol.ts";
import type { Endpoint } from "./endpoint.ts";
import { createKeptByEtag } from "./kept-by-etag.ts";

const MAX_AGE_SECONDS = 300;

/** `GET /.well-known/jwks.json`: RFC 7517. */
export function jwksEndpoint(protocol: Pick<Protocol, "jwks">): Endpoint {
  const keptByEtag = createKeptByEtag(MAX_AGE_SECONDS);
  return {
    path: "/.well-known/jwks.json",
    refusals: "guard",
    methods: { GET: (call) => keptByEtag(call, protocol.jwks()) },
  };
}

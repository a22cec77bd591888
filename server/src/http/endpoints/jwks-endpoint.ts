import type { Protocol } from "../../session/protocol.ts";
import type { Endpoint } from "../endpoint.ts";
import { createKeptByEtag, PUBLIC } from "./kept-by-etag.ts";

/** `GET /.well-known/jwks.json`: RFC 7517. */
export function jwksEndpoint(protocol: Pick<Protocol, "jwks">): Endpoint {
  const keptByEtag = createKeptByEtag(PUBLIC);
  return {
    path: "/.well-known/jwks.json",
    refusals: "guard",
    methods: { GET: (call) => keptByEtag(call, protocol.jwks()) },
  };
}
